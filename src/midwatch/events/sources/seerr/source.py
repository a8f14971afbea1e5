"""Overseerr and Jellyseerr: a sentence with a JSON object behind it."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_DATA = r"\{(?:\"account\":\{)?\"ip\":\"(?P<src_ip>[^\"]*)\"(?:,\"(?:email|username)\":\"(?P<user>[^\"]*)\")?"

SOURCE = Source(
    name="seerr",
    title="Overseerr, Jellyseerr",
    logsource=Logsource(product="overseerr"),
    programs=("overseerr", "jellyseerr"),
    marks=("][API]: ", "][Auth]: ", "][Server]: "),
    claims=False,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"\[(?P<severity>[a-z]+)\]\[(?:API|Auth)\]: (?P<reason>[^{{]*?[Ff]ailed (?:sign-in|login|log-in)[^{{]*?) {_DATA}",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                r"\[(?P<severity>[a-z]+)\]\[(?:API|Auth)\]: (?P<reason>[^{]*?[Ff]ailed (?:sign-in|login|log-in)[^{]*)",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(rf"\[(?P<severity>[a-z]+)\]\[(?P<module>[^\]]*)\]: (?P<text>[^{{]*?) {_DATA}"),
        ),
        Plain(),
    ),
)
