"""Apache Guacamole: the web application's log (logback, and Tomcat's two-line form) and ``guacd``.

Behind a proxy the addresses stand in brackets, the client's first.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:\d\d:\d\d:\d\d[.,]\d{3} )?(?:\[[^\]]{1,80}\] )?(?:(?:WARN|WARNING|INFO|ERROR|DEBUG):? +)?(?:[a-z][A-Za-z0-9.]{2,100} - )?"
_CLIENT: Final = r"\[?(?P<src_ip>[^ \],]+)(?:, [^\]]*)?\]?"

SOURCE = Source(
    name="guacamole",
    title="Apache Guacamole",
    logsource=Logsource(product="guacamole"),
    programs=("guacamole", "guacd"),
    marks=(
        "Authentication attempt from ",
        "o.a.g.",
        "org.apache.guacamole",
        '" successfully authenticated from ',
    ),
    plain_login=False,
    constants={"service": "rdp"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}Authentication attempt from {_CLIENT} for user \"(?P<user>.*)\" failed",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}Authentication attempt (?:ignored|denied|blocked)[^\n]*? from (?:address )?\"?{_CLIENT}\"?",
                reason="rate_limit",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>Blocking authentication attempts? from)(?: address)? \"?(?P<src_ip>[^ \"]+)\"?",
                reason="rate_limit",
            ),
            Pattern(rf"{_LEAD}Anonymous authentication attempt from {_CLIENT} failed"),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}User \"(?P<user>.*)\" successfully authenticated from {_CLIENT} *\.? *$",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}User \"(?P<user>.*)\" (?P<why>connected to|disconnected from) connection(?: group)? \"(?P<connection>[^\"]*)\"",
                category="network",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>Creating new client for protocol \"(?P<protocol>[^\"]*)\")",
                category="network",
                action="connect",
            ),
            Pattern(
                r"\[[^\]]{1,80}\] (?P<severity>[A-Z]+) +(?P<logger>o\.a\.g[A-Za-z0-9.]*) - (?P<why>[^\n]*)",
                category="system",
            ),
        ),
    ),
)
