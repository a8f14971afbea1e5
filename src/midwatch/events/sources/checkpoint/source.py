"""Check Point: Log Exporter's pairs, in the writings that firms use.

``key=value|key=value`` (Splunk), ``[action:"Drop"; …]`` and RFC 5424 structured data. The
sources ``cef`` and ``leef`` read the exporter's other two writings.
"""

import re
from collections.abc import Mapping
from typing import Final

from midwatch.events.readers import ANY, KeyValues, Part, Translated, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT = {"category": "authentication", "action": "logout"}
_ADMIN = {"service": "admin"}
_VPN = {"service": "vpn"}
_APP = {"service": "app"}

_SEVERITIES: Final = {
    "critical": 1,
    "high": 1,
    "medium": 2,
    "low": 3,
    "informational": 4,
    "4": 1,
    "3": 1,
    "2": 2,
    "1": 3,
    "0": 4,
}


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_BLOCKED = ("Drop", "Reject", "Block", "Prevent", "Quarantine", "Inline", "Redirect", "Deny")
_PASSED = (
    "Accept",
    "Allow",
    "Encrypt",
    "Decrypt",
    "Bypass",
    "Inspect",
    "VPN Routing",
    "Detect",
    "Monitor",
)
_LOG_IN = ("Log In", "Login", "Authorize", "Authcrypt")
_LOG_OUT = ("Log Out", "Logout", "Deauthorize")
_FAILED_LOG_IN = ("Failed Log In", "Failed Login", "Login Failed")
_REMOTE = _text("mobile access|vpn|endpoint security|ssl network|snx")
_FAILED = _text("fail|wrong|denied|invalid|unsuccess|incorrect")
_THREATS = _text(r"\bIPS\b|smart ?defense|SmartEvent|threat|anti.?bot|DDoS|WAF|AppSec|infinity")
_MALWARE = _text(
    "anti.?virus|anti.?malware|forensics|threat (?:emulation|extraction)|new anti virus|zero phishing"
)
_WEB = _text("url filtering|application control|content awareness")

_FIELDS: Mapping[str, Keys] = {
    "time": ("time", "creation_time"),
    "host": ("hostname", "origin_host", "orig_name"),
    "severity": ("severity", "syslog_severity"),
    "session": ("session_id", "conn_id"),
    "src_ip": ("src", "client_ip", "endpoint_ip", "src_ip", "proxy_src_ip", "peer_gateway"),
    "src_port": "s_port",
    "src_host": ("src_machine_name", "machine"),
    "dst_ip": "dst",
    "dst_port": Part("service", r"^(\d+)$"),
    "protocol": "proto",
    "in_interface": ("ifname", "inzone"),
    "out_interface": "outzone",
    "policy": ("rule_name", "rule"),
    "bytes_in": ("sent_bytes", "client_outbound_bytes"),
    "bytes_out": ("received_bytes", "client_inbound_bytes"),
    "user": ("user", "administrator", "src_user_name", "user_name", "src_user"),
    "auth_method": ("auth_method", "authentication_method"),
    "reason": (
        "reason",
        "reject_category",
        "fail_reason",
        Part("additional_info", "^(.*(?:fail|wrong|denied|invalid).*)$"),
    ),
    "signature": ("protection_name", "attack", "malware_family", "verdict"),
    "signature_id": "protection_id",
    "signature_class": ("attack_info", "malware_action", "protection_type"),
    "signature_severity": Translated("severity", _SEVERITIES),
    "url": "resource",
    "http_host": "http_host",
    "http_method": ("method", "http_method"),
    "user_agent": ("user_agent", "web_client_type"),
    "mail_from": "from",
    "mail_to": "to",
    "file": "file_name",
    "product": "product",
}

_CASES = (
    # Administrators
    When({"operation": ("Failed Log In", "Failed Login")}, **_FAILURE, **_ADMIN),
    When({"operation": ("Log In", "Login"), "additional_info": _FAILED}, **_FAILURE, **_ADMIN),
    When({"operation": ("Log In", "Login"), "audit_status": _FAILED}, **_FAILURE, **_ADMIN),
    When({"operation": ("Log In", "Login")}, **_SUCCESS, **_ADMIN),
    When({"operation": ("Log Out", "Logout", "Force Log Out")}, **_LOGOUT, **_ADMIN),
    When({"subject": "Administrator Login", "additional_info": _FAILED}, **_FAILURE, **_ADMIN),
    When({"operation": ANY}, category="configuration", action="change", **_ADMIN),
    # People
    *(
        When({"action": said, "product": where}, **means, **service)
        for said, means in ((_FAILED_LOG_IN, _FAILURE), (_LOG_IN, _SUCCESS), (_LOG_OUT, _LOGOUT))
        for where, service in ((_REMOTE, _VPN), (ANY, _APP))
    ),
    When({"action": _FAILED_LOG_IN}, **_FAILURE, **_APP),
    When({"action": _LOG_IN}, **_SUCCESS, **_APP),
    When({"action": _LOG_OUT}, **_LOGOUT, **_APP),
    When({"auth_status": _FAILED}, **_FAILURE, **_APP),
    When({"auth_status": _text("success")}, **_SUCCESS, **_APP),
    When({"reject_category": _text("authentication")}, **_FAILURE, **_VPN),
    When(
        {
            "action": ("Reject", "Failed"),
            "reason": _text("authentication fail|wrong (?:user|pass)"),
        },
        **_FAILURE,
        **_VPN,
    ),
    # Threats
    When({"product": _MALWARE}, category="malware", action="detect"),
    When({"product": _THREATS, "action": _BLOCKED}, category="ids", action="block"),
    When(
        {"product": _THREATS, "action": ("Detect", "Monitor", "Alert", "Accept")},
        category="ids",
        action="alert",
    ),
    When({"attack": ANY, "action": _BLOCKED}, category="ids", action="block"),
    When({"attack": ANY}, category="ids", action="alert"),
    When({"protection_name": ANY, "action": _BLOCKED}, category="ids", action="block"),
    When({"protection_name": ANY}, category="ids", action="alert"),
    When({"product": _text("anti.?spam|email")}, category="mail"),
    # Requests and packets
    When({"product": _WEB, "action": _BLOCKED}, category="web", action="deny"),
    When({"product": _WEB}, category="web", action="request"),
    When({"action": _BLOCKED, "src": ANY}, category="network", action="block"),
    When({"action": _PASSED, "src": ANY}, category="network", action="allow"),
    When({"src": ANY, "dst": ANY}, category="network"),
)

_COLON_PAIR = re.compile(r'(?<![\w-])([\w-]{1,60}+):{1,2}"((?>(?:[^"\\]|\\.)*))"')

SOURCE = Source(
    name="checkpoint",
    title="Check Point",
    logsource=Logsource(category="firewall", product="checkpoint"),
    programs=("checkpoint",),
    marks=(
        "|loguid=",
        "|product=",
        'loguid="{0x',
        'loguid:"{0x',
        "origin_sic_name=",
        "originsicname=",
        'originsicname:"',
    ),
    readers=(
        KeyValues(
            _FIELDS,
            *_CASES,
            require=("time",),
            one_of=("|loguid=", "|product=", "|action="),
            separator="|",
            category="system",
        ),
        KeyValues(
            _FIELDS,
            *_CASES,
            one_of=('action:"', 'loguid:"', 'product:"'),
            pair=_COLON_PAIR,
            category="system",
        ),
        KeyValues(_FIELDS, *_CASES, one_of=('loguid="', 'originsicname="'), category="system"),
    ),
)
