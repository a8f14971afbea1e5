"""Huawei (VRP) and H3C or HPE Comware: messages named ``%%10SSHS/6/SSHS_LOG: …``.

Both put facts into pairs, ``(Ip=192.0.2.1, UserName=x)`` or ``SrcIPAddr(1003)=192.0.2.1;``, or
into plain English. What happened is told by the message's name and by its words.
"""

import re
from typing import Final

from midwatch.events.readers import ANY, Part, Translated, When
from midwatch.events.readers.mapping import Mapper
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source, VendorFields

_HEAD: Final = re.compile(
    r"(?:\([^()]{1,20}\) )?%%\d\d(?P<module>[\w-]{1,40})/(?P<level>\d)/(?P<mnemonic>[\w-]{1,60})(?:\(\w\))?(?:\[\d+\])?[:;] ?"
)
_PAIR: Final = re.compile(
    r'(?<![\w.-])-?([A-Za-z][\w-]{0,40}?)(?:\(\d+\))?=(?:"([^"]*)"|([^,;()"=\s][^,;()"=]*))?'
)
_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}
_ADMIN = {"service": "admin"}


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_REFUSED = _text(r"deny|denied|drop|block|discard|reset")
_SOURCES = (
    "source-ip",
    "SrcIp",
    "SrcIP",
    "SrcIPAddr",
    "SourceIP",
    "Ip",
    "IP",
    "UserAddress",
    "UserIP",
    "UserIp",
    "IPAddr",
    "IpAddress",
    "IPAddress",
    "RemoteIp",
    "PeerAddress",
    "AttackerIP",
    "srcIPAddr",
)
_MAPPER = Mapper(
    {
        "src_ip": (
            *_SOURCES,
            Part("text", r"^.* from (?:IP )?([0-9A-Fa-f:.]{2,45}[0-9A-Fa-f])(?!\w)"),
        ),
        "src_port": ("source-port", "SrcPort", "RemotePort", Part("text", r" port (\d{1,5})")),
        "dst_ip": (
            "destination-ip",
            "DstIp",
            "DstIP",
            "DstIPAddr",
            "DestIP",
            "LocalAddress",
            "dstIPAddr",
        ),
        "dst_port": ("destination-port", "DstPort", "DestPort"),
        "protocol": ("protocol", "Protocol"),
        "in_interface": ("source-zone", "SrcZone", "SrcZoneName", "RcvIfName"),
        "out_interface": ("destination-zone", "DstZone", "DstZoneName"),
        "policy": ("rule-name", "Policy", "RuleName", "SecurityPolicy", "AclNumber"),
        "user": (
            Part("UserName", r"^((?!\*+$).+)$"),
            "User",
            "Username",
            "user",
            Part("text", r"[Uu]ser (?!failed|login|log|succeeded)'?([^\s',;.(]+)"),
            Part(
                "text",
                r"^([^\s(=,;]+)(?:\([^)]*\))? (?:logged (?:in|out)|failed to log ?in|login) ",
            ),
        ),
        "reason": ("Reason", "FailReason", "FailedReason", "Cause"),
        "signature": ("SignName", "AttackType", "AttackName", "VirusName", "Virus", "AttackName"),
        "signature_id": ("SignId", "SignID", "AttackID"),
        "signature_class": "Category",
        "signature_severity": Translated(
            "Severity", {"high": 1, "medium": 2, "low": 3, "information": 4}
        ),
        "command": ("Command", "command", Part("text", r"Command is (.*)")),
        "module": "module",
        "level": "level",
        "mnemonic": "mnemonic",
    },
    (
        # Names that tell it
        When(
            {"mnemonic": _text("POLICYDENY|PACKET.?DENY|_DENY$")},
            category="network",
            action="block",
        ),
        When({"mnemonic": _text("POLICYPERMIT|_PERMIT$")}, category="network", action="allow"),
        When(
            {
                "module": "FILTER",
                "text": _text(r"(?:Event|Action|FilterAction)(?:\(\d+\))?=(?:Deny|Drop)"),
            },
            category="network",
            action="block",
        ),
        When({"module": ("FILTER", "SESSION", "ASPF")}, category="network"),
        When(
            {
                "module": _text("^(?:IPS|ATK|ATTACK|SEC|URPF|DEFEND|APT|DPI)"),
                "text": _text(r"Action(?:\(\d+\))?=[^,;]*(?:block|drop|deny|reset)"),
            },
            category="ids",
            action="block",
        ),
        When({"module": _text("^(?:IPS|ATK|ATTACK|DEFEND|APT)")}, category="ids", action="alert"),
        When({"module": _text("^(?:AV|ANTI-?VIR)")}, category="malware", action="detect"),
        When({"module": _text("^(?:URL|UFLT)"), "text": _REFUSED}, category="web", action="deny"),
        # Logins
        When(
            {
                "mnemonic": _text(
                    "LOGIN_?FAIL|AUTH\\w*_?FAIL|SSH_FAIL|AAA_FAILURE|FAILEDLOGIN|LOGINFAILED"
                )
            },
            **_FAILURE,
            **_ADMIN,
        ),
        When(
            {
                "text": _text(
                    "fail\\w* to log ?in|log ?in (?:has )?failed|authentication failed|failed to (?:pass|be) .{0,20}authenticat|AAA (?:is )?failed|login attempt failed"
                )
            },
            **_FAILURE,
            **_ADMIN,
        ),
        When(
            {"mnemonic": _text("AAA_SUCCESS|LOGIN_?SUCC|^USERLOGIN$|_LOGIN$|^LOGIN$")},
            **_SUCCESS,
            **_ADMIN,
        ),
        When(
            {
                "text": _text(
                    "logged in from|succeeded in log|log ?in succe|accepted password|passed authentication"
                )
            },
            **_SUCCESS,
            **_ADMIN,
        ),
        When(
            {"mnemonic": _text("LOGOUT|LOGOFF")},
            category="authentication",
            action="logout",
            **_ADMIN,
        ),
        When(
            {"text": _text("lock(?:ed)? .{0,40}user|user .{0,60}(?:was|is) (?:locked|blocked)")},
            category="authentication",
            outcome="failure",
            action="lockout",
            **_ADMIN,
        ),
        # Commands
        When(
            {"mnemonic": _text("SHELL_CMD|CMDRECORD|_CMD$|^CMD$")},
            category="configuration",
            action="change",
            **_ADMIN,
        ),
        When(
            {"module": _text("^(?:CFGMAN|CONFIGURATION)"), "mnemonic": ANY},
            category="configuration",
            action="change",
            **_ADMIN,
        ),
        When({"source-ip": ANY, "destination-ip": ANY}, category="network"),
    ),
    {"category": "system"},
    None,
)


def _pairs(text: str) -> dict[str, str]:
    found = {key: (quoted or bare).strip() for key, quoted, bare in _PAIR.findall(text)}
    if text.startswith("-"):  # Comware: -Line=vty0-IPAddr=192.0.2.1-User=x; …
        for part in text.partition(";")[0].split("-"):
            key, equals, value = part.partition("=")
            if equals:
                found[key] = value.strip()
    return found


class PercentMessages:
    """Reads messages with a ``%%`` name."""

    @staticmethod
    def vendor(message: str) -> VendorFields:
        """All of the message's own pairs."""
        return _pairs(message)

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        head = _HEAD.match(message)
        if head is None:
            return None
        rest = message[head.end() :].rstrip(". ")
        found = _pairs(rest)
        found.update(head.groupdict())
        found["text"] = rest
        return _MAPPER.map(found.get)


SOURCE = Source(
    name="huawei_h3c",
    title="Huawei VRP and H3C Comware",
    logsource=Logsource(product="huawei"),
    marks=("%%01", "%%10"),
    priority=15,
    distinct=True,
    readers=(PercentMessages(),),
)
