"""Palo Alto Networks firewalls and Panorama: the comma-separated syslog of PAN-OS 7 to 11.

The columns of a log type are documented by position, and newer versions only append to
them. The time is the high-resolution one that PAN-OS 10 appends with its zone; else the
time at which the log was generated.
"""

import csv
import re
from typing import Final

from midwatch.events.readers import Part, Translated, When
from midwatch.events.readers.mapping import Mapper
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source

_COMMON = "future1 received serial type subtype future2 generated"
_SESSION = (
    f"{_COMMON} src dst natsrc natdst rule srcuser dstuser app vsys from to inbound_if outbound_if "
    "logset future3 sessionid repeatcnt sport dport natsport natdport flags proto action"
)
_GROUPS = "dg1 dg2 dg3 dg4 vsys_name device_name"
_LAYOUTS: Final = {
    kind: tuple(names.split())
    for kind, names in {
        "TRAFFIC": f"{_SESSION} bytes bytes_sent bytes_received packets start elapsed urlcategory future4 "
        f"seqno actionflags srcloc dstloc future5 pkts_sent pkts_received session_end_reason {_GROUPS}",
        "THREAT": f"{_SESSION} misc threatid category severity direction seqno actionflags srcloc dstloc "
        "future4 contenttype pcap_id filedigest cloud url_idx user_agent filetype xff referer sender "
        f"subject recipient reportid {_GROUPS} future5 src_uuid dst_uuid http_method",
        "SYSTEM": f"{_COMMON} vsys eventid object future3 future4 module level opaque seqno actionflags {_GROUPS}",
        "CONFIG": f"{_COMMON} host vsys cmd admin client result path",
        "GLOBALPROTECT": f"{_COMMON} vsys eventid stage auth_method tunnel_type srcuser srcregion machinename "
        "public_ip public_ipv6 private_ip private_ipv6 hostid serialnumber client_ver client_os "
        "client_os_ver repeatcnt reason error opaque status location login_duration connect_method "
        "error_code portal",
        "AUTHENTICATION": f"{_COMMON} vsys ip user normalize_user object authpolicy repeatcnt authid vendor "
        f"logset serverprofile description clienttype event factorno seqno actionflags {_GROUPS}",
        "USERID": f"{_COMMON} vsys ip user datasourcename eventid repeatcnt timeout beginport endport "
        f"datasource datasourcetype seqno actionflags {_GROUPS}",
        "HIPMATCH": f"{_COMMON} srcuser vsys machinename os src matchname repeatcnt matchtype future3 future4 "
        f"seqno actionflags {_GROUPS}",
        "DECRYPTION": _SESSION,
        "TUNNEL": _SESSION,
        "CORRELATION": f"{_COMMON} src srcuser vsys category severity {_GROUPS} vsys_id objectname object_id evidence",
        "IPTAG": f"{_COMMON} vsys ip tag_name eventid repeatcnt timeout datasourcename datasource_type",
        "SCTP": _SESSION,
        "GTP": _SESSION,
        "AUDIT": f"{_COMMON} auditid component cmd",
    }.items()
}
_LAYOUTS["URL"] = _LAYOUTS["DATA"] = _LAYOUTS["WILDFIRE"] = _LAYOUTS["THREAT"]
_PRECISE: Final = re.compile(
    r",(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d))(?:,|$)"
)
_KIND: Final = re.compile(rf"(?:[^,\"]{{0,80}},){{0,4}}?({'|'.join(_LAYOUTS)}),")
_TYPE_PLACE: Final = 3
_SUBTYPE_PLACE: Final = 4
_MISC_PLACE: Final = _LAYOUTS["THREAT"].index("misc")

_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT = {"category": "authentication", "action": "logout"}
_VPN = {"service": "vpn"}
_ADMIN = {"service": "admin"}
_BLOCKED = re.compile(r"^(?:deny|drop|block|reset|sinkhole)", re.IGNORECASE)
_SEVERITIES = {"critical": 1, "high": 1, "medium": 2, "low": 3, "informational": 4}
_GATEWAY = re.compile("^globalprotect", re.IGNORECASE)
_THREATS = (
    "vulnerability",
    "spyware",
    "scan",
    "flood",
    "packet",
    "dns",
    "dns-security",
    "inline-cloud-c2",
    "inline-cloud-exploit",
    "brute-force",
)


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_CASES = (
    When(
        {"type": ("TRAFFIC", "DECRYPTION", "TUNNEL", "SCTP", "GTP"), "action": _BLOCKED},
        category="network",
        action="block",
    ),
    When(
        {"type": ("TRAFFIC", "DECRYPTION", "TUNNEL", "SCTP", "GTP")},
        category="network",
        action="allow",
    ),
    # Threats
    When(
        {"type": ("THREAT", "URL"), "subtype": "url", "action": _BLOCKED},
        category="web",
        action="deny",
    ),
    When({"type": ("THREAT", "URL"), "subtype": "url"}, category="web", action="request"),
    When(
        {"type": "THREAT", "subtype": _text("^wildfire$"), "category": ("benign", "pending")},
        category="file",
    ),
    When(
        {"type": ("THREAT", "WILDFIRE"), "subtype": _text("virus|^wildfire")},
        category="malware",
        action="detect",
    ),
    When({"type": ("THREAT", "DATA"), "subtype": ("file", "data", "dlp")}, category="file"),
    When(
        {"type": "THREAT", "subtype": _THREATS, "action": _BLOCKED}, category="ids", action="block"
    ),
    When({"type": "THREAT", "action": _BLOCKED}, category="ids", action="block"),
    When({"type": ("THREAT", "CORRELATION")}, category="ids", action="alert"),
    # GlobalProtect's own log
    When(
        {"type": "GLOBALPROTECT", "eventid": _text("auth|login"), "status": "failure"},
        **_FAILURE,
        **_VPN,
    ),
    When(
        {"type": "GLOBALPROTECT", "eventid": _text("auth$|login$"), "status": "success"},
        **_SUCCESS,
        **_VPN,
    ),
    When({"type": "GLOBALPROTECT", "eventid": _text("logout")}, **_LOGOUT, **_VPN),
    When(
        {"type": "GLOBALPROTECT", "eventid": _text("connected")},
        category="network",
        action="connect",
        **_VPN,
    ),
    When({"type": "GLOBALPROTECT"}, category="network", **_VPN),
    # Logins in the system log
    When(
        {"type": "SYSTEM", "eventid": _text("auth-fail|authentication-fail"), "subtype": _GATEWAY},
        **_FAILURE,
        **_VPN,
    ),
    When({"type": "SYSTEM", "eventid": _text("^globalprotect.*auth-fail")}, **_FAILURE, **_VPN),
    When({"type": "SYSTEM", "eventid": _text("^globalprotect.*auth-succ")}, **_SUCCESS, **_VPN),
    When({"type": "SYSTEM", "eventid": _text("^globalprotect.*logout")}, **_LOGOUT, **_VPN),
    When({"type": "SYSTEM", "eventid": _text("^globalprotect")}, category="network", **_VPN),
    When(
        {
            "type": "SYSTEM",
            "opaque": _text("^GlobalProtect \\w+ user (?:authentication|login) failed"),
        },
        **_FAILURE,
        **_VPN,
    ),
    When(
        {
            "type": "SYSTEM",
            "opaque": _text("^GlobalProtect \\w+ user (?:authentication|login) succeeded"),
        },
        **_SUCCESS,
        **_VPN,
    ),
    When(
        {
            "type": "SYSTEM",
            "opaque": _text("(?:account|user) .{0,80}(?:locked out|is locked|lockout)"),
        },
        category="authentication",
        outcome="failure",
        action="lockout",
        **_ADMIN,
    ),
    When({"type": "SYSTEM", "eventid": ("auth-fail", "auth-failure")}, **_FAILURE, **_ADMIN),
    When(
        {
            "type": "SYSTEM",
            "opaque": _text(
                "^(?:user '.{0,200}?' )?failed authentication for user|^user '.{0,200}?' failed authentication"
            ),
        },
        **_FAILURE,
        **_ADMIN,
    ),
    When({"type": "SYSTEM", "eventid": "auth-success"}, **_SUCCESS, **_ADMIN),
    When(
        {"type": "SYSTEM", "opaque": _text(r"^User \S+ logged in|^authenticated for user")},
        **_SUCCESS,
        **_ADMIN,
    ),
    When(
        {
            "type": "SYSTEM",
            "opaque": _text(r"^User \S+ logged out|^Session for user .{0,200} timed out"),
        },
        **_LOGOUT,
        **_ADMIN,
    ),
    When({"type": "SYSTEM", "subtype": ("vpn", "ike", "ipsec")}, category="network", **_VPN),
    # Authentication policy
    When(
        {"type": "AUTHENTICATION", "event": _text("fail|reject|denied|timeout")},
        **_FAILURE,
        service="app",
    ),
    When(
        {"type": "AUTHENTICATION", "description": _text("fail|reject|denied")},
        **_FAILURE,
        service="app",
    ),
    When({"type": "AUTHENTICATION", "event": _text("success|allow")}, **_SUCCESS, service="app"),
    When({"type": "AUTHENTICATION", "description": _text("success")}, **_SUCCESS, service="app"),
    When({"type": ("CONFIG", "AUDIT")}, category="configuration", action="change", **_ADMIN),
)

_MAPPER = Mapper(
    {
        "time": ("precise", "generated", "received"),
        "host": ("device_name", "relayed_host"),
        "severity": ("severity", "level"),
        "session": "sessionid",
        "src_ip": (
            "src",
            "public_ip",
            "public_ipv6",
            "ip",
            "host",
            Part("opaque", r"^[^:']{0,120}?[Ll]ogin from: ([0-9A-Fa-f.:]{2,45}+),"),
            Part("opaque", r"[Ff]rom:? ([0-9A-Fa-f.:]{2,45}?)(?: using \S+)?\.?\s*$"),
        ),
        "src_port": "sport",
        "dst_ip": "dst",
        "dst_port": "dport",
        "protocol": "proto",
        "in_interface": ("inbound_if", "from"),
        "out_interface": ("outbound_if", "to"),
        "policy": ("rule", "authpolicy"),
        "bytes_in": "bytes_sent",
        "bytes_out": "bytes_received",
        "user": (
            "srcuser",
            "user",
            "admin",
            Part("opaque", r"[Uu]ser name: ([^,]+)"),
            Part("opaque", r"[Uu]ser '(.*?)'(?:[.,;]| |$)"),
            Part("opaque", r"^User (\S+) logged"),
        ),
        "auth_method": ("auth_method", Part("opaque", r"[Aa]uth type: ([^,.]+)")),
        "reason": ("error", "reason", Part("opaque", r"Reason: ([^,.]+)")),
        "signature": (Part("threatid", r"^(.+)\(\d+\)$"), "objectname"),
        "signature_id": (Part("threatid", r"\((\d+)\)$"), "object_id"),
        "signature_class": "category",
        "signature_severity": Translated("severity", _SEVERITIES),
        "url": Part("misc", "^(.*)$"),
        "http_method": "http_method",
        "user_agent": "user_agent",
        "referrer": "referer",
        "mail_from": "sender",
        "mail_to": "recipient",
        "command": "cmd",
        "log_type": "type",
        "log_subtype": "subtype",
        "event_id": "eventid",
    },
    _CASES,
    {"category": "system"},
    None,
)


_PLANS: Final = {
    kind: _MAPPER.planned((*names, "relayed_host", "precise")).read
    for kind, names in _LAYOUTS.items()
}


class PanOs:
    """Reads PAN-OS's separated values.

    The leading places may be gone, since a stamp there looks like a header's.
    """

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        kind = _KIND.match(message)
        if kind is None:
            return None
        values = _split(message)
        names = _LAYOUTS[kind[1]]
        first = _TYPE_PLACE - message.count(",", 0, kind.start(1))
        before = values[0].partition(" ")[0]
        relayed_host = "" if first or before.isdecimal() else before
        if first > 0:
            values = [""] * first + values
        elif first < 0:
            del values[:-first]
        del values[len(names) :]
        values += [""] * (len(names) - len(values))
        if kind[1] == "THREAT" and values[_SUBTYPE_PLACE] not in ("url", "file", "wildfire"):
            values[_MISC_PLACE] = ""
        precise = _PRECISE.search(message, 200)
        row = (*values, relayed_host, "" if precise is None else precise[1])
        return _PLANS[kind[1]](row)


def _split(message: str) -> list[str]:
    if '"' not in message:
        return message.split(",", 128)
    try:
        return next(csv.reader([message.replace("\0", "")]), [""])
    except csv.Error:
        return message.split(",", 128)


SOURCE = Source(
    name="paloalto",
    title="Palo Alto Networks PAN-OS",
    logsource=Logsource(category="firewall", product="paloalto"),
    marks=tuple(f",{kind}," for kind in _LAYOUTS),
    priority=13,
    distinct=True,
    readers=(PanOs(),),
)
