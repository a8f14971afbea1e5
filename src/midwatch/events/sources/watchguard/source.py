"""WatchGuard Firebox: the syslog of Fireware 11 and 12, and lines of its Traffic Monitor."""

from typing import Any, Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

# Between the syslog header and the message stand, depending on the settings, a serial
# number and the device's own time in parentheses (UTC, though it does not say so), and
# the program.
_START = (
    r"(?:(?P<host>[^\s()=:]+) )??(?:[0-9A-Z]{8,20} )?(?:\([^()]{1,64}\) )*"
    r"(?:(?P<program>[A-Za-z][\w.-]{0,40})(?:\[\d+\])?: )?"
    r'msg_id="(?P<msg_id>[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4})" (?:\[[^\]]*\] )?'
)
_IP = r"[0-9A-Fa-f.:]{2,45}+"
_ENDS = (
    r"(?P<in_interface>\S+) (?P<out_interface>\S+) (?:\d+ )?(?P<protocol>[a-z][\w-]*) (?:\d+ \d+ )?"
    rf"(?P<src_ip>{_IP}) (?P<dst_ip>{_IP})"
)
_PORTS = r"(?: (?P<src_port>\d{1,5}+) (?P<dst_port>\d{1,5}+))?"
_POLICY = r"(?:.*\((?P<policy>[^()]+)\)\s*$)?"
_USER = r'(?:.*? src_user="(?P<user>[^"@]+)(?:@(?P<domain>[^"]*))?")?'
# The name tried may hold blanks and brackets: the last bracket before the end closes it.
_TRIED = r"\[(?P<user>.*?)(?:@(?P<domain>[^@\]]*))?\]"
_WHO = r"(?P<user>[^\s@]+)(?:@(?P<domain>\S+))?"
_DENIED = r"(?:Deny|ProxyDeny|ProxyBlock|ProxyDrop|ProxyLock|Block|Drop)"
_PASSED = r"(?:Allow|ProxyAllow|ProxyStrip|ProxyInspect|ProxyReplace|ProxyAvScan)"
_WEB = r'.*? op="(?P<http_method>[^"]*)" dstname="(?P<http_host>[^"]*)" arg="(?P<url>[^"]*)"'
_SIGNATURE = (
    r'.*? signature_name="(?P<signature>[^"]*)"'
    r'(?:.*? signature_cat="(?P<signature_class>[^"]*)")?(?:.*? signature_id="(?P<signature_id>[^"]*)")?'
)

_FAILURE: Final[dict[str, Any]] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
}
_SUCCESS: Final[dict[str, Any]] = {
    "category": "authentication",
    "outcome": "success",
    "action": "login",
}
_LOGOUT: Final[dict[str, Any]] = {"category": "authentication", "action": "logout"}
_BLOCK: Final[dict[str, Any]] = {"category": "network", "action": "block"}
_ALLOW: Final[dict[str, Any]] = {"category": "network", "action": "allow"}

_KINDS = (
    ("admin", r"(?:Admin|Management|Device Management|CLI|SSH|Web UI)"),
    (
        "vpn",
        r"(?:SSL ?VPN|Mobile VPN[\w ]{0,40}|IKEv2[\w ]{0,40}|L2TP|PPTP|IPSec VPN|VPN[\w ]{0,40}|Access Portal)",
    ),
    ("app", r"[A-Z][\w -]{0,60}?"),
)


def _logins() -> tuple[Pattern, ...]:
    patterns = []
    for service, kind in _KINDS:
        authentication = (
            rf"{_START}Authentication of {kind} user {_TRIED} from (?P<src_ip>{_IP}) was "
        )
        session = rf"{_START}{kind} [Uu]ser {_WHO} from (?P<src_ip>{_IP}) "
        patterns += [
            Pattern(
                rf"{authentication}(?:rejected|denied)(?:, (?P<reason>[^\[\]]*))?$",
                service=service,
                **_FAILURE,
            ),
            Pattern(rf"{authentication}accepted[^\[\]]*$", service=service, **_SUCCESS),
            Pattern(
                rf"{session}(?:log ?in|logon|authentication)(?: attempt)?(?: was)? (?:rejected|denied|failed)"
                r"(?:\W+(?P<reason>.*))?",
                service=service,
                **_FAILURE,
            ),
            Pattern(rf"{session}logged in", service=service, **_SUCCESS),
            Pattern(rf"{session}logged out", service=service, **_LOGOUT),
        ]
    return tuple(patterns)


SOURCE = Source(
    name="watchguard",
    title="WatchGuard Firebox",
    logsource=Logsource(category="firewall", product="watchguard"),
    marks=(
        'msg_id="0',
        'msg_id="1',
        'msg_id="2',
        'msg_id="3',
        'msg_id="4',
        'msg_id="5',
        'msg_id="6',
        'msg_id="7',
        'proc_id="firewall"',
        'proc_id="http-proxy"',
        'proc_id="https-proxy"',
    ),
    readers=(
        Patterns(
            # Threats, which look like traffic otherwise
            Pattern(
                rf'{_START}{_DENIED} {_ENDS}{_PORTS}.*? msg="[^"]*(?:[Vv]irus|APT|malware)[^"]*"(?:.*? virus="(?P<signature>[^"]*)")?',
                category="malware",
                action="detect",
            ),
            Pattern(
                rf'{_START}{_PASSED} {_ENDS}{_PORTS}.*? msg="[^"]*(?:[Vv]irus found|APT detected|APT threat)[^"]*"',
                category="malware",
                action="detect",
            ),
            Pattern(
                rf"{_START}{_DENIED} {_ENDS}{_PORTS}{_SIGNATURE}", category="ids", action="block"
            ),
            Pattern(
                rf"{_START}{_PASSED} {_ENDS}{_PORTS}{_SIGNATURE}", category="ids", action="alert"
            ),
            Pattern(
                rf'{_START}{_DENIED} {_ENDS}{_PORTS}.*? msg="IPS detected"',
                category="ids",
                action="block",
            ),
            Pattern(
                rf'{_START}{_PASSED} {_ENDS}{_PORTS}.*? msg="IPS detected"',
                category="ids",
                action="alert",
            ),
            # Web proxies
            Pattern(rf"{_START}{_DENIED} {_ENDS}{_PORTS}{_WEB}", category="web", action="deny"),
            Pattern(rf"{_START}{_PASSED} {_ENDS}{_PORTS}{_WEB}", category="web", action="request"),
            # Packets; what follows an ICMP packet's addresses is its type and code
            Pattern(
                rf"{_START}{_DENIED} (?P<in_interface>\S+) (?P<out_interface>\S+) (?:\d+ )?(?P<protocol>icmp\w*) "
                rf"(?:\d+ \d+ )?(?P<src_ip>{_IP}) (?P<dst_ip>{_IP}){_POLICY}",
                **_BLOCK,
            ),
            Pattern(
                rf"{_START}{_PASSED} (?P<in_interface>\S+) (?P<out_interface>\S+) (?:\d+ )?(?P<protocol>icmp\w*) "
                rf"(?:\d+ \d+ )?(?P<src_ip>{_IP}) (?P<dst_ip>{_IP}){_POLICY}",
                **_ALLOW,
            ),
            Pattern(rf"{_START}{_DENIED} {_ENDS}{_PORTS}{_USER}{_POLICY}", **_BLOCK),
            Pattern(rf"{_START}{_PASSED} {_ENDS}{_PORTS}{_USER}{_POLICY}", **_ALLOW),
            # Logins
            *_logins(),
            Pattern(
                rf"{_START}Mobile VPN with \S+ user {_WHO} logged in\.(?:.*Real IP address is (?P<src_ip>[0-9A-Fa-f:.]{{2,44}}?)\.?$)?",
                service="vpn",
                **_SUCCESS,
            ),
            Pattern(
                rf"{_START}Mobile VPN with \S+ user {_WHO} logged out", service="vpn", **_LOGOUT
            ),
            Pattern(
                rf"{_START}.*?\b(?:login|logon|authentication) (?:failed|failure|denied|rejected)"
                rf"(?:.*? user {_WHO})?(?:.* from (?P<src_ip>{_IP}))?",
                service="admin",
                **_FAILURE,
            ),
            Pattern(
                rf"{_START}.*?account.*?\b(?:locked|lockout)",
                category="authentication",
                outcome="failure",
                action="lockout",
                service="admin",
            ),
            # Floods and scans that the firewall itself notices
            Pattern(
                rf"{_START}.*?(?:[Pp]ort|IP|address) (?:space )?(?:scan|probe).*? from (?P<src_ip>{_IP})",
                category="network",
                action="scan",
            ),
            Pattern(
                rf"{_START}.*?(?:flood|DDOS|DoS) attack.*? from (?P<src_ip>{_IP})",
                category="ids",
                action="alert",
            ),
            Pattern(_START, category="system"),
            # Traffic Monitor
            Pattern(
                rf"(?:(?:Member\d|\S+) )?Deny (?P<src_ip>{_IP}) (?P<dst_ip>{_IP}) \S+/(?P<protocol>\w+) (?P<src_port>\d+) "
                r'(?P<dst_port>\d+) (?P<in_interface>\S+) (?P<out_interface>\S+) .*?\((?P<policy>[^()]+)\).*? proc_id="',
                **_BLOCK,
            ),
            Pattern(
                rf"(?:(?:Member\d|\S+) )?Allow (?P<src_ip>{_IP}) (?P<dst_ip>{_IP}) \S+/(?P<protocol>\w+) (?P<src_port>\d+) "
                r'(?P<dst_port>\d+) (?P<in_interface>\S+) (?P<out_interface>\S+) .*?\((?P<policy>[^()]+)\).*? proc_id="',
                **_ALLOW,
            ),
        ),
    ),
)
