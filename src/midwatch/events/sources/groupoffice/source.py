"""Group-Office: ``LOGIN FAILED for user: "name" from IP: 192.0.2.1``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_WHO = r'for user: "(?P<user>.*)" from IP: (?P<src_ip>[^ ]+)$'
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="groupoffice",
    title="Group-Office",
    logsource=Logsource(category="webserver", product="groupoffice"),
    programs=("groupoffice", "group-office"),
    marks=("LOGIN FAILED for user: ", "LOGIN SUCCESS for user: "),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(rf"LOGIN FAILED {_WHO}", outcome="failure", **_LOGIN),
            Pattern(rf"LOGIN SUCCESS {_WHO}", outcome="success", **_LOGIN),
        ),
    ),
)
