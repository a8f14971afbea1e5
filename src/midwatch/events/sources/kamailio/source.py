"""Kamailio and OpenSIPS: the flood guard ``pike`` and what their scripts commonly log."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:\d+\(\d+\) )?(?:(?P<severity>[A-Z]{3,8}): )?(?:\{[^}]*\} )?(?:<[a-z_ ]+>(?: \[[^\]]*\])?: |(?P<module>[a-z_]+) \[[^\]]*\]: )?(?:[a-z_]+\(\): )?"
_IP: Final = r"(?P<src_ip>[0-9]+(?:\.[0-9]+){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:]+)"

SOURCE = Source(
    name="kamailio",
    title="Kamailio and OpenSIPS",
    logsource=Logsource(product="kamailio"),
    programs=("kamailio", "opensips", "/usr/sbin/kamailio", "/usr/sbin/opensips", "openser", "ser"),
    marks=("PIKE - BLOCKing ip ",),
    constants={"service": "sip"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}(?:PIKE - BLOCKing ip|(?:ALERT: )?pike blocking (?:[a-z]+ )?(?:from )?) ?{_IP}",
                action="block",
                reason="rate_limit",
            ),
            Pattern(rf"{_LEAD}PIKE - UNBLOCKing node (?P<node>[^\n]*)", action="allow"),
            Pattern(
                rf"{_LEAD}(?P<why>[Bb]locking traffic|[Bb]locked|[Bb]anned|[Ss]canner detected)[^\n]{{0,80}}? from (?:IP )?{_IP}",
                action="block",
            ),
            category="network",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}(?P<why>[Aa]uth(?:entication|orization)?[^\n]{{0,60}}?(?:failed|failure|rejected))[^\n]{{0,200}}?(?: (?:from|by|src_ip=|IP) ?){_IP}",
                category="authentication",
                outcome="failure",
                action="login",
            ),
        ),
    ),
)
