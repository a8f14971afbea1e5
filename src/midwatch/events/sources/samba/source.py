"""Samba: the authentication audit of smbd and of the directory service, as text and as JSON.

The audit needs ``log level = 1 auth_audit:3`` (text) or ``auth_json_audit:3``. The line before,
``[date, level] file:line(function)``, is an event of its own without content.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import JsonObject, Part, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_AUDIT: Final = (
    r" *(?:\{?)Auth: \[(?P<protocol>[^,\]]*),(?P<logon>[^\]]*)\] user \[(?P<domain>[^\]]*)\]\\\[(?P<user>.*)\] at \[(?P<at>[^\]]*)\] "
    r"with \[(?P<auth_method>[^\]]*)\] status \[(?P<status>"
)
_REST: Final = (
    r")\](?: workstation \[(?P<workstation>[^\]]*)\])?"
    r"(?: remote host \[(?:ipv[46]:)?(?P<src_ip>[^\]]*?)(?::(?P<src_port>\d+))?\])?"
)
_LEAD: Final = r" *(?:\[[^\]]{10,60}\] [^ (]{1,80}\([^)]{0,60}\) +)?(?:[a-z_]+: +)?"
_WRONG_NAME: Final = r"NT_STATUS_NO_SUCH_USER"
_LOCKED: Final = r"NT_STATUS_ACCOUNT_(?:LOCKED_OUT|DISABLED|EXPIRED|RESTRICTION)"

SOURCE = Source(
    name="samba",
    title="Samba",
    logsource=Logsource(product="linux", service="samba"),
    programs=("smbd", "smb", "samba", "nmbd", "winbindd", "smbd_audit", "smb_audit", "samba4"),
    marks=(
        "Auth: [SMB",
        "Auth: [Kerberos",
        "Auth: [LDAP",
        "Auth: [DCE/RPC",
        "Auth: [NETLOGON",
        "Auth: [SamLogon",
        '"type": "Authentication"',
        '"type":"Authentication"',
        "FAILED with error NT_STATUS_",
        "Denied connection from",
    ),
    plain_login=False,
    constants={"service": "smb"},
    readers=(
        Patterns(
            Pattern(
                _AUDIT + r"NT_STATUS_OK" + _REST,
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                _AUDIT + _WRONG_NAME + _REST,
                category="authentication",
                outcome="failure",
                action="login",
                reason="invalid_user",
            ),
            Pattern(
                _AUDIT + _LOCKED + _REST,
                category="authentication",
                outcome="failure",
                action="login",
                reason="locked",
            ),
            Pattern(
                _AUDIT + r"[A-Z_0-9]+" + _REST,
                category="authentication",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}[Aa]uthentication for user \[(?P<user>.{{0,255}})\] -> \[[^\n]*\] FAILED with error {_WRONG_NAME}",
                category="authentication",
                outcome="failure",
                action="login",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}[Aa]uthentication for user \[(?P<user>.{{0,255}})\] -> \[[^\n]*\] FAILED with error (?P<status>NT_STATUS_[A-Z_]+)",
                category="authentication",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}[Aa]uthentication for user \[(?P<user>.{{0,255}}?)\] -> \[[^\n]*\] succeeded",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}Denied connection from (?P<src_host>[^ (]*) ?\(?(?P<src_ip>[^ ()]*)\)?",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}(?P<src_host>[^ ]{{1,255}}) \((?:ipv[46]:)?(?P<src_ip>[^ ):]{{1,64}}|[0-9A-Fa-f:]{{2,45}}?)(?::(?P<src_port>\d+))?\) (?:signed )?connect to service (?P<share>[^ ]+) (?:initially )?as user (?P<user>[^ ]+)",
                category="authentication",
            ),
            Pattern(
                rf"{_LEAD}(?P<src_host>[^ ]{{1,255}}) \((?:ipv[46]:)?(?P<src_ip>[^ ):]{{1,64}}|[0-9A-Fa-f:]{{2,45}}?)(?::(?P<src_port>\d+))?\) closed connection to service (?P<share>[^ ]+)",
                category="authentication",
                action="logout",
            ),
            Pattern(
                r"(?P<user>[^|]{0,255})\|(?P<src_ip>[0-9A-Fa-f:.]{2,45})\|(?P<workstation>[^|]*)\|(?P<share>[^|]*)\|(?P<operation>[a-z_]+)\|(?P<verdict>ok|fail[^|]*)\|(?P<file>[^\n]*)",
                category="file",
            ),
            Pattern(
                r"(?P<user>[^|]{0,255})\|(?P<src_ip>[0-9A-Fa-f:.]{2,45})\|(?P<operation>[a-z_]+)\|(?P<verdict>ok|fail[^|]*)\|(?P<file>[^\n]*)",
                category="file",
            ),
        ),
        JsonObject(
            {
                "time": "timestamp",
                "user": ("Authentication.clientAccount", "Authorization.account"),
                "domain": ("Authentication.clientDomain", "Authorization.domain"),
                "src": (
                    Part("Authentication.remoteAddress", r"^ipv[46]:(.*)$"),
                    Part("Authorization.remoteAddress", r"^ipv[46]:(.*)$"),
                ),
                "dst": Part("Authentication.localAddress", r"^ipv[46]:(.*)$"),
                "auth_method": ("Authentication.passwordType", "Authorization.authType"),
                "status": "Authentication.status",
                "protocol": (
                    "Authentication.serviceDescription",
                    "Authorization.serviceDescription",
                ),
                "workstation": "Authentication.workstation",
            },
            When(
                {"type": "Authentication", "Authentication.status": "NT_STATUS_OK"},
                category="authentication",
                outcome="success",
                action="login",
            ),
            When(
                {"type": "Authentication", "Authentication.status": "NT_STATUS_NO_SUCH_USER"},
                category="authentication",
                outcome="failure",
                action="login",
                reason="invalid_user",
            ),
            When(
                {"type": "Authentication"},
                category="authentication",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            When({"type": "Authorization"}, category="authentication"),
            When(
                {"type": ("passwordChange", "PasswordChange")},
                category="authentication",
                action="password_change",
            ),
            When(
                {"type": ("dsdbChange", "groupChange")},
                category="authentication",
                action="account_change",
            ),
            require=("type", "timestamp"),
            category="system",
        ),
    ),
)
