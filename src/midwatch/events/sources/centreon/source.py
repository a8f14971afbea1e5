"""Centreon: ``login.log``, separated by ``|``."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"\|?-?\d+\|\d+\|\d+\|\[(?P<module>[A-Z]+)\] \[(?P<src_ip>[^\]]*)\] "

SOURCE = Source(
    name="centreon",
    title="Centreon",
    logsource=Logsource(product="centreon"),
    programs=("centreon",),
    marks=("|[WEB] [", "|[API] [", "|[CLAPI] ["),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Authentication failed for '(?P<user>.*)' : (?P<error>password mismatch.*)",
                outcome="failure",
                reason="bad_password",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Authentication failed for '(?P<user>.*)'(?: : (?P<error>.*))?",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}No contact found with this login : '(?P<user>.*)'",
                outcome="failure",
                reason="invalid_user",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Authentication succeeded for '(?P<user>.*)'", outcome="success", **_LOGIN
            ),
            Pattern(rf"{_HEAD}(?P<text>.*)"),
        ),
        Plain(),
    ),
)
