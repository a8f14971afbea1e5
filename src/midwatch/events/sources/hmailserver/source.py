"""hMailServer: the conversations of SMTP, POP3 and IMAP, as it logs them."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r'"(?P<protocol>SMTPD|POP3D|IMAPD)"\s+(?P<pid>\d+)\s+(?P<session>\d+)\s+"(?P<time>[^"]+)"\s+"(?P<src_ip>[^"]+)"\s+"'
_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}

SOURCE = Source(
    name="hmailserver",
    title="hMailServer",
    logsource=Logsource(product="hmailserver", service="mail"),
    programs=("hmailserver",),
    marks=('"SMTPD"\t', '"POP3D"\t', '"IMAPD"\t', '"SMTPD" ', '"POP3D" ', '"IMAPD" '),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}SENT: (?P<status>535 .*?|-ERR Invalid user name or password.*?|[^ ]+ NO Invalid user name or password.*?)\"$",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}SENT: (?P<status>235 .*?|\+OK Mailbox locked.*?|[^ ]+ OK LOGIN completed.*?)\"$",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(rf"{_HEAD}SENT: (?P<status>5\d\d .*?)\"$", category="mail", action="reject"),
            Pattern(rf"{_HEAD}(?P<reason>.*?)\"?$", category="mail"),
        ),
    ),
)
