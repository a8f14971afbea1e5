"""Linux-PAM modules (``pam_unix``, ``pam_sss``, ``pam_faillock`` ...), under any program's tag.

The service in ``pam_unix(sshd:auth)`` says what was aimed at. Older releases write
``(pam_unix)`` or put the module into the tag: ``su(pam_unix)[9]:``. The name tried stands
in ``user=``, or in ``ruser=`` where PAM does not know the account. Both are the attacker's
choice, so the sentence is read to its end: of two ``rhost=`` the one that lets the rest
of the sentence be as PAM writes it is the address.

``session opened`` is a login where the program logs none of its own (console, display
managers, FTP); for sshd, sudo, su, cron and systemd it is only a session.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Reading, Source, Value

_SERVICES: Final = {
    "ssh": "sshd ssh dropbear sshd-session",
    "sudo": "sudo sudo-i polkit-1 doas pkexec",
    "su": "su su-l runuser runuser-l",
    "ftp": "vsftpd proftpd pure-ftpd ftp ftpd wu-ftpd",
    "mail": "dovecot smtp imap imaps pop pop3 pop3s sieve exim exim4 postfix courier saslauthd",
    "vpn": "openvpn ppp ocserv ipsec racoon strongswan xl2tpd",
    "rdp": "xrdp-sesman xrdp vncserver vnc nx nxserver",
    "smb": "samba smbd winbind",
    "web": "cockpit nginx apache2 httpd webmin lighttpd proxmox-ve-auth http",
    "database": "postgresql mysql mariadb mongodb",
}
"""Our word for what was aimed at, and the PAM services that mean it."""
_CONSOLES: Final = (
    "login|remote|rlogin|telnet|gdm[a-z-]*|lightdm|sddm|kdm|xdm|xrdp-sesman|vsftpd|proftpd|"
    "pure-ftpd|dovecot|cockpit|nx|vncserver"
)
_TERMINALS: Final = (("ssh", "ssh"), ("ftp", "ftp|pure-ftpd"), ("mail", "dovecot|imap|pop3"))
_HEAD: Final = r"(?P<pam_module>pam_[a-z0-9_]+)"
_SERVED: Final = _HEAD + r"\((?P<pam_service>[^:)]*)(?::[a-z]+)?\): "
_MODULE: Final = r"(?:\(?(?P<pam_module>pam_[a-z0-9_]+)\)?(?:\([^)]*\))?(?:\[\d+\])?:? )?"
_MANY: Final = r"(?:PAM )?(?:\d+ more )?authentication failures?; logname=(?P<logname>[^ ]*)(?: [a-z]+=\d*)* tty="
_WHO: Final = (
    r" ruser=(?P<src_user>.{0,512}?) rhost=(?P<src_ip>[^ ]*) +user=(?P<user>(?:.*[^ ])?) *$"
)
_WHO_UNKNOWN: Final = r" ruser=(?P<user>.{0,512}?) rhost=(?P<src_ip>[^ ]*) *$"
_SESSION: Final = (
    r"(?P<user>[^ (]*)(?:\(uid=\d+\))?(?: by (?P<src_user>[^ (]*)(?:\(uid=(?P<src_uid>\d+)\))?)?"
)


class ByService:
    """A sentence that names the PAM service, which tells what was aimed at."""

    def __init__(self, expression: str, **means: Value) -> None:
        """``means`` are constant columns; ``service`` is added where we know it."""
        self._pattern = re.compile(expression)
        names = tuple(self._pattern.groupindex)
        self._place = names.index("pam_service")
        self._unknown = Form(names, means)
        self._forms = {
            pam_service: form
            for service, pam_services in _SERVICES.items()
            for form in (Form(names, {**means, "service": service}),)
            for pam_service in pam_services.split()
        }

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        found = self._pattern.match(message)
        if found is None:
            return None
        values = found.groups()
        return self._forms.get(values[self._place], self._unknown), values


_AUTHENTICATION: Final[dict[str, Value]] = {"category": "authentication"}
_FAILURE: Final[dict[str, Value]] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
}

_SESSION_OPENED: Final = (
    ByService(
        rf"{_HEAD}\((?P<pam_service>{_CONSOLES}):session\): session opened for user {_SESSION}",
        outcome="success",
        action="login",
        **_AUTHENTICATION,
    ),
    ByService(rf"{_SERVED}session opened for (?:local )?user {_SESSION}", **_AUTHENTICATION),
)
_SESSION_CLOSED: Final = ByService(
    rf"{_SERVED}session closed for (?:local )?user (?P<user>[^ ]*)",
    action="logout",
    **_AUTHENTICATION,
)
_FAILED: Final = (
    ByService(rf"{_SERVED}{_MANY}(?P<tty>[^ ]*){_WHO}", reason="bad_password", **_FAILURE),
    ByService(rf"{_SERVED}{_MANY}(?P<tty>[^ ]*){_WHO_UNKNOWN}", reason="bad_password", **_FAILURE),
)
_UNKNOWN_USER: Final = ByService(
    rf"{_SERVED}check pass; user (?:\[?(?P<user>[^ \]]+)\]? )?unknown",
    reason="invalid_user",
    **_FAILURE,
)

_WITHOUT_SERVICE: Final = Patterns(
    *(
        Pattern(rf"{_MODULE}{_MANY}(?P<tty>{terminals}){who}", service=service)
        for service, terminals in _TERMINALS
        for who in (_WHO, _WHO_UNKNOWN)
    ),
    Pattern(rf"{_MODULE}{_MANY}(?P<tty>[^ ]*){_WHO}"),
    Pattern(rf"{_MODULE}{_MANY}(?P<tty>[^ ]*){_WHO_UNKNOWN}"),
    Pattern(
        rf"{_MODULE}(?:PAM )?(?:\d+ more )?authentication failures?(?:;(?: logname=[^ ]*)?(?: uid=\d+)?| |$)"
        r"(?:.*? rhost=(?P<src_ip>[^ ]+))?(?: +user=(?P<user>[^ ]+))?"
    ),
    Pattern(
        rf"{_MODULE}check pass; user (?:\[?(?P<user>[^ \]]+)\]? )?unknown", reason="invalid_user"
    ),
    category="authentication",
    outcome="failure",
    action="login",
    reason="bad_password",
)

_OTHER_FAILURES_OF_SERVICES: Final = (
    ByService(
        rf"{_SERVED}received for user (?P<user>.*): \d+ \((?P<why>Authentication (?:failure|service cannot[^)]*)|User not known[^)]*|Permission denied|Account expired[^)]*|User account has expired|Critical error[^)]*)\)",
        **_FAILURE,
    ),
    ByService(
        rf"{_SERVED}Consecutive login failures for user (?P<user>.*) account (?:temporarily|permanently) locked",
        **{**_FAILURE, "action": "lockout", "reason": "locked"},
    ),
    ByService(
        rf"{_SERVED}user (?P<user>.*) \((?P<uid>\d+)\) (?:tally (?P<tally>\d+), deny (?P<deny>\d+)|has time limit)",
        **{**_FAILURE, "action": "lockout", "reason": "locked"},
    ),
    ByService(rf"{_SERVED}[Uu]ser unknown", **_FAILURE, reason="invalid_user"),
    ByService(
        rf"{_SERVED}access denied for user [`'](?P<user>.*)' from [`'](?P<src_ip>[^']*)'",
        **_FAILURE,
        reason="not_allowed",
    ),
    ByService(
        rf"{_SERVED}requirement \"(?P<requirement>[^\"]*)\" not met by user \"(?P<user>.*)\"",
        **_FAILURE,
        reason="not_allowed",
    ),
    ByService(rf"{_SERVED}account (?P<user>.*) has expired", **_FAILURE, reason="expired"),
    ByService(
        rf"{_SERVED}user '?(?P<user>.*?)'? (?:denied access|access denied)",
        **_FAILURE,
        reason="not_allowed",
    ),
    ByService(
        rf"{_SERVED}authentication fail(?:s|ed) for '?(?P<user>[^ ']*)",
        **_FAILURE,
        reason="bad_password",
    ),
    ByService(
        rf"{_SERVED}Authentication failure; user=(?P<user>.*)", **_FAILURE, reason="bad_password"
    ),
    ByService(
        rf"{_SERVED}request [A-Za-z]+(?: failed)?: [^\n]*?NT_STATUS_(?:LOGON_FAILURE|WRONG_PASSWORD|NO_SUCH_USER|ACCOUNT_[A-Z_]+|PASSWORD_[A-Z_]+)",
        **_FAILURE,
        reason="bad_password",
    ),
    ByService(
        rf"{_SERVED}(?:Access|access) denied: tty '(?P<tty>[^']*)' is not secure",
        **_FAILURE,
        reason="not_allowed",
    ),
)

_OTHER_FAILURES: Final = Patterns(
    Pattern(rf"{_HEAD}: [Uu]ser unknown", reason="invalid_user"),
    Pattern(
        r"(?:pam_|PAM-)listfile(?:\([^)]*\))?: Refused user (?P<user>.*) for service (?P<pam_service>[^ ]+)",
        reason="not_allowed",
    ),
    Pattern(
        rf"{_HEAD}(?:\[\d+\])?: authentication fail(?:s|ed) for '?(?P<user>[^ ']*)",
        reason="bad_password",
    ),
    Pattern(
        rf"{_HEAD}(?:\([^)]*\))?: error trying to bind as user \"(?P<user>.*)\" \(Invalid credentials\)",
        reason="bad_password",
    ),
    Pattern(
        rf"{_HEAD}(?:\([^)]*\))? ?[:-] ?user (?P<user>.*) (?:password mismatch|authentication failed)",
        reason="bad_password",
    ),
    Pattern(
        rf"{_HEAD}: user '(?P<user>.*)' denied access \((?P<why>incorrect password)[^\n]*",
        reason="bad_password",
    ),
    Pattern(
        rf"{_MODULE}(?:Invalid verification code|Failed to verify one-time)(?: for (?P<user>[^ ]+))?",
        reason="mfa",
    ),
    Pattern(
        rf"{_HEAD}(?:\([^)]*\))?: Authentication <failed> for .*?user: <(?P<user>[^>]*)>",
        reason="bad_password",
    ),
    Pattern(
        r"pam_abl(?:\[\d+\])?: Blocking access from (?P<src_ip>[^ ]+) to service (?P<pam_service>[^ ,]+), user (?P<user>.*)",
        reason="blocklist",
    ),
    category="authentication",
    outcome="failure",
    action="login",
)

_ACCOUNTS: Final = Patterns(
    Pattern(rf"{_MODULE}session opened for user {_SESSION}"),
    Pattern(rf"{_MODULE}session closed for user (?P<user>[^ ]*)", action="logout"),
    Pattern(
        rf"{_HEAD}\((?P<pam_service>[^:)]*):chauthtok\): password changed for (?P<user>.*)",
        outcome="success",
        action="password_change",
    ),
    Pattern(
        rf'{_HEAD}\((?P<pam_service>[^:)]*):chauthtok\): user "(?P<user>[^"]*)" does not exist',
        outcome="failure",
        action="password_change",
        reason="invalid_user",
        category="configuration",
    ),
    Pattern(rf"{_HEAD}\([^)]*\): expired password for user (?P<user>.*) \(", reason="expired"),
    Pattern(
        rf"{_HEAD}\([^)]*\): authentication success; logname=[^ ]*(?: [a-z]+=\d*)* tty=(?P<tty>[^ ]*){_WHO}",
        outcome="success",
        action="login",
    ),
    Pattern(
        rf"{_MODULE}Accepted google_authenticator for (?P<user>[^ ]+)",
        outcome="success",
        action="login",
        auth_method="google_authenticator",
    ),
    Pattern(rf"{_HEAD}\([^)]*\): auth could not identify password for \[(?P<user>[^\]]*)\]"),
    Pattern(rf"{_HEAD}\([^)]*\): (?:user|User) '?(?P<user>[^ ']+)'? granted access"),
    Pattern(rf"{_HEAD}(?:\((?P<pam_service>[^:)]*)(?::[a-z]+)?\))?: (?P<why>[^\n]*)"),
    Pattern(r"PAM service\((?P<pam_service>[^)]*)\) ignoring max retries; (?P<why>[^\n]*)"),
    Pattern(r"PAM (?P<why>(?:adding|unable|bad|audit)[^\n]*)"),
    category="authentication",
)

SOURCE = Source(
    name="pam",
    title="Linux-PAM",
    logsource=Logsource(product="linux", service="auth"),
    programs=("pam_*",),
    marks=(
        "pam_",
        "authentication failure; logname=",
        "more authentication failure",
        "check pass; user unknown",
        "PAM service(",
        "PAM unable to dlopen",
        "PAM adding faulty module",
        "PAM-listfile",
        "PAM audit_open",
        "Accepted google_authenticator for",
    ),
    readers=(
        *_SESSION_OPENED,
        _SESSION_CLOSED,
        *_FAILED,
        _UNKNOWN_USER,
        _WITHOUT_SERVICE,
        *_OTHER_FAILURES_OF_SERVICES,
        _OTHER_FAILURES,
        _ACCOUNTS,
    ),
)
