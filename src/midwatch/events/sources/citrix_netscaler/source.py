"""Citrix NetScaler (ADC, Gateway): its own syslog.

After the name of the packet engine come feature, event and two numbers:
``default AAA LOGIN_FAILED 101 0 : User x - Client_ip 192.0.2.1 - Failure_reason "…"``.
"""

from typing import Any, Final

from midwatch.events.readers import CodedPatterns, Pattern
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS: Final[_Means] = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout"}
_ADMIN: Final[_Means] = {"service": "admin"}
_VPN: Final[_Means] = {"service": "vpn"}

_IP = r"[0-9A-Fa-f.:]{2,45}+"
_CONTEXT = (
    rf"Context (?P<user>\S*)@(?P<src_ip>{_IP}) - SessionId: ?(?P<session>\d+)"
    rf"(?:.*? - Vserver (?P<dst>[0-9A-Fa-f.:]+))?"
)
_COMMAND = r'User (?P<user>\S+) (?:- ADM_User \S+ )?- Remote_ip (?P<src_ip>"?[^\s"]+"?) - Command "(?P<command>.*?)" - Status '
_CONNECTION = r"Source (?P<src>[0-9A-Fa-f.:]+) - (?:Vserver (?P<vserver>\S+) - )?(?:NatIP \S+ - )?Destination (?P<dst>[0-9A-Fa-f.:]+)"
_APPFW = rf" ?(?P<src_ip>{_IP}) \S+ - (?:\S+ - )?(?P<policy>\S+) (?P<signature>.*?)(?:: )?"

_SENTENCES = {
    "LOGIN_FAILED": (
        Pattern(
            rf'User (?P<user>\S+) - Client_ip (?P<src_ip>{_IP}) - Failure_reason "(?P<reason>[^"]*)"',
            **_FAILURE,
            **_VPN,
        ),
        Pattern(rf"User (?P<user>\S+) - Client_ip (?P<src_ip>{_IP})", **_FAILURE, **_VPN),
        Pattern("", **_FAILURE, **_VPN),
    ),
    "LOGIN": (
        Pattern(_CONTEXT, **_SUCCESS, **_VPN),
        Pattern(rf".*?User (?P<user>\S+) - Client_ip (?P<src_ip>{_IP})", **_SUCCESS, **_VPN),
    ),
    "LOGOUT": (
        Pattern(_CONTEXT, **_LOGOUT, **_VPN),
        Pattern(rf".*?User (?P<user>\S+) - Client_ip (?P<src_ip>{_IP})", **_LOGOUT, **_VPN),
    ),
    "HTTPREQUEST": (
        Pattern(
            rf"{_CONTEXT}.*? (?P<http_method>GET|POST|HEAD|PUT|DELETE|OPTIONS) (?P<url>\S+)",
            category="web",
            action="request",
        ),
    ),
    "HTTP_RESOURCEACCESS_DENIED NONHTTP_RESOURCEACCESS_DENIED": (
        Pattern(_CONTEXT, category="web", action="deny"),
    ),
    "TCPCONNSTAT UDPFLOWSTAT ICASTART ICAEND_CONNSTAT": (
        Pattern(_CONTEXT, category="network", **_VPN),
    ),
    "CMD_EXECUTED": (
        Pattern(
            rf'User (?P<user>\S+) (?:- ADM_User \S+ )?- Remote_ip (?P<src_ip>{_IP}) - Command "login .*" - Status "(?P<reason>(?:ERROR|Error)[^"]*)"',
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern(
            rf'User (?P<user>\S+) (?:- ADM_User \S+ )?- Remote_ip (?P<src_ip>{_IP}) - Command "login .*" - Status "Success"',
            **_SUCCESS,
            **_ADMIN,
        ),
        Pattern(
            rf'User (?P<user>\S+) (?:- ADM_User \S+ )?- Remote_ip (?P<src_ip>{_IP}) - Command "logout',
            **_LOGOUT,
            **_ADMIN,
        ),
        Pattern(_COMMAND, category="configuration", action="change", **_ADMIN),
    ),
    "ACL_PKT_LOG ACL6_PKT_LOG": (
        Pattern(
            r"Source (?P<src>\S+) -+> Destination (?P<dst>\S+) - Protocol (?P<protocol>\S+)(?=.*(?:DENY|Hitcount|Action))(?:.*Action (?:DENY|BRIDGE))",
            category="network",
            action="block",
        ),
        Pattern(
            r"Source (?P<src>\S+) -+> Destination (?P<dst>\S+) - Protocol (?P<protocol>\S+)",
            category="network",
            action="allow",
        ),
    ),
    "CONN_DELINK CONN_TERMINATE OTHERCONN_DELINK NAT_CONN_DELINK NAT_OTHERCONN_DELINK": (
        Pattern(_CONNECTION, category="network", action="close"),
    ),
    "SSL_HANDSHAKE_FAILURE SSL_HANDSHAKE_SUCCESS": (
        Pattern(
            rf".*?ClientIP (?P<src_ip>{_IP}) - ClientPort (?P<src_port>\d+) - VserverServiceIP (?P<dst_ip>{_IP}) - VserverServicePort (?P<dst_port>\d+)",
            category="network",
        ),
    ),
}

_OTHERWISE = (
    Pattern(
        rf"{_APPFW}(?P<url>https?://\S+) .*<(?:blocked|transformed)>",
        category="ids",
        action="block",
        service="web",
    ),
    Pattern(
        rf"{_APPFW}(?P<url>https?://\S+) .*<not blocked>",
        category="ids",
        action="alert",
        service="web",
    ),
    Pattern(rf"{_APPFW}(?: <blocked>)$", category="ids", action="block", service="web"),
    Pattern(rf"{_APPFW}(?: <not blocked>)$", category="ids", action="alert", service="web"),
    Pattern(r".{0,400}?(?<![\d.])(?P<src_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"),
)

SOURCE = Source(
    name="citrix_netscaler",
    title="Citrix NetScaler",
    logsource=Logsource(category="firewall", product="netscaler"),
    programs=("ppe-*", "0-ppe-*", "1-ppe-*", "2-ppe-*", "3-ppe-*"),
    marks=(
        "-PPE-0 : ",
        "PPE-0 : default ",
        " : default SSLVPN ",
        " : default AAA ",
        " : default APPFW ",
        " : default TCP CONN_",
    ),
    readers=(
        CodedPatterns(
            r"(?:(?!default )(?P<host>[\w.-]{1,255}) )?(?:(?:\d+-)?PPE-\d+ : )?(?:default )?(?P<feature>[A-Z][A-Z0-9_]{1,20}) (?P<event>[A-Z][A-Z0-9_]{2,40}) \d+ \d+ : *",
            "event",
            _SENTENCES,
            _OTHERWISE,
            category="system",
        ),
    ),
)
