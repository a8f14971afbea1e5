"""Calibre-Web: its own log."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"(?P<severity>[A-Z]+) \{cps[\w.]*:\d+\} "

SOURCE = Source(
    name="calibre_web",
    title="Calibre-Web",
    logsource=Logsource(product="calibre_web"),
    programs=("calibre-web", "cps"),
    marks=(" {cps:", " {cps.", "{cps.web:"),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf'{_HEAD}Login failed for user "?(?P<user>.*?)"? IP-address: (?P<src_ip>[0-9A-Fa-f.:]+)$',
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf'{_HEAD}LDAP Login failed for user "?(?P<user>.*?)"? IP-address: (?P<src_ip>[0-9A-Fa-f.:]+)',
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(rf"{_HEAD}(?P<text>.*)"),
        ),
        Plain(),
    ),
)
