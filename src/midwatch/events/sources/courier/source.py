"""Courier: IMAP, POP3 and SMTP servers."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_PLACE = r"ip=\[(?P<src_ip>[^\]]+)\](?:, port=\[(?P<src_port>\d+)\])?(?:, .*?protocol=(?P<protocol>\w+))?"
_RELAY = r"error,relay=(?P<src_ip>[^,]+),(?:port=(?P<src_port>\d+),)?"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_REJECT: dict[str, Value] = {"category": "mail", "action": "reject"}

SOURCE = Source(
    name="courier",
    title="Courier mail server",
    logsource=Logsource(product="courier", service="mail"),
    programs=(
        "imapd", "imapd-ssl", "pop3d", "pop3d-ssl", "imaplogin", "pop3login", "courier*", "esmtpd", "authdaemond",
    ),
    marks=("LOGIN FAILED, user=", "LOGIN FAILED, method=", "error,relay="),
    constants={"service": "mail"},
    readers=(
        Patterns(
            # The name ends at the last ``, ip=[``.
            Pattern(rf"LOGIN FAILED, (?:user=(?P<user>.*), |method=(?P<auth_method>[^,]*), )?{_PLACE}", **_FAILED),
            Pattern(rf"LOGIN, user=(?P<user>.*), {_PLACE}", outcome="success", **_LOGIN),
            Pattern(
                rf"(?P<reason>LOGOUT|TIMEOUT|DISCONNECTED), (?:user=(?P<user>.*), )?{_PLACE}",
                category="network",
                action="close",
            ),
            Pattern(rf"Connection, {_PLACE}", category="network", action="connect"),
            Pattern(r"started,ip=\[(?P<src_ip>[^\]]+)\]", category="network", action="connect"),
            Pattern(
                rf'{_RELAY}msg="(?P<status>535 [^"]*)",cmd: (?:AUTH (?P<auth_method>[A-Z0-9-]+) (?:[A-Za-z0-9+/=]+ (?=[^ ]))?)?(?P<user>.*)',
                **_FAILED,
            ),
            Pattern(
                rf"{_RELAY}(?:ident=[^,]*,)?from=<(?P<mail_from>[^>]*)>,to=<(?P<mail_to>[^>]*)>: (?P<status>\d{{3}} User .*unknown.*)",
                reason="invalid_user",
                **_REJECT,
            ),
            Pattern(
                rf"{_RELAY}(?:ident=[^,]*,)?(?:from=<(?P<mail_from>[^>]*)>,?)?(?:to=<(?P<mail_to>[^>]*)>)?:? ?(?P<status>.*)",
                **_REJECT,
            ),
        ),
    ),
)  # fmt: skip
