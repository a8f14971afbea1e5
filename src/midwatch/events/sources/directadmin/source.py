"""DirectAdmin: ``login.log`` and ``security.log``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FROM = r"(?:: ?)?'(?P<src_ip>[0-9A-Fa-f.:]+)' "

SOURCE = Source(
    name="directadmin",
    title="DirectAdmin",
    logsource=Logsource(product="directadmin"),
    programs=("directadmin",),
    marks=(
        " failed login attempt. Account '",
        " failed login attempts. Account '",
        " failed login attempt. Invalid account '",
        "' successful login to '",
    ),
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(
                rf"{_FROM}(?P<attempts>\d+) failed login attempts?\. Invalid account '(?P<user>[^']*)'",
                outcome="failure",
                reason="invalid_user",
                **_LOGIN,
            ),
            Pattern(
                rf"{_FROM}(?P<attempts>\d+) failed login attempts?\. Account '(?P<user>[^']*)'(?: via '(?P<src_user>[^']*)')?",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_FROM}(?P<attempts>\d+) failed login attempts?\. (?P<text>.*)",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(rf"{_FROM}successful login to '(?P<user>[^']*)'", outcome="success", **_LOGIN),
        ),
    ),
)
