"""Barracuda: Web Application Firewall (ArcSight-like pairs) and CloudGen Firewall."""

import re

from midwatch.events.readers import KeyValues, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_BLOCKED = re.compile("deny|block|drop|reject", re.IGNORECASE)

SOURCE = Source(
    name="barracuda",
    title="Barracuda Web Application Firewall and CloudGen Firewall",
    logsource=Logsource(category="firewall", product="barracuda"),
    marks=(" logType=WF", " logType=TR", " logType=AUDIT", "|srcIF=", " attackGroup="),
    header_clock=True,
    readers=(
        KeyValues(
            {
                "time": "rt",
                "src_ip": ("src", "clientIP"),
                "src_port": ("spt", "clientPort"),
                "dst_ip": ("dst", "serverIP"),
                "dst_port": ("dpt", "serverPort"),
                "user": ("duser", "suser", "adminName", "userName"),
                "url": "request",
                "http_method": "requestMethod",
                "http_status": ("responseCode", "httpStatus"),
                "user_agent": "userAgent",
                "referrer": "referer",
                "protocol": "app",
                "signature": "attackDescription",
                "signature_id": "attackId",
                "signature_class": "attackGroup",
                "reason": "attackDetails",
            },
            When(
                {"logType": "WF", "actionTaken": _BLOCKED},
                category="ids",
                action="block",
                service="web",
            ),
            When({"logType": "WF"}, category="ids", action="alert", service="web"),
            When({"logType": "TR"}, category="web", action="request", service="web"),
            When(
                {
                    "logType": "AUDIT",
                    "transactionType": re.compile("UNSUCCESSFUL_LOGIN|LOGIN_FAIL", re.IGNORECASE),
                },
                category="authentication",
                outcome="failure",
                action="login",
                service="admin",
            ),
            When(
                {"logType": "AUDIT", "transactionType": "LOGIN"},
                category="authentication",
                outcome="success",
                action="login",
                service="admin",
            ),
            When(
                {"logType": "AUDIT", "transactionType": "LOGOUT"},
                category="authentication",
                action="logout",
                service="admin",
            ),
            When({"logType": "AUDIT"}, category="configuration", action="change", service="admin"),
            pair=re.compile(
                r"(?:^|(?<=\s))([A-Za-z_]\w{0,40})=((?>(?:[^\s]|\s(?![A-Za-z_]\w{0,40}=))*))"
            ),
            one_of=(" logType=",),
            category="system",
        ),
        Patterns(
            Pattern(
                r".{0,200}?(?:Block|Drop|Deny|Fail)\w*: +(?:type=)?(?P<type>\w+)\|(?:proto=)?(?P<protocol>\w+)\|srcIF=(?P<in_interface>[^|]*)\|"
                r"srcIP=(?P<src_ip>[^|]*)\|srcPort=(?P<src_port>\d*)\|(?:srcMAC=[^|]*\|)?dstIP=(?P<dst_ip>[^|]*)\|dstPort=(?P<dst_port>\d*)"
                r"(?:.*?\|rule=(?P<policy>[^|]*))?(?:.*?\|info=(?P<reason>[^|]*))?",
                category="network",
                action="block",
            ),
            Pattern(
                r".{0,200}?(?:Allow|Detect|LocalAllow|Remove)\w*: +(?:type=)?(?P<type>\w+)\|(?:proto=)?(?P<protocol>\w+)\|srcIF=(?P<in_interface>[^|]*)\|"
                r"srcIP=(?P<src_ip>[^|]*)\|srcPort=(?P<src_port>\d*)\|(?:srcMAC=[^|]*\|)?dstIP=(?P<dst_ip>[^|]*)\|dstPort=(?P<dst_port>\d*)"
                r"(?:.*?\|rule=(?P<policy>[^|]*))?",
                category="network",
                action="allow",
            ),
        ),
    ),
)
