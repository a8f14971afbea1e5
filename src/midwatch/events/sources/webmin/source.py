"""Webmin, Virtualmin and Usermin: syslog and ``miniserv.log`` / ``webmin.log``."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_IP = r"(?P<src_ip>[0-9A-Fa-f.:]+)"
# The number begins with the instant; the time in brackets states no zone.
_ACTION = rf"(?P<time>\d{{10}})\.\d+\.\d+ \[[^\]]+\] (?P<user>.*?) (?P<session>[^ ]+) {_IP} global miniserv\.pl "

SOURCE = Source(
    name="webmin",
    title="Webmin, Virtualmin, Usermin",
    logsource=Logsource(product="webmin"),
    programs=("webmin", "usermin", "perl"),
    marks=(
        " global miniserv.pl ",
        "Non-existent login as ",
        "Invalid login as ",
        "Security alert: Host ",
    ),
    claims=False,
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(
                rf"Non-existent login as (?P<user>.*) from {_IP}\s*$",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(rf"Invalid login as (?P<user>.*) from {_IP}\s*$", **_FAILED),
            Pattern(rf"(?:Expired|Two-factor)[^.]*login as (?P<user>.*) from {_IP}\s*$", **_FAILED),
            Pattern(
                rf"Successful login as (?P<user>.*) from {_IP}\s*$", outcome="success", **_LOGIN
            ),
            Pattern(
                r"Logout by (?P<user>.*)$",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(
                rf"Security alert: Host {_IP} blocked after",
                category="network",
                action="block",
                reason="rate_limit",
            ),
            Pattern(
                r"Security alert: User (?P<user>.*) locked after",
                category="authentication",
                outcome="failure",
                action="lockout",
                reason="locked",
            ),
            Pattern(rf'{_ACTION}"failed" "[^"]*" "wronguser"', reason="invalid_user", **_FAILED),
            Pattern(rf'{_ACTION}"failed" "[^"]*" "wrongpass"', reason="bad_password", **_FAILED),
            Pattern(rf'{_ACTION}"failed" "[^"]*" "(?P<reason>[^"]*)"', **_FAILED),
            Pattern(rf'{_ACTION}"login"', outcome="success", **_LOGIN),
            Pattern(
                rf'{_ACTION}"logout"', category="authentication", outcome="success", action="logout"
            ),
            Pattern(rf'{_ACTION}"(?P<change>[^"]*)"', category="configuration", action="change"),
            Pattern(r"Timeout of session for (?P<user>.*)$"),
            Pattern(r"Webmin (?P<text>starting|stopping|.*)$"),
        ),
        Plain(),
    ),
)
