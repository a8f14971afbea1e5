"""ntfy: JSON lines of its server.

A refused login is two lines: "Authentication failed" without an address, then the closed
connection with it. The second is the event that counts.
"""

import re

from midwatch.events.readers import ANY, JsonObject, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_CODE = "error_code"

SOURCE = Source(
    name="ntfy",
    title="ntfy",
    logsource=Logsource(product="ntfy"),
    programs=("ntfy",),
    marks=(
        '"visitor_auth_limiter_limit":',
        "(ntfy error ",
        '"error":"unauthenticated","http_method":',
        "visitor_auth_limiter_limit=",
    ),
    constants={"service": "app"},
    readers=(
        JsonObject(
            {
                "time": "time",
                "src_ip": "visitor_ip",
                "user": ("user_name", "user_id"),
                "severity": "level",
                "http_method": "http_method",
                "url_path": "http_path",
                "http_status": "http_status",
                "error": "error",
                "topic": "topic",
            },
            When({_CODE: "40101"}, **_FAILED),
            When(
                {_CODE: "40301", "message": re.compile("^Connection closed")},
                reason="not_allowed",
                **_FAILED,
            ),
            When({_CODE: re.compile("^429")}, category="web", action="rate_limit"),
            When({"message": "HTTP request finished"}, category="web", action="request"),
            When({"message": ANY}),
            require=("message", "level", "time"),
        ),
        Patterns(
            Pattern(
                r"(?P<severity>[A-Z]+) Connection closed with HTTP (?P<http_status>401|403) \(ntfy error (?P<code>40[13]01)\) \(.*?visitor_ip=(?P<src_ip>[0-9A-Fa-f.:]+)",
                **_FAILED,
            ),
            Pattern(
                r"(?P<severity>[A-Z]+) (?P<text>.*?) \(.*?visitor_ip=(?P<src_ip>[0-9A-Fa-f.:]+)"
            ),
            Pattern(r"(?P<severity>TRACE|DEBUG|INFO|WARN|ERROR) (?P<text>.*)"),
        ),
    ),
)
