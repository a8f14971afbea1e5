"""Arista NG Firewall, formerly Untangle: events as JSON in syslog."""

import re

from midwatch.events.readers import JsonObject, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source


def _class(name: str) -> re.Pattern[str]:
    return re.compile(rf"{name}$")


_FIELDS: dict[str, Keys] = {
    "time": "timeStamp",
    "src_ip": (
        "sessionEvent.CClientAddr", "CClientAddr", "clientAddr", "clientAddress", "remoteAddress",
        "sourceAddress", "address",
    ),
    "src_port": ("sessionEvent.CClientPort", "CClientPort"),
    "dst_ip": ("sessionEvent.SServerAddr", "SServerAddr", "destAddress"),
    "dst_port": ("sessionEvent.SServerPort", "SServerPort"),
    "protocol": ("sessionEvent.protocolName", "protocolName", "protocol"),
    "user": ("login", "loginName", "clientUsername", "clientName", "username"),
    "policy": ("ruleId", "sessionEvent.policyRuleId"),
    "http_host": "requestLine.httpRequestEvent.host",
    "url_path": "requestLine.requestURI",
    "signature": ("msg", "virusName"),
    "event_class": "class",
}  # fmt: skip
_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}

SOURCE = Source(
    name="untangle",
    title="Arista NG Firewall (Untangle)",
    logsource=Logsource(category="firewall", product="untangle"),
    programs=("uvm",),
    marks=("com.untangle.",),
    readers=(
        JsonObject(
            _FIELDS,
            When(
                {"class": _class("AdminLoginEvent"), "succeeded": "false"},
                service="admin",
                **_FAILED,
            ),
            When({"class": _class("AdminLoginEvent")}, service="admin", **_LOGIN),
            When(
                {"class": _class("CaptivePortalUserEvent"), "event": "FAILED"},
                service="web",
                **_FAILED,
            ),
            When(
                {"class": _class("CaptivePortalUserEvent"), "event": "LOGIN"},
                service="web",
                **_LOGIN,
            ),
            When(
                {
                    "class": _class("(?:OpenVpn|Ipsec|VirtualUser|WireguardVpn)\\w*Event"),
                    "type": "CONNECT",
                },
                service="vpn",
                **_LOGIN,
            ),
            When(
                {"class": _class("FirewallEvent"), "blocked": "true"},
                category="network",
                action="block",
            ),
            When({"class": _class("FirewallEvent")}, category="network", action="allow"),
            When(
                {"class": _class("IntrusionPreventionLogEvent"), "blocked": "true"},
                category="ids",
                action="block",
            ),
            When({"class": _class("IntrusionPreventionLogEvent")}, category="ids", action="alert"),
            When(
                {"class": _class("ThreatPrevention\\w*Event"), "blocked": "true"},
                category="ids",
                action="block",
            ),
            When(
                {"class": _class("Virus\\w*Event"), "clean": "false"},
                category="malware",
                action="detect",
            ),
            When(
                {"class": _class("WebFilterEvent"), "blocked": "true"},
                category="web",
                action="deny",
            ),
            When({"class": _class("WebFilterEvent")}, category="web", action="request"),
            When({"class": _class("SessionEvent")}, category="network", action="allow"),
            require=("class", "timeStamp"),
            category="system",
        ),
    ),
)
