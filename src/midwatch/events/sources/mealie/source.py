"""Mealie: the console of its server."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"(?P<severity>[A-Z]+) +(?P<time>\d{4}-\d\d-\d\dT[\d:.]+)? *(?:- )?"

SOURCE = Source(
    name="mealie",
    title="Mealie",
    logsource=Logsource(product="mealie"),
    programs=("mealie",),
    marks=(
        " - Incorrect username or password from ",
        '] 401 Unauthorized "POST /api/auth/token',
        '"POST /api/auth/token HTTP/1.1"',
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Incorrect username or password from (?P<src_ip>[0-9A-Fa-f.:]+)",
                outcome="failure",
                **_LOGIN,
            ),
            # Told by the sentence above already.
            Pattern(
                rf'{_HEAD}\[(?P<src>[^\]]*)\] (?P<http_status>\d{{3}}) [A-Za-z ]+ "(?P<request>[^"]*)"',
                category="web",
                action="request",
            ),
        ),
        Plain(),
    ),
)
