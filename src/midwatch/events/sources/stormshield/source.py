"""Stormshield Network Security: the WELF-like key=value syslog of SNS 3 and 4."""

import re

from midwatch.events.readers import ANY, Joined, KeyValues, Translated, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_FAILED = _text(r"fail|denied|refused|invalid|incorrect|bad|wrong|reject|unsuccess")
_FINE = _text(r"^0?$")

SOURCE = Source(
    name="stormshield",
    title="Stormshield Network Security",
    logsource=Logsource(category="firewall", product="stormshield"),
    marks=(' logtype="', ' startime="', " logtype=filter", " logtype=alarm"),
    readers=(
        KeyValues(
            {
                "time": (Joined("time", "tz", form="%s%s"), "time"),
                "host": "fw",
                "severity": "pri",
                "src_ip": ("src", "address"),
                "src_port": "srcport",
                "src_host": "srcname",
                "dst_ip": "dst",
                "dst_port": "dstport",
                "dst_host": "dstname",
                "protocol": ("ipproto", "proto"),
                "in_interface": ("srcifname", "srcif"),
                "out_interface": ("dstifname", "dstif"),
                "policy": ("rulename", "ruleid"),
                "bytes_in": "sent",
                "bytes_out": "rcvd",
                "user": "user",
                "domain": "domain",
                "auth_method": "method",
                "reason": "msg",
                "signature": ("virus", Joined("alarmid", "msg", form="%.0s%s")),  # of alarms only
                "signature_id": "alarmid",
                "signature_class": ("class", "classification"),
                "signature_severity": Translated("pri", {"1": 1, "2": 2, "3": 3, "4": 3, "5": 4}),
                "http_method": "op",
                "http_status": "result",
                "http_host": "dstname",
                "url": "arg",
                "country": "srcgeo",
                "session": "sessionid",
            },
            When({"logtype": "auth", "error": _text(r"^0*[1-9]")}, **_FAILURE, service="app"),
            When({"logtype": "auth", "msg": _FAILED}, **_FAILURE, service="app"),
            When(
                {"logtype": "auth", "msg": _text("logout|logged out|disconnect")},
                category="authentication",
                action="logout",
                service="app",
            ),
            When({"logtype": "auth"}, **_SUCCESS, service="app"),
            When(
                {
                    "logtype": ("server", "system", "monitor"),
                    "msg": _text(
                        "(?:login|log in|authentication|admin).{0,60}(?:fail|denied|refused|incorrect|bad)"
                    ),
                },
                **_FAILURE,
                service="admin",
            ),
            When(
                {"logtype": "server", "error": _text(r"^0*[1-9]"), "msg": _text("login|authent")},
                **_FAILURE,
                service="admin",
            ),
            When(
                {
                    "logtype": "server",
                    "msg": _text("login|log in|authent|logged in"),
                    "error": _FINE,
                },
                **_SUCCESS,
                service="admin",
            ),
            When(
                {"logtype": "server", "msg": _text("logout|disconnect")},
                category="authentication",
                action="logout",
                service="admin",
            ),
            When({"logtype": "server"}, category="configuration", action="change", service="admin"),
            When({"logtype": "xvpn", "error": _text(r"^0*[1-9]")}, **_FAILURE, service="vpn"),
            When({"logtype": "xvpn", "msg": _FAILED}, **_FAILURE, service="vpn"),
            When(
                {"logtype": "xvpn", "msg": _text("connected|created|up")}, **_SUCCESS, service="vpn"
            ),
            When({"logtype": ("vpn", "xvpn")}, category="network", service="vpn"),
            When(
                {"logtype": "alarm", "action": _text("block|drop|reset")},
                category="ids",
                action="block",
            ),
            When({"logtype": "alarm"}, category="ids", action="alert"),
            When(
                {
                    "logtype": ("web", "plugin", "ssl", "ftp", "smtp", "pop3"),
                    "virus": _text("^(?!clean$)."),
                },
                category="malware",
                action="detect",
            ),
            When({"logtype": "web", "action": _text("block|deny")}, category="web", action="deny"),
            When({"logtype": "web"}, category="web", action="request"),
            When(
                {"logtype": ANY, "action": _text("block|drop|deny|reset")},
                category="network",
                action="block",
            ),
            When(
                {"logtype": ("filter", "connection", "plugin"), "action": _text("pass|log")},
                category="network",
                action="allow",
            ),
            When(
                {"logtype": ("filter", "connection", "plugin", "ssl", "l_server")},
                category="network",
            ),
            require=("fw", "logtype"),
            category="system",
        ),
    ),
)
