"""Aruba and HPE: ArubaOS controllers, ArubaOS-Switch (ProCurve), AOS-CX, EdgeConnect (Silver Peak).

HPE's Comware switches are read by the source ``huawei_h3c``.
"""

from typing import Any, Final

from midwatch.events.readers import CodedPatterns, Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_Means = dict[str, Any]
_FAILURE: Final[_Means] = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS: Final[_Means] = {"category": "authentication", "outcome": "success", "action": "login"}
_LOGOUT: Final[_Means] = {"category": "authentication", "action": "logout"}
_ADMIN: Final[_Means] = {"service": "admin"}
_IP = r"[0-9A-Fa-f.:]{2,45}[0-9A-Fa-f]"

_CONTROLLER = (
    Pattern(
        rf"Authentication failed for User (?P<user>\S+), Logged in from (?P<src_ip>{_IP}) port (?P<src_port>\d+)",
        **_FAILURE,
        **_ADMIN,
    ),
    Pattern(
        rf"Authentication [Ss]ucceeded for User (?P<user>\S+), Logged in from (?P<src_ip>{_IP}) port (?P<src_port>\d+)",
        **_SUCCESS,
        **_ADMIN,
    ),
    Pattern(
        rf"User Authentication [Ff]ailed\.? ?:? ?username=(?P<user>.*?) (?:userip|IP)=(?P<src_ip>{_IP})",
        **_FAILURE,
        service="app",
    ),
    Pattern(
        rf"User Authentication [Ss]uccessful:? ?username=(?P<user>.*?) (?:MAC=\S+ )?(?:userip|IP)=(?P<src_ip>{_IP})",
        **_SUCCESS,
        service="app",
    ),
    Pattern(
        rf"(?:USER|User):? ?(?P<user>[^\s@]+)@(?P<src_ip>{_IP}) logged in", **_SUCCESS, **_ADMIN
    ),
    Pattern(
        rf"(?:USER|User):? ?(?P<user>[^\s@]+)@(?P<src_ip>{_IP}) logged out", **_LOGOUT, **_ADMIN
    ),
    Pattern(
        rf"(?:USER|User):? ?(?P<user>[^\s@]+)@(?P<src_ip>{_IP}) COMMAND:<?(?P<command>[^>]*)",
        category="configuration",
        action="change",
        **_ADMIN,
    ),
    Pattern(
        r".{0,80}?(?P<signature>(?:[Rr]ogue|[Ii]nterfering|[Dd]eauth|[Aa]ttack|[Ff]lood|[Ss]poof|[Ii]ntrusion)[^.:(]{0,80})",
        category="ids",
        action="alert",
    ),
    Pattern(r".{0,400}?(?<![\d.])(?P<src_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"),
)
_SWITCH = (
    Pattern(
        rf"Invalid user name/password on (?P<door>.*?) session(?:.*?[Uu]ser '?(?P<user>.*?)'? is trying to login)?(?:.* from (?P<src_ip>{_IP}))?",
        **_FAILURE,
        **_ADMIN,
    ),
    Pattern(
        rf"(?:SME )?(?P<door>SSH|TELNET|WEB|CONSOLE|WEB-UI|REST)\S* from (?P<src_ip>{_IP}) - (?P<mode>MANAGER|OPERATOR) Mode",
        **_SUCCESS,
        **_ADMIN,
    ),
    Pattern(rf"User '?(?P<user>.*?)'? logged in from (?P<src_ip>{_IP})", **_SUCCESS, **_ADMIN),
    Pattern(
        rf"User '?(?P<user>.*?)'? logged out (?:of|from)(?:.* from (?P<src_ip>{_IP}))?",
        **_LOGOUT,
        **_ADMIN,
    ),
    Pattern(
        rf"(?:Startup|Running) configuration changed by (?P<user>\S+)(?:.*from (?P<src_ip>{_IP}))?",
        category="configuration",
        action="change",
        **_ADMIN,
    ),
    Pattern(r".{0,400}?(?<![\d.])(?P<src_ip>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"),
)

# ArubaOS-Switch names the module after a number: ``00077 ports:  port A1 is now off-line``.
_MODULES: Final = (
    " mgr:  ",
    " auth:  ",
    " ports:  ",
    " chassis:  ",
    " snmp:  ",
    " system:  ",
    " vlan:  ",
    " stp:  ",
    " dhcp:  ",
    " SNTP:  ",
    " lldp:  ",
    " ssl:  ",
    " update:  ",
    " FFI:  ",
)

SOURCE = Source(
    name="aruba_hpe",
    title="Aruba and HPE network devices",
    logsource=Logsource(product="aruba"),
    programs=(
        "stm",
        "wms",
        "authmgr",
        "sapd",
        "fpapps",
        "localdb",
        "webui",
        "tunneld",
        "neighd",
        "mgmtd",
        "hpe-restd",
    ),
    marks=(
        "|authmgr|",
        "|aaa|",
        "|ids|",
        "> <NOTI> ",
        "> <WARN> ",
        "> <ERRS> ",
        " TID 0000",
        "Event|46",
        *_MODULES,
    ),
    claims=False,
    readers=(
        CodedPatterns(
            r"<(?P<code>\d{6})> (?:<\d+> )?<(?P<severity>[A-Z]{4})> ?(?:<(?P<host>[^\s<>]+) [^\s<>]+> +)?(?:\|[^|]{1,40}\| +)?",
            "code",
            {},
            _CONTROLLER,
            category="system",
        ),
        CodedPatterns(
            r"(?P<code>\d{5}) (?P<program>[a-z][\w-]{1,12}): +(?:(?:ST|AM)\d+-\w+: )?",
            "code",
            {},
            _SWITCH,
            category="system",
        ),
        CodedPatterns(
            r"Event\|(?P<code>\d{1,6})\|(?P<severity>LOG_\w+)\|[^|]{0,20}\|[^|]{0,20}\|",
            "code",
            {},
            (
                Pattern(
                    rf".{{0,80}}?[Uu]ser '?(?P<user>[^\s']+)'? .{{0,40}}?(?:failed|denied).*from (?P<src_ip>{_IP})",
                    **_FAILURE,
                    **_ADMIN,
                ),
                Pattern(
                    rf".{{0,80}}?(?:log[io]n|authentication) fail\w*(?:.*?[Uu]ser '?(?P<user>[^\s',]+))?(?:.*from (?P<src_ip>{_IP}))?",
                    **_FAILURE,
                    **_ADMIN,
                ),
                *_SWITCH,
            ),
            category="system",
        ),
        Patterns(
            Pattern(
                r"(?:CPU \d+ )?TID [0-9A-Fa-f]+: \[(?P<component>[\w.]+)\.(?P<severity>[A-Z]+)\]: .{0,120}?src (?P<src_ip>[0-9.]+) dst (?P<dst_ip>[0-9.]+) sport (?P<src_port>\d+) dport (?P<dst_port>\d+)",
                category="network",
            ),
            Pattern(
                rf"(?:CPU \d+ )?TID [0-9A-Fa-f]+: \[(?P<component>[\w.]+)\.(?P<severity>[A-Z]+)\]: .{{0,200}}?(?:authentication|login) (?:attempt )?failed(?:.*?user (?P<user>\S+))?(?:.*from (?P<src_ip>{_IP}))?",
                **_FAILURE,
                **_ADMIN,
            ),
            Pattern(
                r"(?:CPU \d+ )?TID [0-9A-Fa-f]+: \[(?P<component>[\w.]+)\.(?P<severity>[A-Z]+)\]: ",
                category="system",
            ),
        ),
    ),
)
