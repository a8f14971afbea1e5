"""Grafana: logfmt (before and after version 9) or JSON."""

import re

from midwatch.events.plain_text import Plain
from midwatch.events.readers import ANY, JsonObject, KeyValues, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_FIELDS: dict[str, Keys] = {
    "time": "t",
    "src": "remote_addr",
    "user": ("uname", "username", "login", "user"),
    "severity": ("level", "lvl"),
    "http_method": "method",
    "url_path": "path",
    "http_status": "status",
    "referrer": "referer",
    "error": "error",
}
_USER = re.compile("(?i)user not found|no user")
_PASSWORD = re.compile(
    r"(?i)auth\.failed|auth\.invalid|invalid (?:user ?name|username) or password|too many consecutive|invalid password|api-?key\.invalid|invalid api key"
)
_CASES = (
    When(
        {"msg": re.compile("(?i)^invalid username or password"), "error": _USER},
        reason="invalid_user",
        **_FAILED,
    ),
    When({"msg": re.compile("(?i)^invalid username or password")}, **_FAILED),
    When(
        {
            "msg": (
                "Unauthorized",
                "Failed to authenticate request",
                "Authentication failed",
                "User auth failed",
            ),
            "error": re.compile("(?i)too many"),
        },
        reason="rate_limit",
        **_FAILED,
    ),
    When(
        {
            "msg": (
                "Unauthorized",
                "Failed to authenticate request",
                "Authentication failed",
                "User auth failed",
            ),
            "error": _USER,
        },
        reason="invalid_user",
        **_FAILED,
    ),
    When(
        {
            "msg": (
                "Unauthorized",
                "Failed to authenticate request",
                "Authentication failed",
                "User auth failed",
            ),
            "error": _PASSWORD,
        },
        **_FAILED,
    ),
    When(
        {"msg": re.compile("(?i)^too many consecutive incorrect login attempts")},
        reason="rate_limit",
        **_FAILED,
    ),
    When(
        {"msg": "Request Completed", "method": "POST", "path": "/login", "status": "401"}, **_FAILED
    ),
    When({"msg": ("Successful Login", "User logged in")}, outcome="success", **_LOGIN),
    When({"msg": "Request Completed", "status": ANY}, category="web", action="request"),
)

SOURCE = Source(
    name="grafana",
    title="Grafana",
    logsource=Logsource(product="grafana"),
    programs=("grafana", "grafana-server"),
    marks=(
        "logger=context ",
        '"logger":"context"',
        " orgId=0 uname=",
        "logger=http.server ",
        "logger=authn.service",
        "logger=user.sync",
    ),
    constants={"service": "app"},
    readers=(
        JsonObject(_FIELDS, *_CASES, require=("logger", "msg")),
        KeyValues(_FIELDS, *_CASES, require=("msg",)),
        Plain(),
    ),
)
