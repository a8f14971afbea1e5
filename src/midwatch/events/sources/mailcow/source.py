"""mailcow: dockerized: logins to its own interface; its parts are read by their sources."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="mailcow",
    title="mailcow",
    logsource=Logsource(category="webserver", product="mailcow"),
    programs=("mailcow",),
    marks=("mailcow UI: Invalid password for ", "MAILCOWUI: Invalid password for "),
    readers=(
        Patterns(
            Pattern(
                r"(?:mailcow UI|MAILCOWUI): Invalid password for (?P<user>.*) by (?P<src_ip>[0-9A-Fa-f.:]{3,45})$",
                category="authentication",
                outcome="failure",
                action="login",
                service="mail",
            ),
        ),
    ),
)
