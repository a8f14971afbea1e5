"""Roundcube webmail: logins, from its log files or by syslog.

``Failed login for user from 192.0.2.1 in session … (error: 0)`` and, from the IMAP client
class, ``IMAP Error: Login failed for user from 192.0.2.1. AUTHENTICATE PLAIN: …``. A name may
hold `` from …`` itself: the last one that ends the sentence is Roundcube's.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_SESSION = r"(?:<(?P<session>[^>]*)> )?"
_ADDRESS = r"(?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f])(?:\([^)]*\))?"
_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}

SOURCE = Source(
    name="roundcube",
    title="Roundcube webmail",
    logsource=Logsource(category="webserver", product="roundcube"),
    programs=("roundcube*",),
    marks=(
        "IMAP Error: Login failed for ",
        "FAILED login for ",
        "Failed login for ",
        "Successful login for ",
    ),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"{_SESSION}IMAP Error: Login failed for (?P<user>.*?)(?: against (?P<dst_host>[^ ]+))? from {_ADDRESS}$",
                **_FAILED,
            ),
            Pattern(
                rf"{_SESSION}IMAP Error: Login failed for (?P<user>.*?)(?: against (?P<dst_host>[^ ]+))? from {_ADDRESS}\. (?P<reason>[A-Z].*)",
                **_FAILED,
            ),
            Pattern(
                rf"{_SESSION}(?:Failed|FAILED) login for (?P<user>.*) from {_ADDRESS}(?: in session (?P<session_id>[^ ]+))?(?: \((?:error|code): (?P<reason>[^)]*)\))?",
                **_FAILED,
            ),
            Pattern(
                rf"{_SESSION}Successful login for (?P<user>.*) \(ID: (?P<uid>\d+)\) from {_ADDRESS}(?: in session (?P<session_id>[^ ]+))?",
                category="authentication",
                outcome="success",
                action="login",
            ),
        ),
    ),
)
