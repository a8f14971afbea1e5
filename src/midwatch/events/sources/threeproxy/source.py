"""3proxy's log in its default format: ``time service.port code user client server ...``.

The code tells how the request ended: 0 well, 1 to 3 refused by rule, 4 without a name where one is
needed, 5 to 9 refused name or password, 10 and more a failure of the network.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_START: Final = r"(?P<proxy>[A-Z0-9]{3,12})\.(?P<listen_port>\d{1,5}) (?P<code>"
_REST: Final = (
    r") (?P<user>[^ ]+) (?P<src>\[?[0-9A-Fa-f:.]+\]?:\d+) (?P<dst>\[?[0-9A-Fa-f:.]+\]?:\d+) "
    r"(?P<bytes_in>\d+) (?P<bytes_out>\d+) (?P<hops>\d+) ?(?P<http_method>[A-Z]+(?= ))? ?(?P<text>[^\n]*)"
)

SOURCE = Source(
    name="threeproxy",
    title="3proxy",
    logsource=Logsource(product="3proxy"),
    programs=("3proxy",),
    marks=(
        "PROXY.",
        "SOCKS.",
        "SOCKS4.",
        "SOCKS5.",
        "POP3P.",
        "FTPPR.",
        "TCPPM.",
        "SMTPP.",
        "ADMIN.",
    ),
    priority=70,
    claims=False,
    plain_login=False,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_START}0000[5-9]{_REST}",
                category="authentication",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                rf"{_START}0000[1-4]{_REST}",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(rf"{_START}00000{_REST}", category="network", action="allow"),
            Pattern(rf"{_START}\d{{3,5}}{_REST}", category="network", action="close"),
        ),
    ),
)
