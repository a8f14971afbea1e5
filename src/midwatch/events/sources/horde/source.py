"""Horde and its mail client IMP: logins."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?:HORDE:? )?(?:\[(?P<severity>[a-z]+)\] )?\[(?P<module>[a-z]+)\] "
_ADDRESS = r"[\[(](?P<src_ip>[0-9A-Fa-f.:]{3,45})[\])]"
# An address in the name does not count: no other may follow.
_LAST = r"(?!.*[\[(][0-9A-Fa-f.:]{3,45}[\])])"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="horde",
    title="Horde",
    logsource=Logsource(category="webserver", product="horde"),
    programs=("horde",),
    marks=("] FAILED LOGIN for ", "] Login success for "),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}FAILED LOGIN (?:\d+ tries )?for (?P<user>.*?)(?: to [a-z]+)? {_ADDRESS}{_LAST}",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Login success for (?P<user>.*?)(?: to [a-z]+)? {_ADDRESS}{_LAST}",
                outcome="success",
                **_LOGIN,
            ),
        ),
    ),
)
