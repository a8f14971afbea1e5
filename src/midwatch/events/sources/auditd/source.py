"""The Linux audit system: ``auditd``'s own log, its records in syslog and journald, and Laurel.

A record is ``type=USER_LOGIN msg=audit(1767225600.123:45): pid=1 ... msg='op=login ... res=failed'``;
the kernel writes the type as a number (``audit: type=1400 audit(...):``), journald writes
``USER_LOGIN pid=1 ...`` under the tag ``audit``. Laurel joins the records of one event into one
JSON object. Values that hold blanks or quotes are written as hexadecimal digits; those of
names, paths, arguments and commands are decoded.

Of the records of one login, ``USER_LOGIN``, ``USER_AUTH`` and ``USER_ERR`` (and the failed
``USER_ACCT`` and ``CRED_ACQ``) say how it ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from midwatch.events.readers.json_object import decode_object, flatten
from midwatch.events.readers.mapping import Keys, Mapper, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source

_HEAD: Final = re.compile(
    r"(?:node=(?P<node>[^ ]+) )?(?:audit: )?type=(?P<type>[A-Z0-9_]+)(?:\[\d+\])? (?:msg=)?"
    r"audit\((?P<time>\d+(?:\.\d+)?):(?P<serial>\d+)\):? ?"
)
_JOURNAL: Final = re.compile(r"(?P<type>[A-Z][A-Z0-9_]{2,30}) (?=pid=\d|[a-z]{2,8}=)")
_PAIR: Final = re.compile(r"(?<![\w-])([A-Za-z][\w-]*)=(\"[^\"]*\"|[^\s,'\")\x1d]*)")
_AVC: Final = re.compile(r"avc:\s+(denied|granted)\s+\{ ([^}]*) \}")
_HEXADECIMAL: Final = re.compile(r"(?:[0-9A-F]{2}){1,8192}")
_NOTHING: Final = frozenset(
    {
        "",
        "?",
        "unset",
        "4294967295",
        "(null)",
        "(none)",
        "(invalid user)",
        "(unknown user)",
        "(unknown)",
    }
)
_ENCODED: Final = frozenset({"acct", "comm", "exe", "cmd", "proctitle", "name", "cwd", "grp"})
_ARGUMENT: Final = re.compile(r"a\d{1,4}")
_NUMBERS: Final = {
    "1100": "USER_AUTH",
    "1101": "USER_ACCT",
    "1102": "USER_MGMT",
    "1103": "CRED_ACQ",
    "1104": "CRED_DISP",
    "1105": "USER_START",
    "1106": "USER_END",
    "1107": "USER_AVC",
    "1108": "USER_CHAUTHTOK",
    "1109": "USER_ERR",
    "1110": "CRED_REFR",
    "1112": "USER_LOGIN",
    "1113": "USER_LOGOUT",
    "1114": "ADD_USER",
    "1115": "DEL_USER",
    "1116": "ADD_GROUP",
    "1117": "DEL_GROUP",
    "1123": "USER_CMD",
    "1130": "SERVICE_START",
    "1131": "SERVICE_STOP",
    "1300": "SYSCALL",
    "1302": "PATH",
    "1305": "CONFIG_CHANGE",
    "1307": "CWD",
    "1309": "EXECVE",
    "1325": "NETFILTER_CFG",
    "1326": "SECCOMP",
    "1327": "PROCTITLE",
    "1400": "AVC",
    "1700": "ANOM_PROMISCUOUS",
    "1701": "ANOM_ABEND",
    "1702": "ANOM_LINK",
}
"""Names of the record types that the kernel writes as numbers (linux/audit.h)."""
_SERVICES: Final = {
    "sshd": "ssh",
    "sshd-session": "ssh",
    "dropbear": "ssh",
    "sudo": "sudo",
    "su": "su",
    "vsftpd": "ftp",
    "proftpd": "ftp",
    "smbd": "smb",
    "xrdp-sesman": "rdp",
    "openvpn": "vpn",
    "cockpit-session": "web",
    "dovecot": "mail",
    "saslauthd": "mail",
}
"""What was aimed at, by the name of the program that reports."""


def _decoded(key: str, value: str) -> str:
    """The text of a value: quotes off, hexadecimal writing of the encoded keys resolved."""
    if value[:1] == '"':
        return value[1:-1]
    encoded = key in _ENCODED or _ARGUMENT.fullmatch(key) is not None
    if encoded and _HEXADECIMAL.fullmatch(value):
        text = bytes.fromhex(value).decode(errors="replace")
        return text.replace("\0", " ").strip() if key in ("proctitle", "cmd") else text
    return value


def _completed(fields: dict[str, str]) -> dict[str, str]:
    """Our own additions to a record: ``service``, ``command`` and ``who``.

    Where a program reports a login, the account is ``acct`` and nobody else: the program's
    own account stands in ``UID``.
    """
    reported = fields.get("type", "").startswith(("USER_", "CRED_", "ADD_", "DEL_", "ACCT_"))
    for key in ("acct",) if reported else ("acct", "AUID", "UID"):
        if key in fields:
            fields["who"] = fields[key]
            break
    program = (fields.get("exe") or "").rpartition("/")[2]
    service = _SERVICES.get(program)
    if service is not None:
        fields.setdefault("service", service)
    if fields.get("type") == "EXECVE":
        count = fields.get("argc", "")
        most = min(int(count), 256) if count.isdecimal() and len(count) < 6 else 0
        arguments = [fields[f"a{spot}"] for spot in range(most) if f"a{spot}" in fields]
        fields["command"] = " ".join(arguments)
    return fields


def audit_fields(message: str) -> dict[str, str]:
    """All values of a record by their names; empty when it is none.

    >>> audit_fields('type=USER_LOGIN msg=audit(1.2:3): acct="eve" res=failed')["acct"]
    'eve'
    """
    head = _HEAD.match(message) or _JOURNAL.match(message)
    if head is None:
        return {}
    fields = {key: value for key, value in head.groupdict().items() if value is not None}
    fields["type"] = _NUMBERS.get(fields["type"], fields["type"])
    denied = _AVC.search(message, head.end(), head.end() + 256)
    if denied is not None:
        fields["avc"], fields["permission"] = denied[1], denied[2].strip()
    is_execution = fields["type"] == "EXECVE"
    for key, value in _PAIR.findall(message[head.end() :]):
        if key in fields or value in _NOTHING:
            continue
        argument = not is_execution and _ARGUMENT.fullmatch(key) is not None
        text = value if argument else _decoded(key, value)
        if text not in _NOTHING:
            fields[key] = text
    return _completed(fields)


def laurel_fields(message: str) -> dict[str, str]:
    """The values of a Laurel event: its deciding record, flattened; empty when it is none."""
    decoded = decode_object(message)
    if decoded is None or not isinstance(decoded.get("ID"), str):
        return {}
    names = [
        name for name, value in decoded.items() if name.isupper() and name not in ("ID", "NODE")
    ]
    if not names:
        return {}
    fields: dict[str, str] = {}
    for name in names:
        records = decoded[name]
        record = records[0] if isinstance(records, list) and records else records
        if isinstance(record, dict):
            for key, value in record.items():
                if isinstance(value, (str, int)) and str(value) not in _NOTHING:
                    fields.setdefault(key, str(value))
    execution = decoded.get("EXECVE")
    arguments = execution.get("ARGV") if isinstance(execution, dict) else None
    if isinstance(arguments, list):
        fields["command"] = " ".join(str(argument) for argument in arguments)
    fields["type"] = names[0]
    fields["time"], _, fields["serial"] = str(decoded["ID"]).partition(":")
    node = decoded.get("NODE")
    if isinstance(node, str):
        fields["node"] = node
    return _completed(fields)


def _laurel_vendor(message: str) -> dict[str, object]:
    decoded = decode_object(message)
    return flatten(decoded) if decoded is not None else {}


_FIELDS: Final[Mapping[str, Keys]] = {
    "time": "time",
    "host": "node",
    "session": "ses",
    "user": "who",
    "src_ip": "addr",
    "service": "service",
    "process": "exe",
    "command": ("command", "cmd", "proctitle"),
    "file": "name",
}
_FAILED: Final = re.compile(r"^(?:failed|0|no)\b")
_SUCCEEDED: Final = re.compile(r"^(?:success|1|yes)\b")
_AUTHENTICATED: Final = ("USER_LOGIN", "USER_AUTH")
_WHEN: Final = (
    When(
        {"type": "USER_AUTH", "res": _FAILED, "service": ("sudo", "su")},
        category="authentication",
        outcome="failure",
        action="privilege",
    ),
    When(
        {"type": (*_AUTHENTICATED, "USER_ERR", "USER_ACCT", "CRED_ACQ"), "res": _FAILED},
        category="authentication",
        outcome="failure",
        action="login",
    ),
    When(
        {"type": _AUTHENTICATED, "res": _SUCCEEDED, "service": ("sudo", "su")},
        category="authentication",
        outcome="success",
        action="privilege",
    ),
    When(
        {"type": _AUTHENTICATED, "res": _SUCCEEDED},
        category="authentication",
        outcome="success",
        action="login",
    ),
    When({"type": ("USER_LOGOUT", "USER_END")}, category="authentication", action="logout"),
    When({"type": "USER_CMD"}, category="authentication", action="privilege"),
    When(
        {"type": ("ANOM_LOGIN_FAILURES", "RESP_ACCT_LOCK", "RESP_ACCT_LOCK_TIMED", "ACCT_LOCK")},
        category="authentication",
        action="lockout",
    ),
    When({"type": "USER_CHAUTHTOK"}, category="authentication", action="password_change"),
    When(
        {
            "type": (
                "ADD_USER",
                "DEL_USER",
                "ADD_GROUP",
                "DEL_GROUP",
                "USER_MGMT",
                "GRP_MGMT",
                "ACCT_UNLOCK",
                "ROLE_ASSIGN",
                "ROLE_REMOVE",
                "CHUSER_ID",
                "CHGRP_ID",
            )
        },
        category="authentication",
        action="account_change",
    ),
    When({"type": re.compile("^(?:USER|CRED|ANOM_LOGIN)_")}, category="authentication"),
    When(
        {"type": re.compile("^(?:CONFIG_|DAEMON_|MAC_|NETFILTER_|KERN_MODULE|LABEL_|USYS_)")},
        category="configuration",
        action="change",
    ),
    When({"type": re.compile("^(?:SERVICE_|SYSTEM_)")}, category="system"),
    When({"type": ("PATH", "CWD", "FD_PAIR", "MMAP")}, category="file"),
    When({"type": ("SOCKADDR", "SOCKETCALL")}, category="network"),
)


class AuditRecord:
    """Reads one audit record, or one Laurel event; see the module's documentation."""

    def __init__(self) -> None:
        """One for the whole program; it holds nothing but its two mappings."""
        self._record = Mapper(_FIELDS, _WHEN, {"category": "process"}, audit_fields)
        self._laurel = Mapper(_FIELDS, _WHEN, {"category": "process"}, _laurel_vendor)

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        if message[:1] == "{":
            fields, mapper = laurel_fields(message), self._laurel
        else:
            fields, mapper = audit_fields(message), self._record
        return mapper.map(partial(dict.get, fields)) if fields else None


SOURCE = Source(
    name="auditd",
    title="Linux audit system",
    logsource=Logsource(product="linux", service="auditd"),
    programs=("auditd", "audispd", "audisp-syslog", "audit", "laurel"),
    marks=(
        " msg=audit(",
        " audit(",
        '"SYSCALL":{"',
        '"USER_LOGIN":{"',
        '"USER_AUTH":{"',
        '"EXECVE":{"',
    ),
    readers=(AuditRecord(),),
)
