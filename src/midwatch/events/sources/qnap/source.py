"""QNAP QTS and QuTS hero: connection and event logs sent to syslog by ``qlogd``."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_CONNECTION = (
    r"conn log: Users: (?P<user>.*?), Source IP: (?P<src_ip>[^,]*), Computer name: (?P<src_host>[^,]*), "
    r"Connection type: (?P<protocol>[^,]*), Accessed resources: (?P<target>.*?), Action: "
)

SOURCE = Source(
    name="qnap",
    title="QNAP QTS",
    logsource=Logsource(product="qnap"),
    programs=("qlogd", "qulogd"),
    marks=("conn log: Users: ", "event log: Users: "),
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(rf"{_CONNECTION}Login Fail", outcome="failure", **_LOGIN),
            Pattern(rf"{_CONNECTION}Login OK", outcome="success", **_LOGIN),
            Pattern(
                rf"{_CONNECTION}Logout",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(rf"{_CONNECTION}(?P<operation>.*)$", category="file"),
            Pattern(
                r"event log: Users: (?P<user>.*?), Source IP: (?P<src_ip>[^,]*), Computer name: (?P<src_host>[^,]*), Content: (?:\[[^\]]*\] ?)*(?P<text>Failed to log in.*|.*[Ll]ogin failed.*)$",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                r"event log: Users: (?P<user>.*?), Source IP: (?P<src_ip>[^,]*), Computer name: (?P<src_host>[^,]*), Content: (?P<text>.*)$"
            ),
        ),
        Plain(),
    ),
)
