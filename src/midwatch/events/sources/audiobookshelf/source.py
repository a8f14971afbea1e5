"""Audiobookshelf: JSON lines of its log file, or its console."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import JsonObject, Pattern, Patterns, WithSentence, json_text
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_SENTENCES = Patterns(
    Pattern(
        r"(?:(?P<severity>[A-Z]+): )?\[(?:Local|Oidc|OIDC)?Auth\] Failed login attempt for (?:username )?(?:\"(?P<user>.*)\"|(?P<account>[^\" ]*)) from ip (?P<src_ip>[0-9A-Fa-f.:]+) \(User not found\)",
        outcome="failure",
        reason="invalid_user",
        **_LOGIN,
    ),
    Pattern(
        r"(?:(?P<severity>[A-Z]+): )?\[(?:Local|Oidc|OIDC)?Auth\] Failed login attempt for (?:username )?(?:\"(?P<user>.*)\"|(?P<account>[^\" ]*)) from ip (?P<src_ip>[0-9A-Fa-f.:]+)(?: \((?P<reason>[^)]*)\))?",
        outcome="failure",
        **_LOGIN,
    ),
    Pattern(
        r"(?:(?P<severity>[A-Z]+): )?\[(?:Local|Oidc|OIDC)?Auth\] User \"?(?P<user>.*?)\"? logged in from ip (?P<src_ip>[0-9A-Fa-f.:]+)",
        outcome="success",
        **_LOGIN,
    ),
)

SOURCE = Source(
    name="audiobookshelf",
    title="Audiobookshelf",
    logsource=Logsource(product="audiobookshelf"),
    programs=("audiobookshelf",),
    marks=(
        "[Auth] Failed login attempt for",
        "[LocalAuth] Failed login attempt for",
        "[Auth] User ",
        "[LocalAuth] User ",
        "[OidcAuth] ",
        '"levelName":"',
    ),
    claims=False,
    constants={"service": "app"},
    readers=(
        WithSentence(
            JsonObject(
                {"time": "timestamp", "severity": "levelName", "module": "source"},
                require=("timestamp", "source", "levelName"),
            ),
            json_text("message"),
            _SENTENCES,
        ),
        _SENTENCES,
        Plain(),
    ),
)
