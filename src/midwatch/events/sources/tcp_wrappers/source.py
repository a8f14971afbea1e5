"""Connections refused by TCP Wrappers (``/etc/hosts.deny``), whichever daemon asked."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="tcp_wrappers",
    title="TCP Wrappers",
    logsource=Logsource(product="linux", service="tcp_wrappers"),
    programs=("tcpd",),
    marks=("refused connect from ",),
    readers=(
        Patterns(
            Pattern(
                r"(?:warning: )?refused connect from (?P<src_host>.*) \((?P<src_ip>[^ ()]+)\) *$"
            ),
            Pattern(r"(?:warning: )?refused connect from (?:[^ ]+@)?(?P<src_ip>[^ @]+) *$"),
            category="network",
            action="block",
            reason="not_allowed",
        ),
        Patterns(
            Pattern(
                r"connect from (?P<src_host>.*) \((?P<src_ip>[^ ()]+)\) *$",
                category="network",
                action="connect",
            ),
            Pattern(
                r"connect from (?:[^ ]+@)?(?P<src_ip>[^ @]+) *$",
                category="network",
                action="connect",
            ),
        ),
    ),
)
