"""Emby Server: ``embyserver.txt``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="emby",
    title="Emby",
    logsource=Logsource(product="emby"),
    programs=("emby", "emby-server", "embyserver"),
    marks=(
        "Server: AUTH-ERROR: ",
        "Info Server: http/",
        "Info UserManager: ",
        "Warn UserManager: ",
        "Info HttpClient: ",
        "Warn Server: ",
        "Error Server: ",
    ),
    claims=False,
    priority=45,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                r"(?P<severity>[A-Z][a-z]+) Server: AUTH-ERROR: (?P<src_ip>[0-9A-Fa-f.:]+) - (?P<reason>.*)",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                r"(?P<severity>[A-Z][a-z]+) UserManager: Authentication request for (?P<user>.*) has been denied",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                r"(?P<severity>[A-Z][a-z]+) UserManager: Authentication request for (?P<user>.*) has succeeded",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                r"(?P<severity>[A-Z][a-z]+) Server: http/(?P<http_version>[\d.]+) (?P<http_method>[A-Z]+) (?P<url_path>[^ ]+)\. (?:Source Ip: (?P<src_ip>[0-9A-Fa-f.:]+))?",
                category="web",
                action="request",
            ),
            Pattern(
                r"(?P<severity>[A-Z][a-z]+) Server: http/(?P<http_version>[\d.]+) Response (?P<http_status>\d{3}) to (?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f])\.",
                category="web",
                action="request",
            ),
            Pattern(r"(?P<severity>Info|Warn|Error|Debug|Fatal) [\w.]+: .*"),
        ),
    ),
)
