"""Symantec (Broadcom): Endpoint Protection Manager's syslog, and Messaging Gateway's tag."""

import re

from midwatch.events.readers import ANY, KeyValues, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILURE = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "admin",
}
_SUCCESS = {
    "category": "authentication",
    "outcome": "success",
    "action": "login",
    "service": "admin",
}


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


SOURCE = Source(
    name="symantec",
    title="Symantec Endpoint Protection and Messaging Gateway",
    logsource=Logsource(category="antivirus", product="symantec"),
    programs=("symantecserver",),
    marks=("SymantecServer: ", "[Brightmail] ("),
    header_clock=True,  # the manager writes UTC in the body, but does not say so
    readers=(
        KeyValues(
            {
                "time": ("Event time", "Event Time", "Begin", "Begin Time"),
                "src_ip": (
                    "Remote Host IP",
                    "Source IP",
                    "IP Address",
                    "Local Host IP",
                    "Local Host",
                ),
                "src_port": "Remote Port",
                "src_host": ("Remote Host Name", "Source computer"),
                "dst_ip": "Local Host IP",
                "dst_port": "Local Port",
                "dst_host": "Computer name",
                "user": ("Admin", "User", "User Name", "User name"),
                "domain": ("Domain Name", "Domain"),
                "signature": ("Risk name", "CIDS Signature string", "Event Description"),
                "signature_id": ("CIDS Signature ID", "Intrusion ID"),
                "process": ("Application", "Application name"),
                "file": ("File path", "Downloaded by"),
                "url": ("Intrusion URL", "Download site"),
                "policy": "Rule",
                "reason": ("Actual action", "Event Description"),
            },
            When(
                {
                    "Event Description": _text(
                        "log ?on failed|login failed|log ?on attempt failed|failed to log|authentication fail"
                    )
                },
                **_FAILURE,
            ),
            When({"Event Description": _text("log ?on succe|logged on|login succe")}, **_SUCCESS),
            When(
                {"Event Description": _text("logged off|log ?off|logged out")},
                category="authentication",
                action="logout",
                service="admin",
            ),
            When(
                {"Event Description": _text("locked")},
                category="authentication",
                outcome="failure",
                action="lockout",
                service="admin",
            ),
            When(
                {
                    "Event Description": _text(
                        "polic(?:y|ies).{0,40}(?:edited|changed|added|deleted|assigned)"
                    )
                },
                category="configuration",
                action="change",
                service="admin",
            ),
            When({"Risk name": ANY}, category="malware", action="detect"),
            When({"CIDS Signature ID": ANY}, category="ids", action="alert"),
            When({"Intrusion ID": ANY}, category="ids", action="alert"),
            When(
                {"Event Description": _text(r"\[SID: \d+\]|attack|port scan|denial of service")},
                category="ids",
                action="alert",
            ),
            When(
                {"Action": _text("block|denied|drop"), "Remote Host IP": ANY},
                category="network",
                action="block",
            ),
            When({"Remote Host IP": ANY}, category="network", action="allow"),
            pair=re.compile(r'(?:^|,) ?"?([A-Z][\w()]*(?: [\w()]+){0,4}): ([^,"]*)'),
            one_of=(
                "Site: ",
                "Local Host",
                "Risk name: ",
                "Event Description: ",
                "Computer name: ",
                "IP Address: ",
            ),
            category="system",
        ),
        Patterns(
            Pattern(
                r"(?:\S{1,40}: )?\[Brightmail\] \((?P<severity>[A-Z]+):[^()]{0,60}\)",
                category="mail",
            )
        ),
    ),
)
