"""Synology DSM: the connection log in syslog, as ``User [mia] from [192.0.2.7] …``."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_WHO = r"(?:[\w. -]{0,40}: ?)?User \[(?P<user>.*)\] from \[(?P<src>[^\](]*)(?:\((?P<src_host>[^)]*)\))?\]"

SOURCE = Source(
    name="synology",
    title="Synology DSM",
    logsource=Logsource(product="synology"),
    programs=("connection", "synologd", "webui", "synocgid"),
    marks=(
        "] failed to log in via [",
        "] failed to sign in to [",
        "] logged in successfully via [",
        "] signed in to [",
        "] was blocked by [",
        "] logged out the server via [",
    ),
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(
                rf"{_WHO} failed to (?:log|sign) in (?:via|to) \[(?P<target>[^\]]*)\](?: via \[(?P<auth_method>[^\]]*)\])? due to (?P<error>authorization failure|authentication failure|.*)",
                **_FAILED,
            ),
            Pattern(
                rf"{_WHO} logged in successfully via \[(?P<target>[^\]]*)\]",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_WHO} signed in to \[(?P<target>[^\]]*)\] successfully(?: via \[(?P<auth_method>[^\]]*)\])?",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_WHO} (?:logged out the server|signed out)",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(
                r"(?:[\w. -]{0,40}: ?)?(?:Host|IP address) \[(?P<src_ip>[^\]]*)\] was blocked (?:by|via) \[(?P<target>[^\]]*)\]",
                category="network",
                action="block",
                reason="rate_limit",
            ),
            Pattern(
                r"(?:[\w. -]{0,40}: ?)?User \[(?P<user>.*)\] from \[(?P<src>[^\](]*)(?:\((?P<src_host>[^)]*)\))?\] (?P<text>.*)"
            ),
        ),
        Plain(),
    ),
)
