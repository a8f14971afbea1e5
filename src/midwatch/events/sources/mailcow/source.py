"""mailcow: dockerized: the bans of its netfilter container, and logins to its interface."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LEVEL = r"(?:(?P<severity>[A-Z]+): )?"
_NETWORK = r"(?P<src_ip>[0-9A-Fa-f.:]{3,45})(?:/\d{1,3})?"
_BLOCK: dict[str, Value] = {"category": "network", "action": "block"}

SOURCE = Source(
    name="mailcow",
    title="mailcow",
    logsource=Logsource(product="mailcow", service="netfilter"),
    programs=("netfilter-mailcow", "mailcow"),
    marks=(
        "CRIT: Banning ", "INFO: Unbanning ", "CRIT: Added host/network ", " matched rule id ",
        " more attempts in the next ", "mailcow UI: Invalid password for ", "MAILCOWUI: Invalid password for ",
    ),
    readers=(
        Patterns(
            Pattern(rf"{_LEVEL}Banning {_NETWORK} for (?P<duration>\d+) minutes", **_BLOCK),
            Pattern(rf"{_LEVEL}Added host/network {_NETWORK} to (?P<policy>\w+)", **_BLOCK),
            Pattern(rf"{_LEVEL}Unbanning {_NETWORK}", category="network", action="allow"),
            # A copy of another container's line about a login; that one is the event.
            Pattern(rf"{_LEVEL}{_NETWORK} matched rule id (?P<signature_id>\d+) \((?P<reason>.*)\)", category="system"),
            Pattern(rf"{_LEVEL}\d+ more attempts in the next \d+ seconds until {_NETWORK} is banned", category="system"),
            Pattern(
                rf"(?:mailcow UI|MAILCOWUI): Invalid password for (?P<user>.*) by {_NETWORK}",
                category="authentication",
                outcome="failure",
                action="login",
                service="mail",
            ),
        ),
    ),
)  # fmt: skip
