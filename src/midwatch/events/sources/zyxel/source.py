"""Zyxel firewalls (USG, ZyWALL, ATP, USG FLEX) with ZLD: their key="value" syslog."""

import re

from midwatch.events.readers import ANY, KeyValues, Part, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_ADMIN = {"service": "admin"}
_VPN = {"service": "vpn"}
_VPN_CATEGORIES = ("SSL VPN", "IKE", "L2TP Over IPSec", "IPSec", "SSL-VPN")

SOURCE = Source(
    name="zyxel",
    title="Zyxel firewall",
    logsource=Logsource(category="firewall", product="zyxel"),
    marks=(' devID="', ' devid="', ' note="ACCESS BLOCK"', ' note="Failed login"'),
    readers=(
        KeyValues(
            {
                "src": "src",
                "dst": "dst",
                "user": (
                    Part("user", "^((?!unknown$).+)$"),
                    Part("msg", r"^(?:Administrator|User|Limited-Admin|Ext-User) ([^\s(]+)\("),
                ),
                "reason": ("note", Part("msg", r"\(([^()]+)\)$")),
                "protocol": ("proto", "protoID"),
                "in_interface": Part("msg", r"from (\S+) to \S+,"),
                "out_interface": Part("msg", r"from \S+ to ([^\s,]+),"),
                "signature": (
                    Part("msg", r"\[type=[^\]]*\] ([^,]+)"),
                    Part("msg", r"signature[=: ]+'?([^',]+)"),
                ),
                "signature_id": Part("msg", r"[Ss](?:id|ignature ID)[=: ]+(\d+)"),
            },
            When(
                {"msg": _text("lock(?:ed)?[ -]?out|lockout")},
                category="authentication",
                outcome="failure",
                action="lockout",
                **_ADMIN,
            ),
            When(
                {
                    "msg": _text(
                        "failed login|login failed|authentication fail|failed to (?:log|auth)"
                    ),
                    "cat": _VPN_CATEGORIES,
                },
                **_FAILURE,
                **_VPN,
            ),
            When(
                {"msg": _text("sslvpn|ssl vpn|l2tp"), "note": _text("failed login")},
                **_FAILURE,
                **_VPN,
            ),
            When(
                {
                    "msg": _text(
                        "failed login|login failed|authentication fail|failed to (?:log|auth)"
                    )
                },
                **_FAILURE,
                **_ADMIN,
            ),
            When({"note": "Failed login"}, **_FAILURE, **_ADMIN),
            When(
                {"msg": _text("has logged in (?:sslvpn|vpn)|has logged in ssl|logged in l2tp")},
                **_SUCCESS,
                **_VPN,
            ),
            When({"msg": _text("has logged in")}, **_SUCCESS, **_ADMIN),
            When(
                {"msg": _text("has logged out|has been logged out")},
                category="authentication",
                action="logout",
            ),
            When(
                {
                    "cat": _text("IDP|intrusion|ADP|anomaly|IPS|sandbox"),
                    "note": _text("block|drop|reject|reset"),
                },
                category="ids",
                action="block",
            ),
            When({"cat": _text("IDP|intrusion|ADP|anomaly|IPS")}, category="ids", action="alert"),
            When({"cat": _text("virus|malware")}, category="malware", action="detect"),
            When(
                {"cat": _text("content filter|blocked web"), "note": _text("block")},
                category="web",
                action="deny",
            ),
            When({"cat": _text("content filter|web")}, category="web", action="request"),
            When({"note": _text("access block|block")}, category="network", action="block"),
            When({"msg": _text(r"\b(?:DROP|DENY|REJECT)\b")}, category="network", action="block"),
            When({"note": _text("access forward|forward")}, category="network", action="allow"),
            When({"msg": _text("attack|flood|scan")}, category="ids", action="alert"),
            When(
                {"cat": _text("firewall|policy|security|traffic|session"), "src": ANY},
                category="network",
            ),
            require=("msg",),
            one_of=(' devID="', ' devid="', ' note="'),
            category="system",
        ),
    ),
)
