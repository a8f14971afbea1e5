"""Mailu's admin service, which decides over all logins.

``WARNING in limiter: Authentication attempt from 192.0.2.1 has been rate-limited.`` is a login
that was turned away.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?:(?P<severity>[A-Z]+) in \w+: )?"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="mailu",
    title="Mailu",
    logsource=Logsource(product="mailu", service="mail"),
    programs=("mailu-admin",),
    marks=(" in limiter: ", "Login attempt for: ", "Authentication attempt from "),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Authentication attempt from (?P<src_ip>[^ ]+)(?: for (?P<user>.*))? has been rate-limited",
                outcome="failure",
                reason="rate_limit",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Login attempt for: (?P<user>.*) from: (?P<src_ip>[0-9A-Fa-f.:]+)(?:/(?P<src_port>\d+))?: failed(?:: (?P<reason>.*))?",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Login attempt for: (?P<user>.*) from: (?P<src_ip>[0-9A-Fa-f.:]+)(?:/(?P<src_port>\d+))?: success(?:: (?P<auth_method>[^:]*))?",
                outcome="success",
                **_LOGIN,
            ),
        ),
    ),
)
