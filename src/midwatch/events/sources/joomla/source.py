"""Joomla's error log: stamp, priority, client, category, message, separated by tabs."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}

SOURCE = Source(
    name="joomla",
    title="Joomla",
    logsource=Logsource(category="webserver", product="joomla"),
    programs=("joomla", "jauthlog"),
    marks=("\tjoomlafailure\t", "joomlafailure"),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                r"(?P<severity>[A-Z]+)\s+(?P<src_ip>[0-9A-Fa-f.:]+)\s+joomlafailure\s+(?P<error>.*?does not exist.*|Username.*do not have an account.*)",
                **_FAILED,
            ),
            Pattern(
                r"(?P<severity>[A-Z]+)\s+(?P<src_ip>[0-9A-Fa-f.:]+)\s+joomlafailure\s+(?P<error>.*)",
                **_FAILED,
            ),
        ),
        Plain(),
    ),
)
