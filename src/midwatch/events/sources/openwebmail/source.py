"""Open WebMail: ``- [pid] (client) user - what - details``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?:- )?\[(?P<pid>\d+)\] \((?P<src_ip>[^)]+)\) (?P<user>.*?) - "
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="openwebmail",
    title="Open WebMail",
    logsource=Logsource(category="webserver", product="openwebmail"),
    programs=("openwebmail",),
    marks=(" - login error - ", " - userinfo error - ", " - login - ", " - logout - "),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?:login|userinfo) error - (?P<reason>.*)", outcome="failure", **_LOGIN
            ),
            Pattern(rf"{_HEAD}login - (?P<session>[^ ]*)", outcome="success", **_LOGIN),
            Pattern(rf"{_HEAD}(?P<reason>[a-z ]+)(?: - .*)?$", category="mail"),
        ),
    ),
)
