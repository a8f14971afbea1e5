"""MailScanner: its verdicts on messages."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_MESSAGE = r"Message (?P<session>[^ ]+) from (?P<src_ip>[0-9A-Fa-f.:]+) \((?P<mail_from>.*)\) to (?P<mail_to>[^ ]+) is "
_VIRUS: dict[str, Value] = {"category": "malware", "action": "detect"}

SOURCE = Source(
    name="mailscanner",
    title="MailScanner",
    logsource=Logsource(product="mailscanner", service="mail"),
    programs=("mailscanner", "update.bad.phishing.sites", "update.phishing.sites"),
    marks=(" is spam, SpamAssassin", "Infected message "),
    constants={"category": "mail", "service": "mail"},
    readers=(
        Patterns(
            Pattern(rf"{_MESSAGE}spam \(blacklisted\)", action="spam", reason="blocklist"),
            Pattern(rf"{_MESSAGE}spam(?:, (?P<reason>.*))?", action="spam"),
            Pattern(rf"{_MESSAGE}(?:not spam|whitelisted)(?:,? ?(?P<reason>.*))?", action="accept"),
            Pattern(
                r"Infected message (?P<session>[^ ]+) came from (?P<src_ip>[0-9A-Fa-f.:]+)",
                **_VIRUS,
            ),
            Pattern(r"(?:>>> )?Virus '(?P<signature>[^']*)' found in file (?P<file>.*)", **_VIRUS),
            Pattern(
                r"(?P<signature_class>[A-Za-z]+)::INFECTED::(?P<signature>[^:]+)(?:::(?P<file>.*))?",
                **_VIRUS,
            ),
            Pattern(
                r"(?P<policy>RBL checks): (?P<session>[^ ]+) found in (?P<reason>.*)", action="spam"
            ),
        ),
    ),
)
