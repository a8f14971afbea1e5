"""Dovecot: logins to IMAP, POP3, ManageSieve and submission.

The login processes say how a connection ended, the authentication process why a password
was refused; both name the client. A user's name may hold anything, so the address is
taken from behind the last bracket that can end the name.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGGED_IN: dict[str, Value] = {
    "category": "authentication",
    "outcome": "success",
    "action": "login",
}
_CLOSED: dict[str, Value] = {"category": "network", "action": "close"}

# ``imap-login: Info: `` — what stands before, in the orders that syslog, dovecot's own log
# file and multilog give it.
_LOGIN = (
    r"(?:dovecot: )?(?:(?:Info|Error|Warning): )?"
    r"(?:(?P<protocol>imap|pop3|managesieve|sieve|submission|lmtp|smtp|dict)-?(?:login|urlauth)?(?:\([^)]*\))?: )?"
    r"(?:(?:Info|Error|Warning): )?"
)
_WHO = (
    r"(?:user=<(?P<user>.*)>)?(?:, )?(?:method=(?P<auth_method>[^,]*), )?rip=(?P<src_ip>[^, ]+)"
    r"(?:, rport=(?P<src_port>\d+))?(?:, lip=(?P<dst_ip>[^, :]+(?::[0-9A-Fa-f:.]+)?))?"
    r"(?:, lport=(?P<dst_port>\d+))?(?:.*, session=<(?P<session>[^>]*)>)?"
)
_ENDED = r"(?:Aborted login|Login aborted|Disconnected|Remote closed connection|Client has quit the connection)"

# ``auth-worker(7): conn unix:auth-worker (pid=7,uid=0): auth-worker<3>: sql(user,192.0.2.1,<id>): ``
_AUTH = (
    r"(?:dovecot: )?(?:Info: )?(?:auth(?:-worker)?(?:\([^)]*\))?: )?(?:(?:Info|Error|Warning|Debug): )?"
    r"(?:conn [^ ]+ \([^)]*\): )?(?:auth-worker<\d+>: )?(?:passdb )?"
)
_BACKEND = (
    r"(?P<backend>[\w/-]+)\((?P<user>.*),(?P<src_ip>[0-9A-Fa-f:.]+)(?:,<(?P<session>[^>]{0,64})>|,[^,)<]{0,64})?\)(?:<[^>]*>)*: (?:[\w-]+: )?"
    # Nothing that looks like it may follow: then this was part of the name.
    r"(?!.*,[0-9A-Fa-f:.]{3,45}(?:,<[^>]{0,64}>)?\)(?:<[^>]{0,64}>)?: )"
)
_LOCAL = r"(?P<backend>[\w/-]+)\((?P<user>[^,)]*)\)(?:<[^>]*>)*: (?:[\w-]+: )?"

_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"(?:[Uu]nknown user|[Uu]ser unknown|user not found|pam_authenticate\(\) failed: User not known)", "invalid_user"),
    (
        (r"(?:[Pp]assword mismatch|[Ii]nvalid (?:password|credentials|token)|Authentication failure|[Aa]uthentication failed"
        r"|pam_authenticate\(\) failed: (?:Authentication failure|Permission denied|Have exhausted)|pam_authenticate\(\) failed"
        r"|CRYPT.*?mismatch|bind failed|Credentials rejected|[Ee]mpty password|oauth2 failed)"),
        "bad_password",
    ),
    (r"(?:pam_acct_mgmt\(\) failed: .*?expired|[Pp]assword expired)", "expired"),
    (r"(?:pam_acct_mgmt\(\) failed|[Uu]ser (?:is )?disabled|[Aa]ccount (?:is )?(?:disabled|locked)|[Ll]ogin (?:is )?(?:disabled|denied))", "disabled"),
    (r"(?:allow_nets check failed|Authentication failure due to policy server refusal|.*?policy server refus)", "not_allowed"),
    (r"(?:Username character disallowed|[Ee]mpty username|[Ii]nvalid username|Username contains disallowed)", "malformed"),
)  # fmt: skip

SOURCE = Source(
    name="dovecot",
    title="Dovecot",
    logsource=Logsource(product="dovecot", service="mail"),
    programs=(
        "dovecot*", "imap-login", "pop3-login", "managesieve-login", "submission-login", "auth-worker", "auth",
    ),
    marks=(
        ", lip=", "-login: Disconnected", "-login: Aborted login", "auth-worker(", "passwd-file(",
        "auth(default): ", "): pam_authenticate() failed", "): unknown user", "): Password mismatch",
    ),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(rf"{_LOGIN}Login: {_WHO}", **_LOGGED_IN),
            Pattern(
                rf"{_LOGIN}{_ENDED}[^(<]*\((?P<reason>(?:[^()]*(?:auth(?:orization|entication)? failed|tried to use (?:dis|un)[^ ]+"
                rf"|user disabled|password expired)[^()]*))\)(?: \([a-z_]+\))?: {_WHO}",
                **_FAILED,
            ),
            Pattern(rf"{_LOGIN}Aborted login(?: \[\d+ authentication attempts\])?: (?=user=<.){_WHO}", **_FAILED),
            Pattern(
                rf"{_LOGIN}proxy\((?:[^)]*)\): Login failed to (?P<upstream>[^ ]+)(?>.*?: (?=user=<)){_WHO}",
                **_FAILED,
            ),
            Pattern(
                rf"{_LOGIN}(?P<reason>Maximum number of connections from user\+IP exceeded) (?>.*?: (?=user=<)){_WHO}",
                category="network",
                action="block",
            ),
            Pattern(rf"{_LOGIN}{_ENDED}:? ?(?>(?P<reason>.*?): (?=user=<|rip=|method=)){_WHO}", **_CLOSED),
            Pattern(rf"{_LOGIN}(?P<reason>[^<=]*): (?=user=<|rip=|method=){_WHO}", **_CLOSED),
        ),
        Patterns(
            *(
                Pattern(rf"{_AUTH}{who}{sentence}", reason=reason, **_FAILED)
                for sentence, reason in _SENTENCES
                for who in (_BACKEND, _LOCAL)
            ),
            # PAM speaks for itself; Dovecot gives it the user as the remote user.
            Pattern(
                rf"{_AUTH}pam_unix\(dovecot:auth\): authentication failure; .*?ruser=.* rhost=(?P<src_ip>[^ ]*)\s+user=(?P<user>.+)$",
                **_FAILED,
            ),
            Pattern(
                rf"{_AUTH}pam_unix\(dovecot:auth\): authentication failure; .*?ruser=(?P<user>.*) rhost=(?P<src_ip>[^ ]*)\s*$",
                **_FAILED,
            ),
            Pattern(rf"{_AUTH}{_BACKEND}(?P<reason>.*)", category="system"),
            Pattern(
                r"(?P<protocol>imap|pop3|lmtp|managesieve|submission)\((?P<user>[^)<]*)\)(?:<\d+><(?P<session>[^>]*)>)?: (?P<reason>.*)",
                category="mail",
            ),
        ),
    ),
)  # fmt: skip
