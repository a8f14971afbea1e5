"""SpamAssassin's daemon, ``spamd``: its verdicts."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="spamassassin",
    title="SpamAssassin",
    logsource=Logsource(product="spamassassin", service="mail"),
    programs=("spamd", "spamass-milter"),
    marks=("spamd: result: ", "spamd: identified spam"),
    constants={"category": "mail", "service": "mail"},
    readers=(
        Patterns(
            Pattern(
                r"spamd: identified spam \((?P<score>-?[\d.]+)/[\d.]+\) for (?P<user>[^ :]*)",
                action="spam",
            ),
            Pattern(
                r"spamd: clean message \((?P<score>-?[\d.]+)/[\d.]+\) for (?P<user>[^ :]*)",
                action="accept",
            ),
            Pattern(
                r"spamd: result: (?P<verdict>[Y.]) (?P<score>-?\d+) - (?P<tests>[^ ]*) (?:.*?user=(?P<user>[^,]*))?(?:.*?mid=<(?P<message_id>[^>]*)>)?"
            ),
        ),
    ),
)
