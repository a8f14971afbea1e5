"""ZoneMinder: logins in syslog, its log file, and Apache's error log."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"(?:.{0,160}?)(?:WAR|INF|ERR|PNC|DBG) \["

SOURCE = Source(
    name="zoneminder",
    title="ZoneMinder",
    logsource=Logsource(product="zoneminder"),
    programs=(
        "zoneminder",
        "web_php",
        "zmpkg",
        "zmdc",
        "zma",
        "zmc*",
        "zmaudit",
        "zmwatch",
        "web_js",
    ),
    marks=(
        "WAR [Login denied for user ",
        'Login denied for user "',
        "INF [Login successful for user ",
        "ERR [Could not retrieve user ",
    ),
    priority=50,
    distinct=True,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                r"\[[^\]]*\] \[pid[^\]]*\] \[client (?P<src>[^\]]*)\] WAR \[Login denied for user \"(?P<user>.*?)\"\]",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                r"\[[^\]]*\] \[pid[^\]]*\] \[client (?P<src>[^\]]*)\] ERR \[Could not retrieve user (?P<user>.*?) details",
                outcome="failure",
                reason="invalid_user",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Login denied for user \"(?P<user>.*)\"\](?:.*?\[?(?P<src_ip>\d+\.\d+\.\d+\.\d+)\]?)?",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Could not retrieve user (?P<user>.*?) details",
                outcome="failure",
                reason="invalid_user",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Login successful for user \"(?P<user>.*)\"\]", outcome="success", **_LOGIN
            ),
        ),
    ),
)
