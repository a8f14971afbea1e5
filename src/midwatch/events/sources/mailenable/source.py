"""MailEnable: activity logs of SMTP, IMAP and POP (values between tabs)."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?P<protocol>SMTP|IMAP|POP)-(?P<direction>IN|OU|OUT)?\t(?P<message_file>[^\t]*)\t(?P<session>[^\t]*)\t(?P<src_ip>[^\t]*)\t"
_TAIL = r"\t(?P<bytes_out>\d*)\t(?P<bytes_in>\d*)(?:\t(?P<user>[^\t]*))?"
_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}

SOURCE = Source(
    name="mailenable",
    title="MailEnable",
    logsource=Logsource(product="mailenable", service="mail"),
    programs=("mailenable",),
    marks=("SMTP-IN\t", "IMAP-IN\t", "POP-IN\t", "SMTP-OU\t"),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<command>AUTH|LOGIN|AUTHENTICATE|PASS|USER)\t(?P<parameters>[^\t]*)\t(?P<status>535[^\t]*|-ERR[^\t]*|[^\t]*\bNO\b[^\t]*){_TAIL}",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?P<command>AUTH|LOGIN|AUTHENTICATE|PASS)\t(?P<parameters>[^\t]*)\t(?P<status>235[^\t]*|\+OK[^\t]*|[^\t]*\bOK\b[^\t]*){_TAIL}",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_HEAD}(?P<command>[^\t]*)\t(?P<parameters>[^\t]*)\t(?P<status>5\d\d[^\t]*)(?:{_TAIL})?",
                category="mail",
                action="reject",
            ),
            Pattern(
                rf"{_HEAD}(?P<command>[^\t]*)\t(?P<parameters>[^\t]*)\t(?P<status>[^\t]*)(?:{_TAIL})?",
                category="mail",
            ),
        ),
    ),
)
