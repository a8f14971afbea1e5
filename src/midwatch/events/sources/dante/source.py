"""Dante, the SOCKS server: ``sockd`` or ``danted``.

Endpoints are written ``192.0.2.1.50550``, the port after the last dot.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:\(\d+\) )?(?:info|warning|error|notice): (?P<verdict>{0})\((?P<policy>\d+)\): "
    r"(?P<protocol>[a-z]+)/(?P<operation>[a-z]+) [\[\]:]+ "
    r"(?:(?P<login>[^ @]*)@)?(?P<src>[0-9A-Fa-f:.]+) (?:[^ @]*@)?(?P<dst>[0-9A-Fa-f:.]+)"
)
_BLOCK: Final = _LEAD.format("block")

SOURCE = Source(
    name="dante",
    title="Dante SOCKS server",
    logsource=Logsource(product="dante"),
    programs=("danted", "sockd", "dante"),
    marks=(": tcp/accept ]: ", ": tcp/connect ]: ", ": udp/udpassociate "),
    plain_login=False,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_BLOCK}: .{{0,80}}?could not access user \"(?P<user>.*)\"'s records",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_BLOCK}: .{{0,80}}?(?:system )?password authentication failed for user \"(?P<user>.*)\"",
                reason="bad_password",
            ),
            Pattern(
                rf"{_BLOCK}: .{{0,80}}?pam_authenticate\(\) for user \"(?P<user>.*)\" failed",
                reason="bad_password",
            ),
            Pattern(
                rf"{_BLOCK}: .{{0,80}}?(?P<why>(?:[^ \n]* ){{0,12}}(?:authentication failed|no (?:acceptable|usable) (?:authentication )?method|bad password)[^\n]*)",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(_BLOCK + r"(?:: (?P<why>[^\n]*))?", action="block"),
            Pattern(_LEAD.format("pass") + r"(?P<why>[^\n]*)", action="allow"),
            category="network",
        ),
    ),
)
