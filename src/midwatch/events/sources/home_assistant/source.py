"""Home Assistant: the sentences of its ``http.ban`` and ``auth`` components."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_HEAD = r"(?P<severity>[A-Z]+) \([^)]*\) \[homeassistant\.[\w.]+\] "

SOURCE = Source(
    name="home_assistant",
    title="Home Assistant",
    logsource=Logsource(product="home_assistant"),
    programs=("hass", "home-assistant", "homeassistant"),
    marks=(
        "[homeassistant.components.http.ban]",
        "[homeassistant.components.http.auth]",
        "[homeassistant.auth",
        " [homeassistant.",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Login attempt or request with invalid authentication from (?P<src_host>[^ ]*) \((?P<src_ip>[0-9A-Fa-f.:]+)\)\.(?: Requested URL: '(?P<url_path>[^']*)'\.)?(?: \((?P<user_agent>.*)\))?",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Login attempt or request with invalid authentication from (?P<src_ip>[0-9A-Fa-f.:]+)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Banned IP (?P<src_ip>[0-9A-Fa-f.:]+) for too many login attempts",
                category="network",
                action="block",
                reason="rate_limit",
            ),
            Pattern(rf"{_HEAD}Invalid login attempt for (?:user )?(?P<user>[^ ]+)", **_FAILED),
            Pattern(rf"{_HEAD}(?:\[\d+\] )?(?P<error>Disconnecting: .*)"),
        ),
        Plain(),
    ),
)
