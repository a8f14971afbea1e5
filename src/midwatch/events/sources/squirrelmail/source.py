"""SquirrelMail with the plugin Squirrel Logger: ``[LOGIN_ERROR] user (domain) from …: why``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_WHO = r"(?P<user>.*) \((?P<domain>[^)]*)\) from (?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f])"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="squirrelmail",
    title="SquirrelMail",
    logsource=Logsource(category="webserver", product="squirrelmail"),
    programs=("squirrelmail",),
    marks=("[LOGIN_ERROR] ", "[LOGIN] ", "[MASS_MAILING] ", "[LOGOUT] "),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(rf"\[LOGIN_ERROR\] {_WHO}(?:: ?(?P<reason>.*))?$", outcome="failure", **_LOGIN),
            Pattern(rf"\[LOGIN\] {_WHO}(?:: ?(?P<reason>.*))?$", outcome="success", **_LOGIN),
            Pattern(rf"\[(?P<event>[A-Z_]+)\] {_WHO}(?:: ?(?P<reason>.*))?$", category="mail"),
        ),
    ),
)
