"""Net-SNMP's agent and trap daemon: who asked, who was refused."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FROM: Final = r"(?:UDP|TCP|UDP/IPv6|TCP/IPv6|udp6?|tcp6?): ?(?P<src>\[[^\]]*\](?::\d+)?)(?:->(?P<dst>\[[^\]]*\](?::\d+)?))?"

SOURCE = Source(
    name="snmpd",
    title="Net-SNMP",
    logsource=Logsource(product="linux", service="snmp"),
    programs=("snmpd", "snmptrapd"),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(
                r"[Aa]uthentication (?:failed|failure)(?: for (?P<user>[^ ]+))?(?:[^\n]*? from (?:UDP: )?(?P<src>\[?[0-9A-Fa-f:.]+\]?(?::\d+)?))?",
                category="authentication",
                outcome="failure",
                action="login",
                service="admin",
            ),
            Pattern(
                rf"Connection from {_FROM} REFUSED",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(rf"Connection from {_FROM}", category="network", action="connect"),
            Pattern(
                rf"Received (?:SNMP packet\(s\)|[^\n]*?) from {_FROM}",
                category="network",
                action="connect",
            ),
        ),
    ),
)
