"""dnsmasq and Pi-hole (whose resolver, FTL, is dnsmasq): questions, blocked names, DHCP leases."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:\d+ (?P<src_ip>[0-9A-Fa-f:.]+)/(?P<src_port>\d+) )?"

SOURCE = Source(
    name="dnsmasq",
    title="dnsmasq and Pi-hole",
    logsource=Logsource(category="dns", product="dnsmasq"),
    programs=("dnsmasq", "dnsmasq-dhcp", "pihole-ftl", "pihole", "dnsmasq-tftp"),
    marks=("gravity blocked ", "Rate-limiting ", "possible DNS-rebind attack detected: "),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(
                r"(?:\d+ [0-9A-Fa-f:.]+/\d+ )?query\[(?P<query_type>[^\]]*)\] (?P<query_name>[^ ]*) from (?P<src_ip>[^ ]+)",
                action="query",
            ),
            Pattern(
                rf"{_LEAD}(?:gravity blocked|regex blacklisted|regex denied|exactly blacklisted|exactly denied|blacklisted|denied|special domain) (?P<query_name>[^ ]*) is (?P<answer>[^ ]+)",
                action="deny",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>forwarded|reply|cached|cached-stale|config|dnssec-query|validation|/etc/[^ ]+) (?P<query_name>[^ ]*)(?: (?:is|to) (?P<answer>[^\n]*))?"
            ),
            Pattern(
                rf"{_LEAD}possible DNS-rebind attack detected: (?P<query_name>[^ ]+)", action="deny"
            ),
            Pattern(
                r"(?:\[[^\]]*\] )?(?:[A-Z]+: )?(?:INFO: |WARNING: )?Rate-limiting (?P<src_ip>[^ ]+)",
                action="deny",
                reason="rate_limit",
            ),
            category="dns",
        ),
        Patterns(
            Pattern(
                r"DHCP(?P<message_type>[A-Z]+)\((?P<in_interface>[^)]*)\) (?P<src_ip>[0-9A-Fa-f:.]+)? ?(?P<mac>[0-9a-f]{2}(?::[0-9a-f]{2}){5})(?: (?P<src_host>[^\n]*))?",
                category="network",
            ),
        ),
    ),
)
