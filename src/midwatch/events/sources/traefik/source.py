"""Traefik: its JSON access log and its own log (logfmt, version 3's console format, JSON).

The access log in the common format is read by the source ``access_log``.
"""

from midwatch.events.readers import ANY, JsonObject, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "web",
}
_STAMP = r"(?:time=\"(?P<time>[^\"]+)\")?"
_PLACE = r"(?:.*?(?:middlewareName=|\"middlewareName\":\")(?P<middleware>[^ \",]+))?"

SOURCE = Source(
    name="traefik",
    title="Traefik",
    logsource=Logsource(category="webserver", product="traefik"),
    programs=("traefik*",),
    marks=(
        '"DownstreamStatus":', '"ClientHost":', "Handling UDP stream from ", "Handling TCP connection from ",
        "middlewareName=", '"middlewareName":',
    ),
    readers=(
        JsonObject(
            {
                "time": ("StartUTC", "time", "StartLocal"),
                "src_ip": ("ClientHost", "ClientAddr"),
                "src_port": "ClientPort",
                "user": "ClientUsername",
                "http_method": "RequestMethod",
                "url": "RequestPath",
                "http_version": "RequestProtocol",
                "http_host": ("RequestHost", "RequestAddr"),
                "http_status": ("DownstreamStatus", "OriginStatus"),
                "bytes_out": "DownstreamContentSize",
                "bytes_in": "RequestContentSize",
                "user_agent": ("request_User-Agent", "request_user-agent"),
                "referrer": ("request_Referer", "request_referer"),
                "policy": "RouterName",
            },
            When({"DownstreamStatus": "401", "ClientUsername": ANY}, **_FAILED),
            require=("RequestMethod", "ClientHost"),
            category="web",
            action="request",
            service="web",
        ),
        Patterns(
            Pattern(
                rf"{_STAMP}.*?Handling (?P<protocol>UDP|TCP) (?:stream|connection) from (?P<src>[^ ]+) to (?P<dst>[^ \"]+)",
                category="network",
                action="connect",
            ),
            Pattern(rf"{_STAMP}.*?Authentication failed{_PLACE}", **_FAILED),
            Pattern(
                rf"{_STAMP}.*?Authentication succeeded{_PLACE}",
                category="authentication",
                outcome="success",
                action="login",
                service="web",
            ),
            Pattern(
                rf".*?(?P<reason>rejecting IP|Rejecting IP|IP address) \"?(?P<src_ip>[0-9A-Fa-f:.]{{2,45}}).*?{_PLACE}",
                category="web",
                action="deny",
                service="web",
            ),
        ),
    ),
)  # fmt: skip
