"""SonicWall firewalls (SonicOS 5 to 7) and SMA 100 gateways: their key=value syslog.

Meaning is taken from the sentence in ``msg``, which SonicOS words alike in all versions.
"""

import re
from collections.abc import Mapping

from midwatch.events.readers import ANY, KeyValues, Part, Translated, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}
_LOCKOUT = {"category": "authentication", "outcome": "failure", "action": "lockout"}
_LOGOUT = {"category": "authentication", "action": "logout"}
_ADMIN = {"service": "admin"}
_VPN = {"service": "vpn"}

_OPERATIONS = {"0": None, "1": "GET", "2": "POST", "3": "HEAD", "4": "PUT", "5": "CONNECT"}
_SEVERITIES = {"1": 1, "2": 2, "3": 3}


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_REFUSED = (
    r"log-?[io]n (?:denied|failed|failure|not allowed)|denied due to bad credentials|bad password"
)
_LET_IN = (
    r"log-?[io]n (?:allowed|successful|succeeded)|successful (?:\w+ )?(?:\w+ )?log-?in|logged in"
)

_CASES = (
    # Logins
    When({"msg": _text("failure rate exceeded|user lockout|locked out")}, **_LOCKOUT),
    When({"msg": _text(rf"administrator.*(?:{_REFUSED})")}, **_FAILURE, **_ADMIN),
    When({"msg": _text(rf"administrator.*(?:{_LET_IN})")}, **_SUCCESS, **_ADMIN),
    When({"msg": _text("administrator.*logged out|administrator.*logout")}, **_LOGOUT, **_ADMIN),
    When({"msg": _text(rf"XAUTH failed|NetExtender.*fail|(?:{_REFUSED})")}, **_FAILURE, **_VPN),
    When({"msg": _text(rf"XAUTH succeeded|(?:{_LET_IN})")}, **_SUCCESS, **_VPN),
    When({"msg": _text("logged out|logout")}, **_LOGOUT, **_VPN),
    # Attacks
    When(
        {"msg": _text("port scan|(?:FIN|Xmas|NULL|TCP|UDP) scan")},
        category="network",
        action="scan",
    ),
    When(
        {"msg": _text("(?:IPS|IDP|intrusion|anti-spyware) prevention alert")},
        category="ids",
        action="block",
    ),
    When(
        {
            "msg": _text(
                "(?:IPS|IDP|intrusion|anti-spyware) detection alert|application control detection"
            )
        },
        category="ids",
        action="alert",
    ),
    When({"ipscat": ANY}, category="ids", action="alert"),
    When({"spycat": ANY}, category="ids", action="alert"),
    When(
        {"msg": _text("anti-virus alert|virus.*(?:blocked|detected)|capture ATP|malware|cloud AV")},
        category="malware",
        action="detect",
    ),
    When(
        {"msg": _text("attack|flood|spoof|ping of death|smurf|rebind")},
        category="ids",
        action="alert",
    ),
    # Web filter
    When(
        {"msg": _text("web ?site (?:access )?(?:denied|blocked)|web site found in blacklist")},
        category="web",
        action="deny",
    ),
    When(
        {"msg": _text("web ?site (?:access )?(?:allowed|hit)|^syslog website")},
        category="web",
        action="request",
    ),
    When({"m": "97"}, category="web", action="request"),
    # Packets and connections
    When({"fw_action": ("drop", "dropped", "discard")}, category="network", action="block"),
    When(
        {"msg": _text(r"dropped|\bdrop\b|blocked|rejected|\bdenied\b")},
        category="network",
        action="block",
    ),
    When({"msg": _text("connection opened")}, category="network", action="connect"),
    When({"msg": _text("connection closed")}, category="network", action="close"),
    When({"fw_action": ("forward", "allow")}, category="network", action="allow"),
    When({"src": ANY, "dst": ANY}, category="network"),
)

_FIELDS: Mapping[str, Keys] = {
    "time": "time",
    "host": "fw",
    "severity": "pri",
    "src_ip": ("srcV6", Part("src", r"^(\d+\.\d+\.\d+\.\d+)"), Part("src", r"^([0-9A-Fa-f:]+)$")),
    "src_port": Part("src", r"^[^:]*:(\d+)(?::|$)"),
    "in_interface": Part("src", r"^[^:]*:\d*:([^:]+)"),
    "dst_ip": ("dstV6", Part("dst", r"^(\d+\.\d+\.\d+\.\d+)"), Part("dst", r"^([0-9A-Fa-f:]+)$")),
    "dst_port": Part("dst", r"^[^:]*:(\d+)(?::|$)"),
    "out_interface": Part("dst", r"^[^:]*:\d*:([^:]+)"),
    "protocol": Part("proto", r"^([^/]+)"),
    "policy": "rule",
    "bytes_in": "sent",
    "bytes_out": "rcvd",
    "user": ("usr", "user", Part("msg", r" user '([^']+)'")),
    "domain": "domain",
    "http_method": Translated("op", _OPERATIONS, keep=True),
    "http_host": "dstname",
    "url": "arg",
    "user_agent": "agent",
    "signature": (
        Part("msg", r"(?:Prevention|Detection|Anti-Virus) Alert: (.+?)(?:,| blocked|$)"),
        "ipscat",
        "spycat",
    ),
    "signature_id": ("sid", "spyid"),
    "signature_severity": (
        Translated("ipspri", _SEVERITIES),
        Translated("spypri", _SEVERITIES),
    ),
}

SOURCE = Source(
    name="sonicwall",
    title="SonicWall firewall",
    logsource=Logsource(category="firewall", product="sonicwall"),
    marks=(
        "id=firewall sn=",
        "id=sslvpn sn=",
        " sn=18B169",
        " sn=C0EAE4",
        " sn=0017C5",
        " sn=2CB8ED",
    ),
    priority=12,
    distinct=True,
    readers=(KeyValues(_FIELDS, *_CASES, require=("fw", "sn", "pri", "m"), category="system"),),
)
