"""Requests as JSON objects, as nginx, Apache and others write them on request.

There is no one format, only usual names. An object is one if it holds a client's address,
a status between 100 and 599 and a part of a request; objects of other software with an
address and a status of another kind are left alone.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import ANY, JsonObject, When
from midwatch.events.readers.json_object import decode_object
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source, Value

_FAILED: Final[dict[str, Value]] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "web",
}
_STATUS: Final = ("status", "status_code", "response", "http_status")
_REQUEST: Final = (
    "request",
    "request_line",
    "request_uri",
    "requestURI",
    "requestPath",
    "uri",
    "url",
    "path",
)
_FIELDS: Final[dict[str, Keys]] = {
    "time": (
        "time_iso8601",
        "time_local",
        "@timestamp",
        "timestamp",
        "time",
        "msec",
        "datetime",
        "date",
    ),
    "src": (
        "remote_addr",
        "remoteIP",
        "remote_ip",
        "clientip",
        "client_ip",
        "client",
        "remote_host",
    ),
    "user": ("remote_user", "remoteUser", "user", "auth"),
    "request": ("request", "request_line"),
    "http_method": ("request_method", "method", "verb"),
    "url": ("request_uri", "uri", "requestURI", "requestPath", "url", "path"),
    "url_query": ("query_string", "args", "query"),
    "http_version": ("httpversion",),
    "protocol": ("server_protocol", "protocol"),
    "http_status": _STATUS,
    "bytes_out": ("body_bytes_sent", "bytes_sent", "bytes", "bytes_out", "size"),
    "referrer": ("http_referrer", "http_referer", "referrer", "referer"),
    "user_agent": ("http_user_agent", "user_agent", "userAgent", "agent"),
    "http_host": ("http_host", "host", "vhost", "server_name", "virtualHost"),
}
_USERS: Final = {
    "remote_addr": "remote_user",
    "remoteIP": "remoteUser",
    "remote_ip": "user",
    "clientip": "auth",
}


class RequestObject:
    """Reads objects that hold one request."""

    def __init__(self) -> None:
        """One reader for each name of the client's address."""
        self._readers = {
            address: JsonObject(
                _FIELDS,
                *(When({status: "401", user: ANY}, **_FAILED) for status in _STATUS),
                category="web",
                action="request",
                service="web",
            )
            for address, user in _USERS.items()
        }

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        decoded = decode_object(message)
        if decoded is None or not any(name in decoded for name in _REQUEST):
            return None
        for status in _STATUS:
            number = str(decoded.get(status, ""))
            if len(number) == 3 and number.isdecimal() and "100" <= number < "600":
                break
        else:
            return None
        for address, reader in self._readers.items():
            if address in decoded:
                return reader.read(message)
        return None


SOURCE = Source(
    name="access_log_json",
    title="Web server access log as JSON",
    logsource=Logsource(category="webserver"),
    programs=("nginx", "httpd", "apache", "apache2", "nginx_access", "openresty"),
    marks=('"remote_addr":', '"remote_addr" :', '"remoteIP":', '"remote_ip":', '"clientip":'),
    priority=60,
    claims=False,
    readers=(RequestObject(),),
)
