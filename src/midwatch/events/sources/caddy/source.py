"""Caddy 2: access log and error log as JSON or on the console, and the Coraza module.

Caddy answers 401 with ``Www-Authenticate`` when basic authentication refused, and names no
user then. The text of Coraza's messages is ModSecurity's, inside a JSON string.
"""

import re

from midwatch.events.readers import JsonObject, Pattern, Patterns, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "web",
}
_WEB: dict[str, Value] = {"category": "web", "action": "request", "service": "web"}
_FIELDS: dict[str, Keys] = {
    "time": "ts",
    "severity": "level",
    "src_ip": ("request.client_ip", "request.remote_ip", "request.remote_addr"),
    "src_port": "request.remote_port",
    "user": "user_id",
    "http_method": "request.method",
    "url": "request.uri",
    "http_version": "request.proto",
    "http_host": "request.host",
    "http_status": "status",
    "bytes_in": "bytes_read",
    "bytes_out": "size",
    "user_agent": "request.headers.User-Agent",
    "referrer": "request.headers.Referer",
    "reason": ("error", "msg"),
}
_REFUSED = (
    When({"status": "401", "resp_headers.Www-Authenticate": re.compile(".")}, **_FAILED),
    When({"msg": "not authenticated"}, **_FAILED),
)
_QUOTE = r"\\\""
# Every part is optional and looked for once only (an atomic group): nothing is tried again.
_RULE = (
    rf"(?>(?:(?>.*?\[id {_QUOTE})(?P<signature_id>\d+){_QUOTE}\])?)(?>(?:(?>.*?\[msg {_QUOTE})(?P<signature>.*?){_QUOTE}\])?)"
    rf"(?>(?:(?>.*?\[severity {_QUOTE})(?P<severity>[^\\]*){_QUOTE}\])?)(?>(?:(?>.*?\[tag {_QUOTE}attack-)(?P<signature_class>[^\\]*){_QUOTE}\])?)"
    rf"(?>(?:(?>.*?\[hostname {_QUOTE})(?P<http_host>[^\\]*){_QUOTE}\])?)(?>(?:(?>.*?\[uri {_QUOTE})(?P<url_path>.*?){_QUOTE}\])?)"
    rf"(?>(?:(?>.*?\[unique_id {_QUOTE})(?P<session>[^\\]*){_QUOTE}\])?)"
)
_WAF = (
    r'\{"level":"[a-z]+","ts":"?(?P<time>[^",]+)"?,"logger":"http\.handlers\.waf","msg":"'
    rf"\[client {_QUOTE}(?P<src_ip>[^\\]+){_QUOTE}\] Coraza: "
)
# ``level<tab>logger<tab>message<tab>{"request": {…}, "status": 200}``, time taken off.
_CONSOLE = (
    r"(?P<severity>[A-Z]{1,16})\s+http\.log\.(?:access|error)[^\s]*\s+(?P<reason>[^\t{]*?)\s+\{"
    r'(?>.*?"remote_ip": ?")(?P<src_ip>[^"]*)"(?>(?:(?>.*?"client_ip": ?")(?P<client_ip>[^"]*)")?)(?>.*?"method": ?")(?P<http_method>[^"]*)", ?'
    r'"host": ?"(?P<http_host>[^"]*)", ?"uri": ?"(?P<url_path>(?>(?:[^"\\]|\\.)*))"(?>(?:(?>.*?"User-Agent": ?\[")(?P<user_agent>(?>(?:[^"\\]|\\.)*))")?)'
    r'(?>(?:(?>.*?"user_id": ?")(?P<user>[^"]*)")?)'
)

SOURCE = Source(
    name="caddy",
    title="Caddy",
    logsource=Logsource(category="webserver", product="caddy"),
    programs=("caddy",),
    marks=(
        '"logger":"http.log', '"logger":"http.handlers', '"logger": "http.log', "http.log.access", "http.log.error",
    ),
    readers=(
        Patterns(
            Pattern(rf"{_WAF}Access denied{_RULE}", category="ids", action="block", service="web"),
            Pattern(rf"{_WAF}{_RULE}", category="ids", action="alert", service="web"),
            Pattern(rf'{_CONSOLE}(?>.*?"status": ?)(?P<http_status>401)(?>.*?"Www-Authenticate")', **_FAILED),
            Pattern(rf'{_CONSOLE}(?>(?:(?>.*?"status": ?)(?P<http_status>\d+))?)', **_WEB),
        ),
        JsonObject(_FIELDS, *_REFUSED, require=("request.method", "request.uri"), **_WEB),
        JsonObject({"time": "ts", "severity": "level", "reason": "msg", "module": "logger"}, require=("logger", "msg"), category="system"),
    ),
)  # fmt: skip
