"""Cisco's appliances: Secure Email and Web (AsyncOS), Identity Services Engine, Expressway.

Firewalls, Firepower, switches and routers have sources of their own.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from midwatch.events.readers import KeyValues, Part, Pattern, Patterns, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS: Final[_Means] = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout"}
_ADMIN: Final[_Means] = {"service": "admin"}
_MAIL: Final[_Means] = {"service": "mail"}
_IP = r"[0-9A-Fa-f.:]{2,45}[0-9A-Fa-f]"
_LEVEL = r"(?:(?P<severity>Info|Warning|Critical|Debug|Trace|Error|Alert): )?"

_ISE_FIELDS: Final[Mapping[str, Keys]] = {
    "src_ip": (
        "AdminIPAddress",
        "Framed-IP-Address",
        Part("Calling-Station-ID", rf"^({_IP})$"),
        "Remote-Address",
    ),
    "src_host": Part("Calling-Station-ID", r"^([0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})$"),
    "dst_ip": ("NAS-IP-Address", "Device IP Address"),
    "user": ("UserName", "User-Name", "AdminName", "User"),
    "auth_method": ("AuthenticationMethod", "Authentication-Method"),
    "reason": "FailureReason",
    "policy": ("AuthorizationPolicyMatchedRule", "SelectedAuthorizationProfiles"),
    "session": ("AcsSessionID", "Acct-Session-Id"),
}
_ISE_PAIR = re.compile(r"(?:^|, ?)([A-Za-z][\w .-]{0,60}?)=([^,\\]*(?:\\.[^,\\]*)*)")


def _ise(text: str, means: _Means) -> KeyValues:
    return KeyValues(_ISE_FIELDS, pair=_ISE_PAIR, one_of=(text,), **means)


SOURCE = Source(
    name="cisco_other",
    title="Cisco Secure Email, Secure Web, ISE and Expressway",
    logsource=Logsource(product="cisco"),
    programs=(
        "cise_*",
        "cscoacs_*",
        "tvcs",
        "mail_logs",
        "euq_logs",
        "gui_logs",
        "sntpd_logs",
        "authentication_logs",
        "cli_logs",
        "system_logs",
        "httpd_logs",
        "amp_logs",
        "error_logs",
        "antispam",
        "antivirus",
    ),
    marks=(
        "CISE_",
        "CSCOacs_",
        ' UTCTime="',
        "New SMTP ICID ",
        " ICID ",
        "SMTP Auth: (",
        "_logs: Info: ",
    ),
    carry=Carry("session", ("src_ip", "dst_ip", "mail_from")),
    readers=(
        # Identity Services Engine and its ancestor ACS
        _ise(" Administrator-Login: Administrator authentication failed", {**_FAILURE, **_ADMIN}),
        _ise(
            " Administrator-Login: Administrator authentication succeeded", {**_SUCCESS, **_ADMIN}
        ),
        _ise(" Administrator-Login: Administrator logged off", {**_LOGOUT, **_ADMIN}),
        _ise(
            "CISE_Administrative_and_Operational_Audit",
            {"category": "configuration", "action": "change", **_ADMIN},
        ),
        _ise(" Failed-Attempt: ", {**_FAILURE, "service": "app"}),
        _ise(" Passed-Authentication: ", {**_SUCCESS, "service": "app"}),
        _ise(" Failed-Authentication: ", {**_FAILURE, "service": "app"}),
        _ise("CISE_Failed_Attempts", {**_FAILURE, "service": "app"}),
        _ise("CISE_Passed_Authentications", {**_SUCCESS, "service": "app"}),
        _ise("CISE_", {"category": "system"}),
        # Expressway, Video Communication Server
        KeyValues(
            {
                "time": "UTCTime",
                "src_ip": ("Src-ip", "Src"),
                "src_port": "Src-port",
                "dst_ip": "Dst-ip",
                "dst_port": "Dst-port",
                "protocol": "Protocol",
                "user": ("User", "Username", "Auth-user"),
                "reason": ("Reason", "Detail"),
                "severity": "Level",
                "event": "Event",
            },
            When(
                {
                    "Event": re.compile(
                        "(?:Login|Authentication).*(?:Fail|Denied)|Authentication Failed",
                        re.IGNORECASE,
                    ),
                    "Service": "SIP",
                },
                **_FAILURE,
                service="sip",
            ),
            When(
                {
                    "Event": re.compile(
                        "(?:Login|Authentication|Session).*(?:Fail|Denied)", re.IGNORECASE
                    )
                },
                **_FAILURE,
                **_ADMIN,
            ),
            When(
                {
                    "Event": re.compile(
                        "(?:Login Success|Session Start|Session Login$)", re.IGNORECASE
                    )
                },
                **_SUCCESS,
                **_ADMIN,
            ),
            When(
                {"Event": re.compile("Session Finish|Logout", re.IGNORECASE)}, **_LOGOUT, **_ADMIN
            ),
            When(
                {
                    "Event": re.compile(
                        "Registration Rejected|Call Rejected|Request Rejected", re.IGNORECASE
                    )
                },
                category="network",
                action="block",
                service="sip",
            ),
            require=("UTCTime", "Event"),
            category="system",
        ),
        # AsyncOS
        Patterns(
            Pattern(
                rf"{_LEVEL}(?:An )?[Aa]uthentication attempt by the user (?P<user>.*) from (?P<src_ip>{_IP}) failed",
                **_FAILURE,
                **_ADMIN,
            ),
            Pattern(
                rf"{_LEVEL}User (?P<user>.*) from (?P<src_ip>{_IP}) failed to log ?in",
                **_FAILURE,
                **_ADMIN,
            ),
            Pattern(
                rf"{_LEVEL}(?:The )?[Uu]ser (?P<user>.*) from (?P<src_ip>{_IP}) was (?:successfully )?(?:authenticated|logged in)",
                **_SUCCESS,
                **_ADMIN,
            ),
            Pattern(
                rf"{_LEVEL}[Ll]ogin by (?P<user>.*) from (?P<src_ip>{_IP}) (?:successful|succeeded)",
                **_SUCCESS,
                **_ADMIN,
            ),
            Pattern(
                rf"{_LEVEL}SMTP Auth: \((?:DCID|ICID) (?P<session>\d+)\) failed.*?for user: ?(?P<user>\S+)",
                **_FAILURE,
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}SMTP Auth: \((?:DCID|ICID) (?P<session>\d+)\) (?:succeeded|success).*?for user: ?(?P<user>\S+)",
                **_SUCCESS,
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}New SMTP ICID (?P<session>\d+) interface .{{1,20}}? \((?P<dst_ip>{_IP})\) address (?P<src_ip>{_IP}) (?:reverse dns host (?P<src_host>\S+))?",
                category="network",
                action="connect",
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}ICID (?P<session>\d+) (?:REJECT|TCPREFUSE) (?P<reason>.*)",
                category="mail",
                action="reject",
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}ICID (?P<session>\d+) ACCEPT (?P<policy>.*)",
                category="mail",
                action="accept",
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}MID (?P<mail_id>\d+) ICID (?P<session>\d+) From: <(?P<mail_from>[^>]*)>",
                category="mail",
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}MID (?P<mail_id>\d+) ICID (?P<session>\d+) RID \d+ To: <(?P<mail_to>[^>]*)>",
                category="mail",
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}MID (?P<mail_id>\d+) (?:.{{0,80}}?)(?:spam positive|bulk positive)",
                category="mail",
                action="spam",
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}MID (?P<mail_id>\d+) .{{0,80}}?(?:antivirus positive|virus) '?(?P<signature>[^']*)'?",
                category="mail",
                action="virus",
                **_MAIL,
            ),
            Pattern(
                rf"{_LEVEL}(?:req|http_request):(?P<src_ip>{_IP}) user:(?P<user>\S+) id:\S* (?P<http_status>\d{{3}}) (?P<http_method>[A-Z]+) (?P<url>\S+)",
                category="web",
                action="request",
                **_ADMIN,
            ),
            Pattern(
                r"(?P<severity>Info|Warning|Critical|Debug|Trace|Error|Alert): ", category="system"
            ),
        ),
    ),
)
