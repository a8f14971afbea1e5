"""Time servers: ntpd, chronyd, OpenNTPD and systemd's timesyncd (by its own tag)."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="ntpd",
    title="Time servers (ntpd, chronyd)",
    logsource=Logsource(product="linux", service="ntp"),
    programs=("ntpd", "chronyd", "ntpdate", "sntp", "openntpd", "xntpd"),
    readers=(
        Patterns(
            Pattern(
                r"(?P<why>Selected source|Source|Soliciting pool server|synchronized to|peer) (?P<dst_ip>[0-9A-Fa-f:.]+[0-9A-Fa-f])(?P<detail>[^\n]*)"
            ),
            Pattern(
                r"receive: (?P<why>[^\n]*?) from (?:[a-z]+@)?(?P<src_ip>[0-9A-Fa-f:.]+)@?(?P<detail>[^\n]*)"
            ),
            Pattern(
                r"(?P<why>(?:System clock|adjusting|time (?:reset|correction|slew|stepped)|step|kernel reports|can't synchronise|no servers reachable)[^\n]*)"
            ),
            category="system",
        ),
    ),
)
