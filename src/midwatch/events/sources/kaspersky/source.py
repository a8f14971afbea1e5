"""Kaspersky Security Center: events exported as RFC 5424 structured data."""

import re

from midwatch.events.readers import KeyValues, Part, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


SOURCE = Source(
    name="kaspersky",
    title="Kaspersky Security Center",
    logsource=Logsource(category="antivirus", product="kaspersky"),
    marks=("[event@23668 ",),
    readers=(
        KeyValues(
            {
                "src_ip": "hip",
                "src_host": "hdn",
                "event": "et",
                "signature": ("etdn", "et"),
                "signature_class": "tdn",
                "file": "p7",
                "user": Part("p2", r"^([^\\]+\\.+)$"),
            },
            When(
                {
                    "et": _text(
                        "AUTH\\w*FAIL|LOGIN\\w*(?:FAIL|ERR)|INVALID_PASSWORD|PASSWD_INCORRECT"
                    )
                },
                category="authentication",
                outcome="failure",
                action="login",
                service="admin",
            ),
            When(
                {
                    "etdn": _text(
                        "(?:log-?in|authentication|password).{0,40}(?:fail|incorrect|invalid)"
                    )
                },
                category="authentication",
                outcome="failure",
                action="login",
                service="admin",
            ),
            When({"et": _text("ATTACK|NETWORK_BLOCK|INTRUSION")}, category="ids", action="block"),
            When(
                {
                    "et": _text(
                        "VIRUS|MALWARE|OBJECT_(?:NOTCURED|BLOCKED|DELETED|CURED|QUARANTINED|FOUND)|SUSPICIOUS|INFECTED|ROOTKIT|PHISHING"
                    )
                },
                category="malware",
                action="detect",
            ),
            When({"et": _text("APPLICATION_LAUNCH|DEVICE_BLOCK|DEVCTRL")}, category="process"),
            When({"et": _text("POLICY|SETTINGS|TASK_STATE|CONFIG")}, category="configuration"),
            one_of=("[event@23668 ",),
            category="system",
        ),
    ),
)
