"""HCL (IBM, Lotus) Domino: logins to SMTP, IMAP, POP3 and HTTP on its console log."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?:\[[0-9A-F]+:[0-9A-F-]+\] +)?(?:(?P<time>\d{1,2}[./-]\d{1,2}[./-]\d{4} +\d{1,2}:\d\d:\d\d(?: [AP]M)?) +)?"
_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "mail",
}

SOURCE = Source(
    name="domino",
    title="Domino",
    logsource=Logsource(product="domino", service="mail"),
    programs=("domino", "smtp", "imap", "pop3"),
    marks=("authentication failure using internet password", "; connecting host "),
    claims=False,
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?:(?P<protocol>smtp|http|imap|pop3|SMTP|HTTP|IMAP|POP3)(?: Server)?: )?(?P<user>.*) \[(?P<src_ip>[^\]]+)\] authentication failure using internet password",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?:(?P<protocol>SMTP|IMAP|POP3|HTTP)(?: Server)?: )?Authentication failed for user (?P<user>.*?) ?; connecting host \[?(?P<src_ip>[0-9A-Fa-f.:]+)\]?",
                **_FAILED,
            ),
        ),
    ),
)
