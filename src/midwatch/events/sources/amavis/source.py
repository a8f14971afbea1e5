"""amavis: ``(id) Blocked SPAM {…}, [client]:port <from> -> <to>, … Hits: 12.3``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_ENVELOPE = (
    r"(?: \((?P<signature>[^)]*(?:\([^)]*\))?[^)]*)\))?(?: \{(?P<status>[^}]*)\})?, (?:[A-Z]+(?:/[A-Z]+)* )?(?:LOCAL )?"
    r"(?:\[(?P<src_ip>[^\]]+)\](?::(?P<src_port>\d+))?(?: \[[^\]]*\])* )?<(?P<mail_from>[^>]*)> -> <(?P<mail_to>[^>]*)>"
    r"(?:.*?Hits: (?P<score>-?[\d.]+))?"
)
_HEAD = r"(?:\((?P<session>[\w-]+)\) )?"


def _verdict(words: str, **means: Value) -> Pattern:
    return Pattern(rf"{_HEAD}(?P<verdict>{words}){_ENVELOPE}", **means)


SOURCE = Source(
    name="amavis",
    title="amavis",
    logsource=Logsource(product="amavis", service="mail"),
    programs=("amavis*",),
    marks=(") Blocked ", ") Passed "),
    constants={"category": "mail", "service": "mail"},
    readers=(
        Patterns(
            _verdict(r"(?:Blocked|Passed) INFECTED", category="malware", action="detect"),
            _verdict(r"(?:Blocked|Passed) (?:SPAM|SPAMMY|UNWANTED)", action="spam"),
            _verdict(r"Blocked [A-Z-]+", action="reject"),
            _verdict(r"Passed [A-Z-]+", action="accept"),
        ),
    ),
)
