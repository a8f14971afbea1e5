"""Cisco ASA, its ancestors PIX and FWSM, and its successor Firepower Threat Defense.

Meaning is taken from the message number. In ``Built`` messages the direction says which
of the two ends began the connection; ``Teardown`` messages do not say it, and the first
end is taken for the source.
"""

import re

from midwatch.events.readers import CodedPatterns, KeyValues, Pattern, Patterns, Translated, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source
from midwatch.events.sources.cisco_asa.messages import OTHERWISE, SENTENCES

_FIREPOWER_BLOCKED = re.compile(
    r"^(?:Interactive )?Block|Dropped|^Blocked|Would have", re.IGNORECASE
)
_SEVERITIES = {"high": 1, "1": 1, "medium": 2, "2": 2, "low": 3, "3": 3}
_FIREPOWER = KeyValues(
    {
        "src_ip": "SrcIP",
        "src_port": "SrcPort",
        "dst_ip": "DstIP",
        "dst_port": "DstPort",
        "protocol": "Protocol",
        "in_interface": ("IngressInterface", "IngressZone"),
        "out_interface": ("EgressInterface", "EgressZone"),
        "policy": ("AccessControlRuleName", "ACPolicy", "Policy"),
        "session": "ConnectionID",
        "user": Translated(
            "User", {"no authentication required": None, "unknown": None}, keep=True
        ),
        "bytes_in": "InitiatorBytes",
        "bytes_out": "ResponderBytes",
        "reason": "AccessControlRuleReason",
        "signature": ("Message", "ThreatName"),
        "signature_id": "SID",
        "signature_class": "Classification",
        "signature_severity": (
            Translated("Priority", _SEVERITIES),
            Translated("EventPriority", _SEVERITIES),
        ),
        "file": "FileName",
        "url": "URL",
        "user_agent": "UserAgent",
        "referrer": "HTTPReferer",
        "query_name": "DNSQuery",
        "http_status": "HTTPResponse",
    },
    When(
        {"SID": re.compile("."), "InlineResult": _FIREPOWER_BLOCKED}, category="ids", action="block"
    ),
    When({"SID": re.compile(".")}, category="ids", action="alert"),
    When({"SHA_Disposition": "Malware"}, category="malware", action="detect"),
    When({"ThreatName": re.compile(".")}, category="malware", action="detect"),
    When({"FileAction": re.compile(".")}, category="file"),
    When({"AccessControlRuleAction": _FIREPOWER_BLOCKED}, action="block"),
    When({"AccessControlRuleAction": ("Allow", "Trust", "Fastpath", "Monitor")}, action="allow"),
    pair=re.compile(r'([A-Z]\w{0,40}): "?(.*?)"?(?=, [A-Z][\w ]{0,40}: |$)'),
    require=("SrcIP", "DstIP"),
    one_of=("SrcIP: ",),
    category="network",
)

SOURCE = Source(
    name="cisco_asa",
    title="Cisco ASA, PIX, FWSM and Firepower",
    logsource=Logsource(category="firewall", product="cisco"),
    programs=("sfims",),
    marks=("%ASA-", "%PIX-", "%FWSM-", "%FTD-", "SFIMS: ", "NAPPolicy: "),
    priority=11,
    distinct=True,
    readers=(
        _FIREPOWER,
        CodedPatterns(
            r"%(?:ASA|PIX|FWSM|FTD)-(?:[a-z-]{0,20}-)?(?P<level>[0-7])-(?P<message_id>\d{6})(?::|,)? +",
            "message_id",
            SENTENCES,
            OTHERWISE,
            category="system",
        ),
        Patterns(
            Pattern(
                r'(?:SFIMS: )?\[(?P<signature_id>\d+:\d+:\d+)\] "?(?P<signature>.*?)"? \[Impact: .*?'
                r"(?:\[Classification: (?P<signature_class>[^\]]*)\] )?\[Priority: (?P<signature_severity>\d+)\]:? "
                r"\{(?P<protocol>\w+)\} (?P<src>\S+)(?: \([^)]*\))? ?-> ?(?P<dst>\S+)",
                category="ids",
                action="alert",
            ),
        ),
    ),
)
