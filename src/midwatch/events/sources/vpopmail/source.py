"""vpopmail's ``vchkpw`` and qmail's ``rblsmtpd``: logins and refused hosts."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?:\d{9,11}\.\d+ )?vchkpw-(?P<protocol>\w+): (?:\((?P<auth_method>[\w-]+)\) )?"
_WHO = r"(?P<user>[^ ]*):(?P<src_ip>\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f:]*[0-9A-Fa-f])$"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}

SOURCE = Source(
    name="vpopmail",
    title="vpopmail and qmail",
    logsource=Logsource(product="qmail", service="mail"),
    programs=("vpopmail", "vchkpw*", "qmail*", "rblsmtpd", "tcpserver", "smtp", "smtpd"),
    marks=("vchkpw-", "rblsmtpd: "),
    claims=False,
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}vpopmail user not found (?:\([^)]*\) )?{_WHO}",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}password fail (?:\(pass: '.*'\) )?{_WHO}",
                reason="bad_password",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?P<reason>null (?:user ?name|password) given|(?>[^:]*?(?:fail|denied|disabled|not allowed|invalid))[^:]*) {_WHO}",
                **_FAILED,
            ),
            Pattern(rf"{_HEAD}login success (?:\([^)]*\) )?{_WHO}", outcome="success", **_LOGIN),
            Pattern(
                r"(?:\d{9,11}\.\d+ )?(?:rblsmtpd|421 badiprbl): (?:pid (?P<pid>\d+) )?(?P<src_ip>[0-9A-Fa-f.:]{3,45}) (?:pid \d+ )?(?:(?P<policy>[^ ]+): )?(?P<status>[45]\d\d.*)",
                category="mail",
                action="reject",
                reason="blocklist",
            ),
            Pattern(
                r"(?:\d{9,11}\.\d+ )?tcpserver: (?:pid (?P<pid>\d+) from (?P<src_ip>[^ ]+)|(?P<status>ok|deny) \d+ .*?:(?P<dst_ip>[^:]+):\d+ (?P<src_host>[^:]*):(?P<peer>[^:]+)::(?P<src_port>\d+))",
                category="network",
                action="connect",
            ),
        ),
    ),
)
