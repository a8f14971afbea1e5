"""Navidrome: logfmt; a 401 for its login page is a failed login."""

import re

from midwatch.events.plain_text import Plain
from midwatch.events.readers import JsonObject, KeyValues, Part, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_FIELDS: dict[str, Keys] = {
    "time": "time",
    "src": ("remoteAddr", "ip", Part("request", r"X-Real-I[Pp]:\[([^\]]+)\]")),
    "user": ("username", "user"),
    "severity": "level",
    "http_status": "httpStatus",
    "http_method": Part("msg", r"^HTTP: ([A-Z]+) "),
    "url_path": Part("msg", r"^HTTP: [A-Z]+ (?:https?://[^/]+)?(/[^ ]*)"),
    "user_agent": "userAgent",
}
_CASES = (
    When({"msg": re.compile(r"^HTTP: POST .*/auth/"), "httpStatus": ("401", "403")}, **_FAILED),
    When(
        {
            "msg": (
                "Unsuccessful login",
                "Invalid login",
                "API: Invalid login",
                "API: Failed response to authenticate",
            )
        },
        **_FAILED,
    ),
    When({"msg": re.compile("^HTTP: ")}, category="web", action="request"),
)

SOURCE = Source(
    name="navidrome",
    title="Navidrome",
    logsource=Logsource(product="navidrome"),
    programs=("navidrome",),
    marks=('msg="HTTP: ', 'msg="Unsuccessful login"', 'msg="API: Invalid login"', '"msg":"HTTP: '),
    constants={"service": "app"},
    readers=(
        JsonObject(_FIELDS, *_CASES, require=("msg", "level")),
        KeyValues(_FIELDS, *_CASES, require=("msg", "level")),
        Plain(),
    ),
)
