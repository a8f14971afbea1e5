"""ModSecurity and Coraza, the web application firewalls that run OWASP's Core Rule Set.

Their messages stand in the error log of the web server (Apache, nginx, IIS, Caddy), in
the parts of an audit log, or in an audit log of one JSON object per transaction. A message
is a sentence and then ``[id "930110"] [msg "…"] [severity "CRITICAL"] … [uri "/…"]``, with
quotes inside the values escaped.

A rule that matched is an alert; a request that was refused is a block.
"""

import re

from midwatch.events.readers import ANY, JsonObject, Pattern, Patterns, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

# Every part is optional and looked for once only (an atomic group): nothing is tried again.
_VALUE = r'(?>(?:[^"\\]|\\.)*)'
_RULE = (
    rf'(?>(?:(?>.*?\[id ")(?P<signature_id>\d+)"\])?)(?>(?:(?>.*?\[msg ")(?P<signature>{_VALUE})"\])?)'
    r'(?>(?:(?>.*?\[severity ")(?P<severity>[^"]*)"\])?)(?>(?:(?>.*?\[tag "attack-)(?P<signature_class>[^"]*)"\])?)'
    rf'(?>(?:(?>.*?\[hostname ")(?P<http_host>[^"]*)"\])?)(?>(?:(?>.*?\[uri ")(?P<url_path>{_VALUE})"\])?)'
    r'(?>(?:(?>.*?\[unique_id ")(?P<session>[^"]*)"\])?)'
)
_CLIENT = (
    r"\[(?:client|remote) \"?(?P<src_ip>\d+\.\d+\.\d+\.\d+(?=[\]:\"])|[^\]\"]+?(?=:\d{5}\])|[^\]\"]+)"
    r"(?::(?P<src_port>\d{1,5}))?\"?\] "
)
_APACHE = rf"(?:\[[\w:-]+\] )?(?:\[pid [^\]]*\] )?(?:\[(?:client|remote) [^\]]*\] )?{_CLIENT}"
_NGINX = (
    r"(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?\[[a-z]+\] \d+#\d+: (?:\*\d+ )?"
    rf"(?:{_CLIENT.replace('src_ip', 'peer').replace('src_port', 'peer_port')})?"
)
_NGINX_END = (
    r'(?>.*?, client: )(?P<src_ip>[^ ,]+), server: [^,]*(?:, request: "(?P<request>[^"]*)")?'
)
_DENIED = r"Access denied (?:with (?:code|redirection|connection close)|using)[^0-9\[]{0,20}(?P<http_status>\d{3})?"
_SENTENCE = r' ?(?>(?P<reason>.*?)(?= \[(?:file|line|id|msg) "|$))'

_ALERT: dict[str, Value] = {"category": "ids", "action": "alert", "service": "web"}
_BLOCK: dict[str, Value] = {"category": "ids", "action": "block", "service": "web"}

_AUDIT: dict[str, Keys] = {
    "time": ("transaction.time_stamp", "transaction.timestamp", "transaction.time"),
    "src_ip": ("transaction.client_ip", "transaction.remote_address"),
    "src_port": ("transaction.client_port", "transaction.remote_port"),
    "dst_ip": ("transaction.host_ip", "transaction.local_address"),
    "dst_port": ("transaction.host_port", "transaction.local_port"),
    "session": ("transaction.unique_id", "transaction.id", "transaction.transaction_id"),
    "request": "request.request_line",
    "http_method": "transaction.request.method",
    "url": "transaction.request.uri",
    "http_version": ("transaction.request.http_version", "transaction.request.protocol"),
    "http_host": ("transaction.request.headers.Host", "transaction.request.headers.host", "request.headers.Host"),
    "user_agent": (
        "transaction.request.headers.User-Agent", "transaction.request.headers.user-agent",
        "request.headers.User-Agent",
    ),
    "http_status": ("transaction.response.http_code", "transaction.response.status", "response.status"),
    "signature": ("transaction.messages.0.message", "messages.0.message", "audit_data.messages.0"),
    "signature_id": ("transaction.messages.0.details.ruleId", "messages.0.data.id"),
    "severity": ("transaction.messages.0.details.severity", "messages.0.data.severity"),
    "reason": ("transaction.messages.0.details.data", "messages.0.data.data", "audit_data.action.message"),
}  # fmt: skip

SOURCE = Source(
    name="modsecurity",
    title="ModSecurity and Coraza",
    logsource=Logsource(category="webserver", product="modsecurity"),
    programs=("modsecurity", "coraza"),
    marks=(
        "ModSecurity: ",
        "Coraza: ",
        "Message: Warning. ",
        "Message: Access denied with ",
        '{"transaction":{',
        '"audit_data":',
    ),
    priority=20,
    claims=False,
    readers=(
        Patterns(
            Pattern(rf"{_APACHE}(?:ModSecurity|Coraza): +{_DENIED}{_SENTENCE}{_RULE}", **_BLOCK),
            Pattern(
                rf"{_APACHE}(?:ModSecurity|Coraza): +(?:Warning\.?|Output filter) ?{_SENTENCE}{_RULE}",
                **_ALERT,
            ),
            # Some versions write the fields before the sentence.
            Pattern(
                rf'{_APACHE}ModSecurity: +(?=\[\w+ ")(?={_RULE})(?>.*?"\] {_DENIED})',
                **_BLOCK,
            ),
            Pattern(rf'{_APACHE}ModSecurity: +(?=\[\w+ ")(?={_RULE})(?>.*?"\] Warning)', **_ALERT),
            Pattern(rf"{_NGINX}ModSecurity: {_DENIED}{_SENTENCE}{_RULE}{_NGINX_END}", **_BLOCK),
            Pattern(rf"{_NGINX}ModSecurity: Warning\. ?{_SENTENCE}{_RULE}{_NGINX_END}", **_ALERT),
            # Part H of the audit log.
            Pattern(rf"Message: {_DENIED}{_SENTENCE}{_RULE}", **_BLOCK),
            Pattern(rf"Message: (?:Warning|Pattern match)\b\.? ?{_SENTENCE}{_RULE}", **_ALERT),
            Pattern(rf"Apache-Error: .*?ModSecurity: {_DENIED}{_SENTENCE}{_RULE}", **_BLOCK),
            Pattern(rf"(?:ModSecurity|Coraza): +{_DENIED}{_SENTENCE}{_RULE}", **_BLOCK),
            Pattern(rf"(?:ModSecurity|Coraza): +Warning\.? ?{_SENTENCE}{_RULE}", **_ALERT),
        ),
        JsonObject(
            _AUDIT,
            When({"transaction.response.http_code": "403"}, **_BLOCK),
            When({"transaction.is_interrupted": re.compile("(?i)true")}, **_BLOCK),
            When({"audit_data.action.intercepted": ANY}, **_BLOCK),
            require=("transaction",),
            **_ALERT,
        ),
    ),
)
