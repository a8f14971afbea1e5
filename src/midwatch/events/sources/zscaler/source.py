"""Zscaler: Internet Access (NSS web and firewall feeds) and Private Access (LSS, JSON)."""

import re

from midwatch.events.readers import ANY, JsonObject, KeyValues, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}
_BLOCKED = re.compile("block|den|drop|quarantine", re.IGNORECASE)
_THREAT = re.compile("^(?!none$).", re.IGNORECASE)

SOURCE = Source(
    name="zscaler",
    title="Zscaler Internet Access and Private Access",
    logsource=Logsource(category="proxy", product="zscaler"),
    marks=("vendor=Zscaler", '{"LogTimestamp"', '"AuditOperationType"', "product=NSS\t"),
    readers=(
        KeyValues(
            {
                "host": "devicehostname",
                "src_ip": ("clientpublicIP", "ClientIP", "cip", "csip"),
                "src_port": ("csport", "srcport"),
                "dst_ip": ("serverip", "cdip", "dstip"),
                "dst_port": ("cdport", "dstport"),
                "protocol": ("protocol", "proto"),
                "user": ("user", "login"),
                "url": "url",
                "http_host": "hostname",
                "http_method": "requestmethod",
                "http_status": "status",
                "user_agent": "useragent",
                "referrer": "refererURL",
                "reason": "reason",
                "policy": ("rulelabel", "rule"),
                "bytes_in": "requestsize",
                "bytes_out": "responsesize",
                "signature": "threatname",
                "signature_class": ("threatcategory", "urlcategory"),
            },
            When({"threatname": _THREAT}, category="malware", action="detect"),
            When({"requestmethod": ANY, "action": _BLOCKED}, category="web", action="deny"),
            When({"requestmethod": ANY}, category="web", action="request"),
            When({"action": _BLOCKED}, category="network", action="block"),
            one_of=("vendor=Zscaler", "product=NSS"),
            separator="\t",
            category="network",
            action="allow",
        ),
        JsonObject(
            {
                "time": ("LogTimestamp", "CreationTime", "ModifiedTime"),
                "src_ip": ("ClientPublicIP", "ClientPublicIp", "PublicIP"),
                "src_port": "ClientPublicPort",
                "dst_ip": ("ServerIP", "Host"),
                "dst_port": ("ServerPort", "ApplicationPort"),
                "user": ("Username", "NameID", "User"),
                "session": ("SessionID", "ConnectionID"),
                "policy": "Policy",
                "http_method": "Method",
                "http_status": "StatusCode",
                "http_host": "Host",
                "url": "URL",
                "user_agent": "UserAgent",
                "reason": ("ConnectionReason", "InternalReason"),
                "country": ("ClientCountryCode", "CountryCode"),
            },
            When({"SessionStatus": re.compile("AUTHENTICATED$")}, **_SUCCESS, service="vpn"),
            When({"SessionStatus": re.compile("FAIL|DENIED|REJECT")}, **_FAILURE, service="vpn"),
            When({"SessionStatus": ANY}, category="network", service="vpn"),
            When(
                {"AuditOperationType": re.compile("sign in.*fail|fail.*sign in", re.IGNORECASE)},
                **_FAILURE,
                service="admin",
            ),
            When({"AuditOperationType": "Sign In"}, **_SUCCESS, service="admin"),
            When(
                {"AuditOperationType": "Sign Out"},
                category="authentication",
                action="logout",
                service="admin",
            ),
            When(
                {"AuditOperationType": ANY},
                category="configuration",
                action="change",
                service="admin",
            ),
            When({"Method": ANY}, category="web", action="request"),
            When(
                {"ConnectionStatus": re.compile("block|den", re.IGNORECASE)},
                category="network",
                action="block",
            ),
            category="network",
        ),
        # Some versions write numbers such as 00.000000, which is no JSON.
        Patterns(
            Pattern(
                r'\{"LogTimestamp": ?"(?P<time>[^"]*)"(?:.*?"(?:Username|NameID)": ?"(?P<user>[^"]*)")?(?:.*?"ClientPublicI[Pp]": ?"(?P<src_ip>[^"]*)")?',
                category="network",
            ),
        ),
    ),
)
