"""Jellyfin: its log file, console and syslog."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_HEAD = r"(?:\[[\d:]+\] )?\[(?P<severity>[A-Z]{3})\] (?:\[\d+\] )?(?:[\w.]+: )?"

SOURCE = Source(
    name="jellyfin",
    title="Jellyfin",
    logsource=Logsource(product="jellyfin"),
    programs=("jellyfin",),
    marks=(
        "Jellyfin.Server.",
        "Emby.Server.Implementations.",
        "Authentication request for ",
        "Main: Jellyfin version",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Authentication request for \"?(?P<user>.*?)\"? has been denied \(IP: \"?(?P<src_ip>[0-9A-Fa-f.:]+)\"?\)\.?$",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Authentication request for \"?(?P<user>.*?)\"? has succeeded\.?$",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(rf"{_HEAD}Logging in user \"?(?P<user>.*?)\"?$", **_LOGIN),
            Pattern(
                rf"{_HEAD}Disabling user \"?(?P<user>.*?)\"? due to \"?\d+\"? unsuccessful login attempts",
                category="authentication",
                outcome="failure",
                action="lockout",
                reason="locked",
            ),
            Pattern(rf"{_HEAD}Error processing request[.:] (?P<error>.*)"),
            Pattern(
                rf"{_HEAD}WS \"?(?P<src_ip>[0-9A-Fa-f.:]+)\"? (?P<change>request|closed|WebSocketRequestHandler)",
                category="network",
                action="connect",
            ),
        ),
        Plain(),
    ),
)
