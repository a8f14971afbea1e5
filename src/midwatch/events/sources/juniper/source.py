"""Juniper: Junos (SRX, EX, MX), structured or not, and the older NetScreen and SSG.

Junos names every message: ``RT_FLOW_SESSION_DENY: session denied …``, or with RFC 5424
the name stands in the header, which leaves it before the structured data.
"""

import re
from typing import Any, Final

from midwatch.events.readers import ANY, CodedPatterns, Pattern, Patterns, Translated, When
from midwatch.events.readers.key_values import pairs_of
from midwatch.events.readers.mapping import Mapper
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source, VendorFields

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS: Final[_Means] = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout"}
_ADMIN: Final[_Means] = {"service": "admin"}
_BLOCK: Final[_Means] = {"category": "network", "action": "block"}
_CHANGE: Final[_Means] = {"category": "configuration", "action": "change", **_ADMIN}
_IP = r"[0-9A-Fa-f.:]{2,45}+"
_SEVERITIES: Final = {
    "critical": 1,
    "high": 1,
    "major": 2,
    "medium": 2,
    "minor": 3,
    "low": 3,
    "info": 4,
}


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_EVENT: Final = re.compile(r"(?:[^\[]{0,200}[ :])?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+):? ?\[junos@")
_REFUSED = _text("drop|deny|block|close|reject|reset")
_MAPPER = Mapper(
    {
        "src_ip": (
            "source-address",
            "attacker-address",
            "client-address",
            "source-ip",
            "remote-address",
            "host",
        ),
        "src_port": ("source-port", "client-port"),
        "dst_ip": ("destination-address", "victim-address"),
        "dst_port": "destination-port",
        "protocol": ("protocol-id", "protocol-name", "protocol"),
        "in_interface": (
            "packet-incoming-interface",
            "source-interface-name",
            "interface-name",
            "source-zone-name",
        ),
        "out_interface": ("destination-interface-name", "destination-zone-name"),
        "policy": ("policy-name", "rule-name"),
        "session": ("session-id-32", "session-id"),
        "bytes_in": "bytes-from-client",
        "bytes_out": "bytes-from-server",
        "user": ("username", "user-name", "user"),
        "reason": ("reason", "error-message"),
        "signature": ("attack-name", "virus-name", "malware-info", "threat-name", "name"),
        "signature_class": ("category", "url-category"),
        "signature_severity": (
            Translated("threat-severity", _SEVERITIES),
            Translated("severity", _SEVERITIES),
        ),
        "url": ("url", "obj"),
        "http_host": "hostname",
        "command": "command",
        "file": ("file-name", "filename"),
        "event": "event",
    },
    (
        When({"event": _text("^RT_FLOW_SESSION_DENY|^APPTRACK_SESSION_DENY")}, **_BLOCK),
        When({"event": _text("^RT_FLOW_SESSION_CREATE")}, category="network", action="allow"),
        When({"event": _text("SESSION_CLOSE|SESSION_VOL")}, category="network", action="close"),
        When({"event": _text("^(?:RT_FLOW|APPTRACK)")}, category="network"),
        When({"event": _text("^RT_SCREEN"), "action": _REFUSED}, category="ids", action="block"),
        When({"event": _text("^RT_SCREEN")}, category="ids", action="alert"),
        When(
            {"event": _text("^IDP_(?:ATTACK|APPDDOS)"), "action": _REFUSED},
            category="ids",
            action="block",
        ),
        When(
            {"event": _text("^IDP_|^SECINTEL|^AAMW_HOST_INFECTED")}, category="ids", action="alert"
        ),
        When(
            {"event": _text("^AV_VIRUS|^AAMW_.*MALWARE|^AV_FILE_NOT_SCANNED")},
            category="malware",
            action="detect",
        ),
        When({"event": _text("^AAMW_"), "malware-info": ANY}, category="malware", action="detect"),
        When(
            {"event": _text("^WEBFILTER_URL_BLOCKED|^CONTENT_FILTERING_BLOCKED")},
            category="web",
            action="deny",
        ),
        When({"event": _text("^WEBFILTER_")}, category="web", action="request"),
        When({"event": _text("^ANTISPAM_SPAM")}, category="mail", action="spam"),
        When(
            {"event": _text("^DYNAMIC_VPN_AUTH_FAIL|^(?:IKE|KMD).*AUTH.*FAIL")},
            **_FAILURE,
            service="vpn",
        ),
        When({"event": _text("^FWAUTH_.*FAIL|^USER_AUTH.*FAIL")}, **_FAILURE, service="app"),
        When({"event": _text("^FWAUTH_.*(?:OK|ACCEPTED|SUCCESS)")}, **_SUCCESS, service="app"),
        When(
            {
                "event": _text(
                    "(?:LOGIN|AUTH)\\w*_(?:FAILED|FAIL|ERROR|REFUSED)$|^LOGIN_(?:FAILED|ABORTED|REFUSED)|^LOGIN_ATTEMPTS_THRESHOLD|^WEB_AUTH_FAIL"
                )
            },
            **_FAILURE,
            **_ADMIN,
        ),
        When(
            {"event": _text("^UI_LOGIN_EVENT|^LOGIN_INFORMATION|^WEB_AUTH_SUCCESS")},
            **_SUCCESS,
            **_ADMIN,
        ),
        When({"event": _text("^UI_LOGOUT_EVENT")}, **_LOGOUT, **_ADMIN),
        When({"event": _text("^UI_(?:COMMIT|CFG_AUDIT|LOAD|CMDLINE)")}, **_CHANGE),
    ),
    {"category": "system"},
    pairs_of,
)


class StructuredJunos:
    """Reads Junos's structured data with the event's name before it."""

    @staticmethod
    def vendor(message: str) -> VendorFields:
        """All of Junos's own fields."""
        return pairs_of(message)

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        found = _EVENT.match(message)
        if found is None:
            return None
        pairs = pairs_of(message[found.end() :])
        pairs["event"] = found[1]
        return _MAPPER.map(pairs.get)


_FLOW = r"(?P<src_ip>[^\s/]+)/(?P<src_port>\d+)->(?P<dst_ip>[^\s/]+)/(?P<dst_port>\d+)"
_FLOW_END = (
    r"(?: \S+)?? (?P<junos_service>\S+) \S+->\S+ (?:\S+ ){2,4}?(?P<protocol>\d{1,3}) "
    r"(?P<policy>\S+) (?P<in_interface>\S+) (?P<out_interface>\S+)"
)
_SCREEN = r"(?P<signature>[^!]{1,80})! ?(?:source: (?P<src>[^\s,]+), )?(?:destination: (?P<dst>[^\s,]+), )?(?:protocol-id: (?P<protocol>\d+), )?(?:zone name: (?P<zone>[^\s,]+), )?(?:interface name: (?P<in_interface>[^\s,]+), )?"
_NAMED = r"[Uu]ser '?(?P<user>.*?)'?"

_SENTENCES = {
    "RT_FLOW_SESSION_CREATE RT_FLOW_SESSION_CREATE_LS": (
        Pattern(rf"session created {_FLOW}(?:{_FLOW_END})?", category="network", action="allow"),
    ),
    "RT_FLOW_SESSION_CLOSE RT_FLOW_SESSION_CLOSE_LS": (
        Pattern(
            rf"session closed (?P<reason>[^:]*): {_FLOW}(?:{_FLOW_END})?",
            category="network",
            action="close",
        ),
    ),
    "RT_FLOW_SESSION_DENY RT_FLOW_SESSION_DENY_LS": (
        Pattern(
            rf"session denied {_FLOW}(?: 0x\w+)? (?P<junos_service>\S+) (?P<protocol>\d+)\(\d+\) (?P<policy>\S+) (?P<in_interface>\S+) (?P<out_interface>\S+)",
            **_BLOCK,
        ),
        Pattern(rf"session denied {_FLOW}", **_BLOCK),
        Pattern("session denied", **_BLOCK),
    ),
    "RT_SCREEN_TCP RT_SCREEN_UDP RT_SCREEN_ICMP RT_SCREEN_IP RT_SCREEN_SESSION_LIMIT RT_SCREEN_TCP_SRC_IP RT_SCREEN_TCP_DST_IP RT_SCREEN_TCP_LS RT_SCREEN_UDP_LS RT_SCREEN_ICMP_LS RT_SCREEN_IP_LS": (
        Pattern(rf"{_SCREEN}action: (?:drop|close|reset)", category="ids", action="block"),
        Pattern(_SCREEN, category="ids", action="alert"),
    ),
    "IDP_ATTACK_LOG_EVENT IDP_ATTACK_LOG_EVENT_LS": (
        Pattern(
            r".*?<(?P<src_ip>[^\s/<>]{1,64}+)/(?P<src_port>\d{1,5})->(?P<dst_ip>[^\s/<>]{1,64}+)/(?P<dst_port>\d{1,5})> for (?P<protocol>\S+) protocol"
            r"(?:.*?action=(?:DROP|CLOSE|BLOCK)\w*)(?:.*?name=(?P<signature>[^,]+))?",
            category="ids",
            action="block",
        ),
        Pattern(
            r".*?<(?P<src_ip>[^\s/<>]{1,64}+)/(?P<src_port>\d{1,5})->(?P<dst_ip>[^\s/<>]{1,64}+)/(?P<dst_port>\d{1,5})> for (?P<protocol>\S+) protocol(?:.*?name=(?P<signature>[^,]+))?",
            category="ids",
            action="alert",
        ),
    ),
    "WEBFILTER_URL_BLOCKED": (
        Pattern(
            r".*?(?P<src_ip>[0-9.]{7,15})\((?P<src_port>\d+)\)->(?P<dst_ip>[0-9.]{7,15})\((?P<dst_port>\d+)\)(?:.*? URL=(?P<http_host>\S+) OBJ=(?P<url>\S+))?",
            category="web",
            action="deny",
        ),
    ),
    "WEBFILTER_URL_PERMITTED": (
        Pattern(
            r".*?(?P<src_ip>[0-9.]{7,15})\((?P<src_port>\d+)\)->(?P<dst_ip>[0-9.]{7,15})\((?P<dst_port>\d+)\)(?:.*? URL=(?P<http_host>\S+) OBJ=(?P<url>\S+))?",
            category="web",
            action="request",
        ),
    ),
    "AV_VIRUS_DETECTED AV_VIRUS_DETECTED_MT AV_VIRUS_DETECTED_MT_LS": (
        Pattern(
            r".*?from (?P<src>\S+) to (?P<dst>\S+)(?:.*?virus (?P<signature>\S+))?",
            category="malware",
            action="detect",
        ),
    ),
    "PFE_FW_SYSLOG_IP PFE_FW_SYSLOG_ETH_IP PFE_FW_SYSLOG_IP6_TCP_UDP": (
        Pattern(
            r"FW: (?P<in_interface>\S+) +[DR] (?:.{0,120}? )?(?P<protocol>tcp|udp) +(?P<src_ip>\S+) +(?P<dst_ip>\S+) +(?P<src_port>\d+) +(?P<dst_port>\d+)",
            **_BLOCK,
        ),
        Pattern(
            r"FW: (?P<in_interface>\S+) +[DR] (?:.{0,120}? )?(?P<protocol>\w+) +(?P<src_ip>[0-9.]{7,15}) +(?P<dst_ip>[0-9.]{7,15})",
            **_BLOCK,
        ),
        Pattern(
            r"FW: (?P<in_interface>\S+) +A (?:.{0,120}? )?(?P<protocol>tcp|udp) +(?P<src_ip>\S+) +(?P<dst_ip>\S+) +(?P<src_port>\d+) +(?P<dst_port>\d+)",
            category="network",
            action="allow",
        ),
    ),
    # Logins
    "SSHD_LOGIN_FAILED LOGIN_FAILED": (
        Pattern(
            rf"Login failed for {_NAMED} from (?:host )?'?(?P<src_ip>{_IP})'?$",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern(
            rf"Login failed for {_NAMED}(?: from (?:host )?'?(?P<src_ip>[^\s']+)'?)?$",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern("", **_FAILURE, **_ADMIN),
    ),
    "LOGIN_PAM_AUTHENTICATION_ERROR LOGIN_ABORTED LOGIN_REFUSED LOGIN_PAM_USER_UNKNOWN": (
        Pattern(
            rf".*?\buser '?(?P<user>[^\s':]+)(?:.* from (?:host )?'?(?P<src_ip>{_IP}))?",
            **_FAILURE,
            **_ADMIN,
        ),
        Pattern("", **_FAILURE, **_ADMIN),
    ),
    "LOGIN_ATTEMPTS_THRESHOLD": (
        Pattern(
            rf".*?(?:user '?(?P<user>[^\s']+).*?)?from (?:host )?'?(?P<src_ip>{_IP})",
            category="authentication",
            outcome="failure",
            action="lockout",
            **_ADMIN,
        ),
    ),
    "LOGIN_INFORMATION": (
        Pattern(
            r"User (?P<user>\S+) logged in from (?:host )?(?P<src_ip>\S+) on", **_SUCCESS, **_ADMIN
        ),
    ),
    "UI_LOGIN_EVENT": (
        Pattern(
            rf"User '(?P<user>.*?)' login, .*?ssh-connection '(?P<src_ip>{_IP}) (?P<src_port>\d+) ",
            **_SUCCESS,
            **_ADMIN,
        ),
        Pattern(r"User '(?P<user>.*?)' login", **_SUCCESS, **_ADMIN),
    ),
    "UI_LOGOUT_EVENT": (Pattern(r"User '(?P<user>.*?)' logout", **_LOGOUT, **_ADMIN),),
    "UI_AUTH_EVENT": (Pattern(r"Authenticated user '(?P<user>.*?)'", category="system"),),
    "UI_AUTH_INVALID_CHALLENGE": (Pattern("", **_FAILURE, **_ADMIN),),
    "WEB_AUTH_FAIL": (
        Pattern(
            rf".*?username (?P<user>[^\s)]+)\)?(?:.*?(?P<src_ip>{_IP}))?", **_FAILURE, **_ADMIN
        ),
    ),
    "WEB_AUTH_SUCCESS": (Pattern(r".*?username (?P<user>[^\s)]+)", **_SUCCESS, **_ADMIN),),
    "FWAUTH_FTP_USER_AUTH_FAIL FWAUTH_HTTP_USER_AUTH_FAIL FWAUTH_TELNET_USER_AUTH_FAIL FWAUTH_WEBAUTH_FAIL": (
        Pattern(
            rf".*?[Uu]ser (?P<user>\S+) (?:at|from) (?P<src_ip>{_IP})", **_FAILURE, service="app"
        ),
    ),
    "FWAUTH_FTP_USER_AUTH_ACCEPTED FWAUTH_HTTP_USER_AUTH_ACCEPTED FWAUTH_TELNET_USER_AUTH_ACCEPTED FWAUTH_WEBAUTH_SUCCESS": (
        Pattern(
            rf".*?[Uu]ser (?P<user>\S+) .*?(?:at|from) (?P<src_ip>{_IP})", **_SUCCESS, service="app"
        ),
    ),
    "DYNAMIC_VPN_AUTH_FAIL": (
        Pattern(
            rf".*?username (?P<user>[^\s,]+)(?:.*?(?:address|from) (?P<src_ip>{_IP}))?",
            **_FAILURE,
            service="vpn",
        ),
    ),
    "UI_COMMIT UI_CFG_AUDIT_SET UI_CFG_AUDIT_OTHER UI_CMDLINE_READ_LINE UI_COMMIT_PROGRESS": (
        Pattern(r"User '(?P<user>.*?)',? (?:command '(?P<command>.*)'|requested|set)", **_CHANGE),
        Pattern("", **_CHANGE),
    ),
}

_NETSCREEN = r"(?:(?P<host>[\w.-]{1,255}): ?)?NetScreen (?:device_id=(?P<device_id>\S+) +)?(?:\[[^\]]*\])?(?:system-(?P<severity>\w+)-(?P<message_id>\d+)(?:\(\w+\))?: ?)?"

SOURCE = Source(
    name="juniper",
    title="Juniper Junos and NetScreen",
    logsource=Logsource(category="firewall", product="juniper"),
    programs=(
        "rt_flow",
        "rt_ids",
        "rt_idp",
        "rt_utm",
        "rt_aamw",
        "rt_system",
        "rt_ipsec",
        "rt_log",
        "rt_h323_nat",
        "mgd",
        "pfe_fw_syslog",
        "jlaunchd",
        "chassisd",
        "kmd",
        "junos-ids",
    ),
    marks=(
        "[junos@2636",
        "RT_FLOW_SESSION_",
        "RT_SCREEN_",
        "IDP_ATTACK_LOG_EVENT",
        "SSHD_LOGIN_FAILED",
        "PFE_FW_SYSLOG_",
        "LOGIN_INFORMATION: User",
        "LOGIN_FAILED: Login failed",
        "LOGIN_PAM_AUTHENTICATION_ERROR",
        "UI_LOGIN_EVENT",
        "UI_AUTH_EVENT",
        "UI_CMDLINE_READ_LINE",
        "UI_COMMIT",
        "UI_DBASE_",
        "WEBFILTER_URL_",
        "AV_VIRUS_DETECTED",
        "WEB_AUTH_FAIL",
        "FWAUTH_",
        "[junos@",
        "NetScreen device_id=",
        ": NetScreen ",
    ),
    header_clock=True,
    readers=(
        StructuredJunos(),
        CodedPatterns(
            r"(?:[\w.-]{1,40}(?:\[\d+\])?: )?(?P<event>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+): +",
            "event",
            _SENTENCES,
            (
                Pattern(
                    rf".{{0,200}}?(?:authentication|login|auth) fail(?:ed|ure)(?:.*?user '?(?P<user>[^\s',]+))?(?:.*from (?P<src_ip>{_IP}))?",
                    flags=re.IGNORECASE,
                    **_FAILURE,
                    **_ADMIN,
                ),
                Pattern(
                    r".{0,300}?(?<![\d.])(?P<src_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"
                ),
            ),
            category="system",
        ),
        Patterns(
            Pattern(
                rf"{_NETSCREEN}.*? policy_id=(?P<policy>\d+) service=(?P<netscreen_service>.{{0,80}}?) proto=(?P<protocol>\d+) .*?action=Deny .*?src=(?P<src_ip>\S+) dst=(?P<dst_ip>\S+)(?: src_port=(?P<src_port>\d+) dst_port=(?P<dst_port>\d+))?",
                **_BLOCK,
            ),
            Pattern(
                rf"{_NETSCREEN}.*? policy_id=(?P<policy>\d+) service=(?P<netscreen_service>.{{0,80}}?) proto=(?P<protocol>\d+) .*?action=(?:Permit|Tunnel) .*?src=(?P<src_ip>\S+) dst=(?P<dst_ip>\S+)(?: src_port=(?P<src_port>\d+) dst_port=(?P<dst_port>\d+))?",
                category="network",
                action="allow",
            ),
            Pattern(
                rf'{_NETSCREEN}Admin user "?(?P<user>.*?)"? login attempt for .*? from (?P<src>[0-9A-Fa-f.:]+) (?:has )?failed',
                **_FAILURE,
                **_ADMIN,
            ),
            Pattern(
                rf"{_NETSCREEN}SSH: \S+ authentication failed for admin user '(?P<user>.*)' at host (?P<src_ip>[0-9A-Fa-f.:]+[0-9A-Fa-f])",
                **_FAILURE,
                **_ADMIN,
            ),
            Pattern(
                rf"{_NETSCREEN}(?:ADM: )?(?:Local )?admin authentication failed for login name (?P<user>.*?):? (?P<reason>invalid \w+|.{{0,40}})",
                **_FAILURE,
                **_ADMIN,
            ),
            Pattern(
                rf'{_NETSCREEN}Admin user "?(?P<user>.*?)"? (?:has )?logged (?:in|on) .*?from (?P<src>[0-9A-Fa-f.:]+[0-9A-Fa-f])',
                **_SUCCESS,
                **_ADMIN,
            ),
            Pattern(
                rf"{_NETSCREEN}SSH: \S+ authentication successful for admin user '(?P<user>.*)' at host (?P<src_ip>[0-9A-Fa-f.:]+[0-9A-Fa-f])",
                **_SUCCESS,
                **_ADMIN,
            ),
            Pattern(
                rf'{_NETSCREEN}Admin user "?(?P<user>.*?)"? (?:has )?logged out',
                **_LOGOUT,
                **_ADMIN,
            ),
            Pattern(
                rf"{_NETSCREEN}Management session via \S+ from (?P<src>[0-9A-Fa-f.:]+) for admin (?P<user>\S+) has timed out",
                **_LOGOUT,
                **_ADMIN,
            ),
            Pattern(
                rf"{_NETSCREEN}(?P<signature>(?:Port scan|Address sweep)!?) From (?P<src>\S+) to (?P<dst>[^\s,]+)",
                category="network",
                action="scan",
            ),
            Pattern(
                rf"{_NETSCREEN}(?P<signature>[A-Z][\w /-]{{1,60}}!) From (?P<src>\S+) to (?P<dst>[^\s,]+)",
                category="ids",
                action="alert",
            ),
            Pattern(
                rf"{_NETSCREEN}.*?(?:modified|saved|changed|added|deleted) by (?P<user>\S+) via \S+ from (?:host )?(?P<src_ip>[0-9A-Fa-f.:]+)",
                **_CHANGE,
            ),
            Pattern(rf"{_NETSCREEN}(?=.)", category="system"),
        ),
    ),
)
