"""ESET PROTECT (ERA): events exported to syslog as JSON."""

import re

from midwatch.events.readers import JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login", "service": "admin"}
_KIND = "event_type"

SOURCE = Source(
    name="eset",
    title="ESET PROTECT",
    logsource=Logsource(product="eset", category="antivirus"),
    programs=("eraserver", "eset", "esetprotect"),
    marks=(
        '"event_type":"Threat_Event"',
        '"event_type":"FirewallAggregated_Event"',
        '"event_type":"HipsAggregated_Event"',
        '"event_type":"Audit_Event"',
        '"event_type":"FilteredWebsites_Event"',
        '"event_type":"EnterpriseInspectorAlert_Event"',
        '"event_type":"BlockedFiles_Event"',
    ),
    readers=(
        JsonObject(
            {
                "time": "occured",
                "src_ip": ("source_address", "ipv4", "ipv6"),
                "src_port": "source_port",
                "dst_ip": "target_address",
                "dst_port": "target_port",
                "protocol": "protocol",
                "user": ("username", "user"),
                "host": "hostname",
                "severity": "severity",
                "signature": ("threat_name", "event", "rulename", "rule_name"),
                "file": "object_uri",
                "process": ("process_name", "processname"),
                "operation": "action",
                "detail": "detail",
            },
            When(
                {_KIND: "Threat_Event", "threat_name": re.compile(".")},
                category="malware",
                action="detect",
            ),
            When({_KIND: "BlockedFiles_Event"}, category="malware", action="detect"),
            When(
                {_KIND: "FirewallAggregated_Event", "action_taken": re.compile("(?i)block")},
                category="network",
                action="block",
            ),
            When(
                {
                    _KIND: (
                        "FirewallAggregated_Event",
                        "HipsAggregated_Event",
                        "EnterpriseInspectorAlert_Event",
                    ),
                    "source_address": re.compile("."),
                },
                category="ids",
                action="alert",
            ),
            When({_KIND: "FilteredWebsites_Event"}, category="web", action="deny"),
            When(
                {
                    _KIND: "Audit_Event",
                    "action": re.compile("(?i)login|logon"),
                    "result": re.compile("(?i)fail|denied"),
                },
                outcome="failure",
                **_LOGIN,
            ),
            When(
                {
                    _KIND: "Audit_Event",
                    "action": re.compile("(?i)login|logon"),
                    "result": re.compile("(?i)success"),
                },
                outcome="success",
                **_LOGIN,
            ),
            When(
                {_KIND: "Audit_Event", "action": re.compile("(?i)logout")},
                category="authentication",
                outcome="success",
                action="logout",
            ),
            When({_KIND: "Audit_Event"}, category="configuration", action="change"),
            require=("event_type", "occured"),
        ),
    ),
)
