"""Nextcloud and ownCloud: one JSON object per line (``nextcloud.log``, ``audit.log``).

The client's address is the one in the sentence where it states one, since ``remoteAddr``
may be a proxy's.
"""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import JsonObject, Pattern, Patterns, When, WithSentence, json_text
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_CHANGED: dict[str, Value] = {"category": "authentication", "outcome": "success"}
_CLIENT = r"(?: \(Remote IP: '?(?P<src_ip>[0-9A-Fa-f.:]+)[^()]{0,200}\))?$"

SOURCE = Source(
    name="nextcloud",
    title="Nextcloud, ownCloud",
    logsource=Logsource(product="nextcloud"),
    programs=("nextcloud", "owncloud"),
    marks=('"reqId":"', '"reqId": "'),
    constants={"service": "app"},
    readers=(
        WithSentence(
            JsonObject(
                {
                    "time": "time",
                    "src_ip": "remoteAddr",
                    "user": "user",
                    "http_method": "method",
                    "url_path": "url",
                    "user_agent": "userAgent",
                    "severity": "level",
                    "module": "app",
                },
                When({"app": "admin_audit"}, category="file"),
                require=("reqId", "message"),
            ),
            json_text("message"),
            Patterns(
                Pattern(
                    rf"Login failed: user (?:is )?disabled: ['\"]?(?P<user>[^'\"]*)['\"]?{_CLIENT}",
                    reason="disabled",
                    **_FAILED,
                ),
                Pattern(rf"Login failed: ['\"](?P<user>.*)['\"]{_CLIENT}", **_FAILED),
                Pattern(rf"Login failed: (?P<user>.*?){_CLIENT}", **_FAILED),
                Pattern(
                    rf"Two-factor challenge failed: ['\"]?(?P<user>.*?)['\"]?{_CLIENT}",
                    reason="mfa",
                    **_FAILED,
                ),
                Pattern(
                    r"Failed two factor attempt by user \"?(?P<user>[^\" ]*)\"?",
                    reason="mfa",
                    **_FAILED,
                ),
                Pattern(r"Login successful: \"(?P<user>.*)\"$", outcome="success", **_LOGIN),
                Pattern(r"Login attempt: \"(?P<user>.*)\"$", **_LOGIN),
                Pattern(
                    r"Logout occurred",
                    category="authentication",
                    outcome="success",
                    action="logout",
                ),
                Pattern(
                    r"Bruteforce attempt from \"(?P<src_ip>[^\"]*)\" detected for action \"(?P<target>[^\"]*)\"",
                    category="ids",
                    action="alert",
                    signature="Bruteforce attempt",
                ),
                Pattern(
                    r"IP address throttled because it reached the attempts limit.*?\[action: (?P<target>[^,\]]*).*?ip: (?P<src_ip>[^\]]*)\]",
                    category="web",
                    action="rate_limit",
                ),
                Pattern(
                    r"Trusted domain error\. \"(?P<src_ip>[^\"]*)\" tried to access using \"(?P<http_host>[^\"]*)\" as host",
                    category="web",
                    action="deny",
                    reason="not_allowed",
                ),
                Pattern(
                    r"(?:Password of user|Password for user) \"?(?P<user>[^\"]*)\"? (?:has been|was) changed",
                    action="password_change",
                    **_CHANGED,
                ),
                Pattern(
                    r"User (?P<change>created|deleted|enabled|disabled): \"(?P<user>.*)\"$",
                    action="account_change",
                    **_CHANGED,
                ),
                Pattern(r"File (?P<change>[a-z]+): \"(?P<file>.*?)\"$", category="file"),
            ),
        ),
        Plain(),
    ),
)
