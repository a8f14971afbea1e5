"""What storage, server management boards, power supplies and printers say of logins.

NetApp ONTAP and StorageGRID, HPE iLO, Dell iDRAC and chassis controllers, APC (Schneider
Electric), Ricoh. The rest of what they write is read by the generic reader.
"""

import re
from typing import Any, Final

from midwatch.events.readers import KeyValues, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "admin",
}
_SUCCESS: Final[_Means] = {
    "category": "authentication",
    "outcome": "success",
    "action": "login",
    "service": "admin",
}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout", "service": "admin"}
_CHANGE: Final[_Means] = {"category": "configuration", "action": "change", "service": "admin"}
_IP = r"[0-9A-Fa-f.:]{2,45}[0-9A-Fa-f]"

# ONTAP: [kern_audit…] ids :: cluster:ssh :: 192.0.2.5:32879 :: cluster:admin :: command :: status
_ONTAP = (
    r"(?:(?P<host>[\w.-]{1,255}): )?[0-9a-f]{8}\.[0-9a-f]{8} [0-9a-f]{8} (?P<time>.{20,45}?) \[\w+:?\w*:?\d*\] \S+ :: "
    r"(?P<door>[^:]+:[^:]+) :: (?P<src>\S+) :: (?P<user>.*?) :: "
)
_ILO = r"(?:iLO \d )?"
_DELL = r"(?:(?:Severity: )?(?P<severity>[A-Z][a-z]{3,15}), Category: (?P<dell_category>[^,]*), MessageID: (?P<message_id>[^,]*), Message: )?"

SOURCE = Source(
    name="storage_bmc",
    title="Storage, server boards, power supplies and printers",
    logsource=Logsource(),
    programs=("#ilo*", "ilo*", "racd", "webcgi", "ricoh_mfplp_access"),
    marks=(
        " :: cluster:",
        " :: vserver:",
        "[kern_audit",
        "[AUDT:[",
        '"MGAU":{',
        "Browser login",
        "Browser logout",
        "SSH login",
        "SSH logout",
        "MessageID: ",
        ":notice]: ",
        ":error]: ",
        ":info]: ",
        ":warning]: ",
        ":alert]: ",
        "Web user '",
        "Console user '",
        "SNMP interface from",
        "Web interface from",
        "console interface from",
    ),
    claims=False,
    priority=70,
    readers=(
        KeyValues(
            {
                "src_ip": "MSIP",
                "dst_ip": "MDIP",
                "user": "MUUN",
                "http_method": "MRMD",
                "url": "MPAT",
                "http_status": "MRSC",
                "reason": "RSLT",
            },
            When({"MPAT": re.compile("/authorize"), "MRSC": re.compile("^[45]")}, **_FAILURE),
            When({"MPAT": re.compile("/authorize"), "MRMD": "POST", "MRSC": "200"}, **_SUCCESS),
            When({"MRMD": ("POST", "PUT", "PATCH", "DELETE")}, **_CHANGE),
            pair=re.compile(r'\[([A-Z]{4})\(\w+\):"?([^"\]]*)"?\]'),
            one_of=("[AUDT:[",),
            category="system",
        ),
        Patterns(
            # NetApp ONTAP
            Pattern(
                rf"{_ONTAP}(?P<command>.*?[Ll]og(?:in|on) [Aa]ttempt.*?) :: (?:Error|Failed).*",
                **_FAILURE,
            ),
            Pattern(
                rf"{_ONTAP}(?P<command>.*) :: (?:Error|Failed): (?P<reason>.*(?:[Aa]uthentication|[Ll]ogin|[Pp]assword).*)",
                **_FAILURE,
            ),
            Pattern(
                rf"{_ONTAP}(?P<command>Log(?:ged|ging) in.*|[Ll]ogin.*) :: Success", **_SUCCESS
            ),
            Pattern(rf"{_ONTAP}(?P<command>Log(?:ged|ging) out.*|[Ll]ogout.*) :: ", **_LOGOUT),
            Pattern(
                rf"{_ONTAP}(?P<command>.*) :: (?P<status>Pending|Success|Error.*|Failed.*)",
                **_CHANGE,
            ),
            Pattern(
                r"\[(?P<host>[\w.-]{1,255}):(?P<event>[\w.]{3,80}):(?P<severity>\w{3,12})\]: ",
                category="system",
            ),
            # HPE iLO
            Pattern(
                rf"{_ILO}(?:Browser|SSH|XML|CLI|REST|IPMI(?:/RMCP)?) [Ll]ogin (?:attempt )?(?:failure|failed)[^0-9]{{0,80}}(?P<src_ip>{_IP})",
                **_FAILURE,
            ),
            Pattern(
                rf"{_ILO}(?:Login|Authentication) (?:attempt )?(?:failure|failed).{{0,120}}?(?:from|-) (?P<src_ip>{_IP})",
                **_FAILURE,
            ),
            Pattern(
                rf"{_ILO}(?P<door>Browser|SSH|XML|CLI|REST|IPMI(?:/RMCP)?) [Ll]ogin: (?P<user>.*) - (?P<src_ip>{_IP})",
                **_SUCCESS,
            ),
            Pattern(
                rf"{_ILO}(?P<door>Browser|SSH|XML|CLI|REST|IPMI(?:/RMCP)?) [Ll]ogout: (?P<user>.*) - (?P<src_ip>{_IP})",
                **_LOGOUT,
            ),
            # Dell
            Pattern(
                rf"{_DELL}Unable to log in for (?P<user>.*) from (?P<src_ip>{_IP}) using (?P<door>\w+)",
                **_FAILURE,
            ),
            Pattern(
                rf"{_DELL}(?:Login (?:attempt )?(?:failed|failure)|[Uu]nsuccessful login|The login attempt was unsuccessful).*?(?:for|user) (?P<user>\S+?),? (?:.* )?from (?P<src_ip>{_IP})",
                **_FAILURE,
            ),
            Pattern(
                rf"{_DELL}Successfully logged in using (?P<user>.*), from (?P<src_ip>{_IP}) and (?P<door>\w+)",
                **_SUCCESS,
            ),
            Pattern(
                rf"{_DELL}The session for (?P<user>.*) from (?P<src_ip>{_IP}) using (?P<door>\w+) is logged off",
                **_LOGOUT,
            ),
            Pattern(
                r"(?:Severity: )?(?P<severity>[A-Z][a-z]{3,15}), Category: (?P<dell_category>[^,]*), MessageID: (?P<message_id>[^,]*), Message: ",
                category="system",
            ),
            # APC: network management cards
            Pattern(
                rf".{{0,80}}?unauthorized user attempting to access the (?P<door>\w+) interface from (?P<src_ip>{_IP})",
                **_FAILURE,
            ),
            Pattern(
                rf".{{0,80}}?(?P<door>Web|Console|SSH|Telnet|FTP) user '(?P<user>.*)' (?:login failed|failed to log ?in)(?:.* from (?P<src_ip>{_IP}))?",
                **_FAILURE,
            ),
            Pattern(
                rf".{{0,80}}?(?P<door>Web|Console|SSH|Telnet|FTP) user '(?P<user>.*)' logged in(?:.* from (?P<src_ip>{_IP}))?",
                **_SUCCESS,
            ),
            Pattern(
                rf".{{0,80}}?(?P<door>Web|Console|SSH|Telnet|FTP) user '(?P<user>.*)' logged out(?:.* from (?P<src_ip>{_IP}))?",
                **_LOGOUT,
            ),
        ),
    ),
)
