"""Fortinet FortiGate: the key=value log of FortiOS, versions 4 to 7.

The time is ``date`` and ``time`` with ``tz`` where the line states one (FortiOS 6.2 and
later), else ``eventtime``, else ``date`` and ``time`` in the operator's zone.
"""

import re
from collections.abc import Mapping

from midwatch.events.readers import ANY, Joined, KeyValues, Part, Translated, When
from midwatch.events.readers.mapping import Condition, Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_BLOCKED = (
    "block",
    "blocked",
    "deny",
    "denied",
    "drop",
    "dropped",
    "drop_session",
    "clear_session",
    "reset",
    "reset_client",
    "reset_server",
    "reset_both",
    "ban",
    "quarantine",
    "close_session",
    "redirect",
    "violation",
)
_CLOSED = ("close", "timeout", "client-rst", "server-rst")
_CLEARED = re.compile("^(?:log-)?(?:clear|delete)")
_LOCKOUT = re.compile("^Admin login disabled")
_SSL = re.compile("^ssl")
_PEOPLE = ("user", "auth")
_PROOF = ("authentication", "auth-logon", "auth", "FSSO-auth", "FSSO-logon", "login")
_GONE = ("auth-logout", "FSSO-logoff", "timed_out", "auth-timed-out")
_FAILED = re.compile(r"fail|deny|denied|reject|error", re.IGNORECASE)
_SEVERITIES = {"critical": 1, "high": 1, "medium": 2, "low": 3, "info": 4, "information": 4}
_REASONS = {
    "none": None,
    "n/a": None,
    "name_invalid": "invalid_user",
    "sslvpn_login_unknown_user": "invalid_user",
    "passwd_invalid": "bad_password",
    "password_invalid": "bad_password",
    "exceed_limit": "locked",
    "sslvpn_login_permission_denied": "not_allowed",
    "sslvpn_login_password_expired": "expired",
    "sslvpn_login_pwd_expired": "expired",
}

_FAILURE = {"category": "authentication", "outcome": "failure"}
_SUCCESS = {"category": "authentication", "outcome": "success"}
_MALWARE = {"category": "malware", "action": "detect"}
_LOGIN = ("login", "ssh-login", "admin-login")
_TRAFFIC = "traffic"


def _unified_threat(
    kinds: tuple[str, ...], blocked: Mapping[str, str], passed: Mapping[str, str]
) -> tuple[When, ...]:
    """The cases of one kind of UTM log: FortiOS 5 names it in subtype, FortiOS 4 in type."""
    places: tuple[dict[str, Condition], ...] = ({"type": "utm", "subtype": kinds}, {"type": kinds})
    outcomes: tuple[tuple[dict[str, Condition], Mapping[str, str]], ...] = (
        ({"action": _BLOCKED}, blocked),
        ({"status": _BLOCKED}, blocked),
        ({}, passed),
    )
    return tuple(When({**where, **said}, **means) for where in places for said, means in outcomes)


def _cases() -> tuple[When, ...]:
    return (
        # Traffic
        When({"type": _TRAFFIC, "action": ("accept", "allow", "pass")}, action="allow"),
        When({"type": _TRAFFIC, "action": _CLOSED}, action="close"),
        When({"type": _TRAFFIC, "action": _BLOCKED}, action="block"),
        When({"type": _TRAFFIC, "action": ("start", "ip-conn", "dns")}, action="connect"),
        When({"type": _TRAFFIC, "status": _BLOCKED}, action="block"),
        When({"type": _TRAFFIC, "status": ("accept", "start")}, action="allow"),
        When({"type": _TRAFFIC, "status": _CLOSED}, action="close"),
        When({"type": _TRAFFIC}),
        # Unified threat management
        *_unified_threat(
            ("ips", "anomaly", "signature", "attack"),
            {"category": "ids", "action": "block"},
            {"category": "ids", "action": "alert"},
        ),
        *_unified_threat(
            ("waf",),
            {"category": "ids", "action": "block", "service": "web"},
            {"category": "ids", "action": "alert", "service": "web"},
        ),
        *_unified_threat(("virus",), _MALWARE, _MALWARE),
        *_unified_threat(
            ("webfilter",),
            {"category": "web", "action": "deny"},
            {"category": "web", "action": "request"},
        ),
        *_unified_threat(("app-ctrl",), {"action": "block"}, {"action": "allow"}),
        *_unified_threat(
            ("dns",),
            {"category": "dns", "action": "deny"},
            {"category": "dns", "action": "query"},
        ),
        *_unified_threat(
            ("emailfilter", "spamfilter", "spam"),
            {"category": "mail", "action": "spam"},
            {"category": "mail"},
        ),
        *_unified_threat(
            ("dlp", "file-filter", "cifs"), {"category": "file"}, {"category": "file"}
        ),
        # SSL VPN and IPsec
        _event(
            {"action": ("ssl-login-fail", "ssl-web-deny")},
            **_FAILURE,
            action="login",
            service="vpn",
        ),
        _event(
            {"action": "tunnel-up", "tunneltype": _SSL}, **_SUCCESS, action="login", service="vpn"
        ),
        _event(
            {"action": "tunnel-up", "xauthuser": ANY}, **_SUCCESS, action="login", service="vpn"
        ),
        _event(
            {"action": ("tunnel-up", "ssl-new-con")},
            category="network",
            action="connect",
            service="vpn",
        ),
        _event(
            {"action": "tunnel-down", "tunneltype": _SSL},
            category="authentication",
            action="logout",
            service="vpn",
        ),
        _event({"action": "tunnel-down"}, category="network", action="close", service="vpn"),
        _event(
            {"action": ("negotiate", "phase1"), "status": _FAILED},
            **_FAILURE,
            action="login",
            service="vpn",
        ),
        _event({"subtype": ("vpn", "ipsec")}, category="network", service="vpn"),
        # Administrators
        _event(
            {"action": _LOGIN, "reason": "exceed_limit"},
            **_FAILURE,
            action="lockout",
            service="admin",
        ),
        _event({"logdesc": "Admin login failed"}, **_FAILURE, action="login", service="admin"),
        _event({"logdesc": _LOCKOUT}, **_FAILURE, action="lockout", service="admin"),
        _event({"action": _LOGIN, "status": _FAILED}, **_FAILURE, action="login", service="admin"),
        _event(
            {"action": _LOGIN, "status": "success"}, **_SUCCESS, action="login", service="admin"
        ),
        _event({"action": "logout"}, category="authentication", action="logout", service="admin"),
        # People who prove themselves to the firewall
        _event(
            {"subtype": _PEOPLE, "action": _PROOF, "status": _FAILED},
            **_FAILURE,
            action="login",
            service="app",
        ),
        _event(
            {"subtype": _PEOPLE, "action": _PROOF, "status": ("success", "logon")},
            **_SUCCESS,
            action="login",
            service="app",
        ),
        _event(
            {"subtype": _PEOPLE, "action": re.compile("lockout$")},
            **_FAILURE,
            action="lockout",
            service="app",
        ),
        _event(
            {"subtype": _PEOPLE, "action": _GONE},
            category="authentication",
            action="logout",
            service="app",
        ),
        # Changes
        _event(
            {"subtype": "log", "action": _CLEARED},
            category="configuration",
            action="log_cleared",
            service="admin",
        ),
        _event({"cfgpath": ANY}, category="configuration", action="change", service="admin"),
        _event({"subtype": ("config", "admin")}, category="configuration", service="admin"),
        _event({}, category="system"),
    )


def _event(where: Mapping[str, Condition], **means: str) -> When:
    return When({"type": "event", **where}, **means)


_FIELDS: Mapping[str, Keys] = {
    "time": (Joined("date", "time", "tz"), "eventtime", Joined("date", "time")),
    "host": "devname",
    "severity": ("level", "pri"),
    "session": ("sessionid", "serial"),
    "src_ip": (
        "srcip",
        "remip",
        "src",
        "remote_ip",
        "rem_ip",
        Part("ui", r"\(([0-9A-Fa-f:.]+)\)"),
        Part("ui", r"^([0-9A-Fa-f]*[.:][0-9A-Fa-f:.]+)$"),
    ),
    "src_port": ("srcport", "src_port", "remport", "rem_port"),
    "dst_ip": ("dstip", "dst", "locip", "loc_ip"),
    "dst_port": ("dstport", "dst_port", "locport", "loc_port"),
    "protocol": "proto",
    "in_interface": ("srcintf", "src_int"),
    "out_interface": ("dstintf", "dst_int", "outintf", "out_intf"),
    "policy": ("policyid", "policy_id"),
    "bytes_in": ("sentbyte", "sent"),
    "bytes_out": ("rcvdbyte", "rcvd"),
    "user": ("user", "xauthuser", "unauthuser", "initiator"),
    "reason": Translated("reason", _REASONS, keep=True),
    "signature": ("attack", "attackname", "attack_name", "virus", "eventname"),
    "signature_id": ("attackid", "attack_id", "virusid", "virus_id"),
    "signature_severity": Translated("severity", _SEVERITIES),
    "url": "url",
    "http_host": "hostname",
    "user_agent": "agent",
    "query_name": "qname",
    "mail_from": "from",
    "mail_to": "to",
    "file": ("filename", "file"),
}


def _reader(separator: str | None) -> KeyValues:
    return KeyValues(
        _FIELDS,
        *_cases(),
        require=("subtype", "type", "date", "time"),
        one_of=("logid=", "device_id=FG", 'device_id="FG', "device_id=FW", 'device_id="FW'),
        separator=separator,
        category="network",
    )


SOURCE = Source(
    name="fortigate",
    title="Fortinet FortiGate",
    logsource=Logsource(category="firewall", product="fortigate", service="event"),
    marks=(
        'devid="FG',
        "devid=FG",
        "device_id=FG",
        'device_id="FG',
        'subtype="forward"',
        "subtype=forward",
        'type="event" subtype="',
        'type="traffic" subtype="',
        'type="utm" subtype="',
        "type=event subtype=",
        "type=traffic subtype=",
        "type=utm subtype=",
    ),
    priority=10,
    distinct=True,
    readers=(_reader(None), _reader(",")),
)
