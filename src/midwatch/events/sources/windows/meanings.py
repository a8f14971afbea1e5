"""What Windows event numbers mean in our common columns.

Source: Microsoft Learn, "Appendix L: Events to Monitor" and the pages of the single audit
events; status codes from [MS-ERREF] section 2.3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from midwatch.events.source import Value

Means = Mapping[str, Value]
Data = Mapping[str, object]

_REASONS: Final = {
    "0xc0000064": "invalid_user",
    "0xc000006a": "bad_password",
    "0xc000006d": "bad_password",
    "0xc0000234": "locked",
    "0xc0000072": "disabled",
    "0xc0000071": "expired",
    "0xc0000193": "expired",
    "0xc000015b": "not_allowed",
    "0xc000006f": "not_allowed",
    "0xc0000070": "not_allowed",
    "0x6": "invalid_user",
    "0x12": "locked",
    "0x17": "expired",
    "0x18": "bad_password",
}
_SERVICES: Final = {"3": "smb", "10": "rdp", "7": "windows", "2": "windows", "8": "web"}
_QUIET_LOGONS: Final = frozenset({"0", "4", "5"})
_SUCCESS: Final = frozenset({"0x0", "0", "0x00000000"})


def _text(data: Data, name: str) -> str:
    return str(data.get(name, "")).strip().lower()


def _logon(data: Data) -> Means:
    kind = _text(data, "LogonType")
    if kind in _QUIET_LOGONS or _text(data, "TargetUserName").endswith("$"):
        return {"category": "authentication", "outcome": "success", "action": "service_login"}
    return {
        "category": "authentication", "outcome": "success", "action": "login",
        "service": _SERVICES.get(kind, "windows"),
    }  # fmt: skip


def _failed(data: Data) -> Means:
    status = _text(data, "SubStatus")
    if status in ("", "0x0", "0x00000000"):
        status = _text(data, "Status")
    return {
        "category": "authentication", "outcome": "failure", "action": "login",
        "service": _SERVICES.get(_text(data, "LogonType"), "windows"),
        "reason": _REASONS.get(status),
    }  # fmt: skip


def _kerberos(data: Data) -> Means:
    status = _text(data, "Status")
    if status in _SUCCESS:
        return {"category": "authentication", "outcome": "success", "action": "ticket"}
    return {**_failed({"Status": status}), "service": "windows"}


def _ntlm(data: Data) -> Means:
    status = _text(data, "Status") or _text(data, "ErrorCode")
    if status in _SUCCESS:
        return {"category": "authentication", "outcome": "success", "action": "ticket"}
    return {**_failed({"Status": status}), "service": "windows"}


def _fixed(**means: Value) -> Means:
    return means


_SECURITY: Final[dict[str, Means]] = {
    "4634": _fixed(category="authentication", action="logout", service="windows"),
    "4647": _fixed(category="authentication", action="logout", service="windows"),
    "4771": _fixed(category="authentication", outcome="failure", action="login", service="windows"),
    "4740": _fixed(category="authentication", action="lockout", service="windows"),
    "4767": _fixed(category="authentication", action="account_change", service="windows"),
    "6273": _fixed(category="authentication", outcome="failure", action="login", service="vpn"),
    "6272": _fixed(category="authentication", outcome="success", action="login", service="vpn"),
    "1102": _fixed(category="configuration", action="log_cleared"),
    "4719": _fixed(category="configuration", action="change", reason="audit_policy"),
    "4697": _fixed(category="configuration", action="change", reason="service_installed"),
    "4698": _fixed(category="configuration", action="change", reason="task_created"),
    "4702": _fixed(category="configuration", action="change", reason="task_changed"),
    "4946": _fixed(category="configuration", action="change", reason="firewall_rule"),
    "4947": _fixed(category="configuration", action="change", reason="firewall_rule"),
    "4950": _fixed(category="configuration", action="change", reason="firewall_setting"),
    "4720": _fixed(category="configuration", action="account_change", reason="user_created"),
    "4722": _fixed(category="configuration", action="account_change", reason="user_enabled"),
    "4723": _fixed(category="configuration", action="password_change"),
    "4724": _fixed(category="configuration", action="password_change"),
    "4725": _fixed(category="configuration", action="account_change", reason="user_disabled"),
    "4726": _fixed(category="configuration", action="account_change", reason="user_deleted"),
    "4728": _fixed(category="configuration", action="account_change", reason="group_member_added"),
    "4732": _fixed(category="configuration", action="account_change", reason="group_member_added"),
    "4756": _fixed(category="configuration", action="account_change", reason="group_member_added"),
    "4738": _fixed(category="configuration", action="account_change", reason="user_changed"),
    "4688": _fixed(category="process", action="start"),
    "4689": _fixed(category="process", action="stop"),
    "5152": _fixed(category="network", action="block"),
    "5155": _fixed(category="network", action="block"),
    "5157": _fixed(category="network", action="block"),
    "5156": _fixed(category="network", action="allow"),
    "4663": _fixed(category="file", action="access"),
    "5140": _fixed(category="file", action="access"),
    "5145": _fixed(category="file", action="access"),
}
_OTHERS: Final[dict[tuple[str, str], Means]] = {
    ("system", "104"): _fixed(category="configuration", action="log_cleared"),
    ("system", "7045"): _fixed(
        category="configuration", action="change", reason="service_installed"
    ),
    ("application", "18456"): _fixed(
        category="authentication", outcome="failure", action="login", service="database"
    ),
    ("application", "18453"): _fixed(
        category="authentication", outcome="success", action="login", service="database"
    ),
    ("application", "18454"): _fixed(
        category="authentication", outcome="success", action="login", service="database"
    ),
    ("microsoft-windows-terminalservices-remoteconnectionmanager/operational", "1149"): _fixed(
        category="authentication", outcome="success", action="login", service="rdp"
    ),
    ("microsoft-windows-remotedesktopservices-rdpcorets/operational", "140"): _fixed(
        category="authentication", outcome="failure", action="login", service="rdp"
    ),
    ("microsoft-windows-terminalservices-localsessionmanager/operational", "21"): _fixed(
        category="authentication", outcome="success", action="session", service="rdp"
    ),
    ("microsoft-windows-smbserver/security", "551"): _fixed(
        category="authentication", outcome="failure", action="login", service="smb"
    ),
    ("openssh/operational", "4"): _fixed(service="ssh"),
    ("microsoft-windows-windows defender/operational", "1116"): _fixed(
        category="malware", action="detect"
    ),
    ("microsoft-windows-windows defender/operational", "1117"): _fixed(
        category="malware", action="clean"
    ),
    ("microsoft-windows-windows defender/operational", "5001"): _fixed(
        category="configuration", action="change", reason="antivirus_disabled"
    ),
    ("microsoft-windows-sysmon/operational", "1"): _fixed(category="process", action="start"),
    ("microsoft-windows-sysmon/operational", "5"): _fixed(category="process", action="stop"),
    ("microsoft-windows-sysmon/operational", "3"): _fixed(category="network", action="connect"),
    ("microsoft-windows-sysmon/operational", "11"): _fixed(category="file", action="create"),
    ("microsoft-windows-sysmon/operational", "22"): _fixed(category="dns", action="query"),
}
_NOTHING: Final[Means] = {}


DECISIVE: Final = ("LogonType", "TargetUserName", "SubStatus", "Status", "ErrorCode")
"""The event data that may decide what an event means; of the account only how it ends."""
_DEPENDENT: Final = frozenset({"4624", "4625", "4768", "4769", "4776", "4771"})


def depends_on_data(channel: str, event: str) -> bool:
    """Whether the data of such events decide what they mean."""
    return event in _DEPENDENT and channel.lower() in ("", "security")


def meaning_of(  # noqa: PLR0911  # one return for each family of events
    channel: str, event: str, data: Data
) -> Means:
    """Common columns that an event's channel, number and data imply."""
    folded = channel.lower()
    if folded == "security" or not folded:
        match event:
            case "4624":
                return _logon(data)
            case "4625":
                return _failed(data)
            case "4768" | "4769":
                return _kerberos(data)
            case "4776":
                return _ntlm(data)
            case "4771":
                return {**_SECURITY["4771"], "reason": _REASONS.get(_text(data, "Status"))}
            case _:
                return _SECURITY.get(event, _NOTHING)
    return _OTHERS.get((folded, event), _NOTHING)
