"""Linux-PAM modules (``pam_unix``, ``pam_sss``, ``pam_faillock`` ...), under any program's tag.

The service in ``pam_unix(sshd:auth)`` says what was aimed at. Older releases write
``(pam_unix)`` or put the module into the tag: ``su(pam_unix)[9]:``. The name tried stands
in ``user=``, or in ``ruser=`` where PAM does not know the account. Both are the attacker's
choice, so the sentence is read to its end: of two ``rhost=`` the one that lets the rest
of the sentence be as PAM writes it is the address.

The programs that PAM speaks through most are announced here so that its sentences are found
without a search for marks; their own sources are asked first.

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
_SERVICE_OF: Final = {
    pam_service: service for service, names in _SERVICES.items() for pam_service in names.split()
}
_LOGIN_PROGRAMS: Final = re.compile(
    r"login|remote|rlogin|telnet|gdm.*|lightdm|sddm|kdm|xdm|xrdp-sesman|vsftpd|proftpd|"
    r"pure-ftpd|dovecot|cockpit|nx|vncserver"
)
"""PAM services of programs that log no logins of their own."""
_TERMINALS: Final = (("ssh", "ssh"), ("ftp", "ftp|pure-ftpd"), ("mail", "dovecot|imap|pop3"))
_SERVED: Final = re.compile(
    r"(?P<module>pam_[a-z0-9_]{1,40})\((?P<service>[^:)]{0,80})(?::[a-z]{1,20})?\): "
)
_MODULE: Final = r"(?:\(?(?P<pam_module>pam_[a-z0-9_]{1,40})\)?(?:\([^)]{0,80}\))?(?:\[\d+\])?:? )?"
_TERMINAL: Final = r"; logname=(?P<logname>[^ ]*)(?: [a-z]+=\d*)* tty="
_MANY: Final = rf"(?:PAM )?(?:\d+ more )?authentication failures?{_TERMINAL}"
_WHO: Final = (
    r" ruser=(?P<src_user>.{0,512}?) rhost=(?P<src_ip>[^ ]*) +user=(?P<user>(?:.*[^ ])?) *$"
)
_WHO_UNKNOWN: Final = r" ruser=(?P<user>.{0,512}?) rhost=(?P<src_ip>[^ ]*) *$"
_SESSION: Final = (
    r"(?P<user>[^ (]*)(?:\(uid=\d+\))?(?: by (?P<src_user>[^ (]*)(?:\(uid=(?P<src_uid>\d+)\))?)?"
)


class ByService:
    """Reads ``module(service:type): sentence``; the service tells what was aimed at."""

    def __init__(self, logins: Patterns, *sentences: Patterns) -> None:
        """``logins`` are the sentences only of programs that log no logins themselves."""
        self._logins = logins
        self._sentences = sentences
        self._forms: dict[tuple[Form, str | None], Form] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        head = _SERVED.match(message)
        if head is None:
            return None
        module, service = head.groups()
        sentence = message[head.end() :]
        reading = None
        if _LOGIN_PROGRAMS.fullmatch(service):
            reading = self._logins.read(sentence)
        for sentences in self._sentences:
            if reading is not None:
                break
            reading = sentences.read(sentence)
        if reading is None:
            return None
        form, values = reading
        return self._served(form, _SERVICE_OF.get(service)), (*values, module, service)

    def _served(self, form: Form, service: str | None) -> Form:
        served = self._forms.get((form, service))
        if served is None:
            constants: dict[str, Value] = dict(form.constants)
            if service is not None:
                constants["service"] = service
            served = Form((*form.names, "pam_module", "pam_service"), constants)
            self._forms[form, service] = served
        return served


_LOGINS: Final = Patterns(
    Pattern(rf"session opened for user {_SESSION}"),
    category="authentication",
    outcome="success",
    action="login",
)

_SESSIONS: Final = Patterns(
    Pattern(rf"session opened for (?:local )?user {_SESSION}"),
    Pattern(r"session closed for (?:local )?user (?P<user>[^ ]*)", action="logout"),
    category="authentication",
)

_FAILURES: Final = Patterns(
    Pattern(rf"authentication failure{_TERMINAL}(?P<tty>[^ ]*){_WHO}", reason="bad_password"),
    Pattern(
        rf"authentication failure{_TERMINAL}(?P<tty>[^ ]*){_WHO_UNKNOWN}", reason="bad_password"
    ),
    Pattern(r"check pass; user (?:\[?(?P<user>[^ \]]+)\]? )?unknown", reason="invalid_user"),
    Pattern(rf"{_MANY}(?P<tty>[^ ]*){_WHO}", reason="bad_password"),
    Pattern(rf"{_MANY}(?P<tty>[^ ]*){_WHO_UNKNOWN}", reason="bad_password"),
    Pattern(r"authentication failure;", reason="bad_password"),
    Pattern(
        r"received for user (?P<user>.*): \d+ \((?P<why>Authentication (?:failure|service cannot[^)]*)|User not known[^)]*|Permission denied|Account expired[^)]*|User account has expired|Critical error[^)]*)\)"
    ),
    Pattern(
        r"Consecutive login failures for user (?P<user>.*) account (?:temporarily|permanently) locked",
        action="lockout",
        reason="locked",
    ),
    Pattern(
        r"user (?P<user>.*) \((?P<uid>\d+)\) (?:tally (?P<tally>\d+), deny (?P<deny>\d+)|has time limit)",
        action="lockout",
        reason="locked",
    ),
    Pattern(r"[Uu]ser unknown", reason="invalid_user"),
    Pattern(
        r"access denied for user [`'](?P<user>.*)' from [`'](?P<src_ip>[^']*)'",
        reason="not_allowed",
    ),
    Pattern(
        r"requirement \"(?P<requirement>[^\"]*)\" not met by user \"(?P<user>.*)\"",
        reason="not_allowed",
    ),
    Pattern(r"account (?P<user>.*) has expired", reason="expired"),
    Pattern(r"user '?(?P<user>.*?)'? (?:denied access|access denied)", reason="not_allowed"),
    Pattern(r"authentication fail(?:s|ed) for '?(?P<user>[^ ']*)", reason="bad_password"),
    Pattern(r"Authentication failure; user=(?P<user>.*)", reason="bad_password"),
    Pattern(
        r"request [A-Za-z]+(?: failed)?: [^\n]*?NT_STATUS_(?:LOGON_FAILURE|WRONG_PASSWORD|NO_SUCH_USER|ACCOUNT_[A-Z_]+|PASSWORD_[A-Z_]+)",
        reason="bad_password",
    ),
    Pattern(r"[Aa]ccess denied: tty '(?P<tty>[^']*)' is not secure", reason="not_allowed"),
    category="authentication",
    outcome="failure",
    action="login",
)

_ACCOUNTS: Final = Patterns(
    Pattern(
        r'user "(?P<user>[^"]*)" does not exist',
        category="configuration",
        outcome="failure",
        action="change",
        reason="invalid_user",
    ),
    Pattern(r"password changed for (?P<user>.*)", outcome="success", action="password_change"),
    Pattern(
        rf"authentication success{_TERMINAL}(?P<tty>[^ ]*){_WHO}", outcome="success", action="login"
    ),
    Pattern(r"expired password for user (?P<user>.*) \(", reason="expired"),
    Pattern(r"auth could not identify password for \[(?P<user>[^\]]*)\]"),
    Pattern(r"[Uu]ser '?(?P<user>[^ ']+)'? granted access"),
    Pattern(r"(?P<why>[^\n]*)"),
    category="authentication",
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
    Pattern(r"pam_[a-z0-9_]{1,40}: [Uu]ser unknown", reason="invalid_user"),
    Pattern(
        r"(?:pam_|PAM-)listfile(?:\([^)]*\))?: Refused user (?P<user>.*) for service (?P<pam_service>[^ ]+)",
        reason="not_allowed",
    ),
    Pattern(
        r"(?P<pam_module>pam_[a-z0-9_]{1,40})(?:\[\d+\])?: authentication fail(?:s|ed) for '?(?P<user>[^ ']*)"
    ),
    Pattern(
        r"(?P<pam_module>pam_[a-z0-9_]{1,40}): error trying to bind as user \"(?P<user>.*)\" \(Invalid credentials\)"
    ),
    Pattern(
        r"(?P<pam_module>pam_[a-z0-9_]{1,40}) ?[:-] ?user '?(?P<user>.*?)'? (?:password mismatch|authentication failed|denied access)"
    ),
    Pattern(
        rf"{_MODULE}(?:Invalid verification code|Failed to verify one-time)(?: for (?P<user>[^ ]+))?",
        reason="mfa",
    ),
    Pattern(
        r"(?P<pam_module>pam_[a-z0-9_]{1,40}): Authentication <failed> for .*?user: <(?P<user>[^>]*)>"
    ),
    Pattern(
        r"pam_abl(?:\[\d+\])?: Blocking access from (?P<src_ip>[^ ]+) to service (?P<pam_service>[^ ,]+), user (?P<user>.*)",
        reason="blocklist",
    ),
    category="authentication",
    outcome="failure",
    action="login",
    reason="bad_password",
)

_WITHOUT_VERDICT: Final = Patterns(
    Pattern(rf"{_MODULE}session opened for user {_SESSION}"),
    Pattern(rf"{_MODULE}session closed for user (?P<user>[^ ]*)", action="logout"),
    Pattern(
        rf"{_MODULE}Accepted google_authenticator for (?P<user>[^ ]+)",
        outcome="success",
        action="login",
        auth_method="google_authenticator",
    ),
    Pattern(r"(?P<pam_module>pam_[a-z0-9_]{1,40}): (?P<why>[^\n]*)"),
    Pattern(r"PAM service\((?P<pam_service>[^)]*)\) ignoring max retries; (?P<why>[^\n]*)"),
    Pattern(r"PAM (?P<why>(?:adding|unable|bad|audit)[^\n]*)"),
    category="authentication",
)

SOURCE = Source(
    name="pam",
    title="Linux-PAM",
    logsource=Logsource(product="linux", service="auth"),
    programs=(
        "pam_*",
        "chpasswd",
        "cron",
        "crond",
        "login",
        "passwd",
        "sshd",
        "sshd-session",
        "su",
        "sudo",
        "systemd",
    ),
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
    priority=60,
    claims=False,
    readers=(
        ByService(_LOGINS, _SESSIONS, _FAILURES, _ACCOUNTS),
        _WITHOUT_SERVICE,
        _WITHOUT_VERDICT,
    ),
)
