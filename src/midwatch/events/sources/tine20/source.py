"""Tine 2.0 and tine groupware: logins in its log file."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = (
    r"(?>(?>(?:.*? )?(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^ ]{0,8}) )?)(?>.*?\b(?P<severity>[A-Z]{1,10}) \(\d\): )"
    r"(?>.*?Login with username )"
)
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="tine20",
    title="Tine 2.0",
    logsource=Logsource(category="webserver", product="tine20"),
    programs=("tine20", "tine"),
    marks=("Login with username ",),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<user>.*) from (?P<src_ip>[^ ]+) failed \((?P<reason>-?\d+)\)",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?P<user>.*) from (?P<src_ip>[^ ]+) succeeded",
                outcome="success",
                **_LOGIN,
            ),
        ),
    ),
)
