"""Oracle Communications Messaging Server (iMS): connection log, one XML element per line."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = (
    r'<co ts="(?P<time>[^"]+)"(?: pi="(?P<session>[^"]*)")?[^>]*? tr="TCP\|(?P<dst_ip>[^|"]*)\|(?P<dst_port>\d+)\|'
    r'(?P<src_ip>[^|"]*)\|(?P<src_port>\d+)" ap="(?P<protocol>[^"]*)"'
)
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="oracleims",
    title="Oracle Messaging Server",
    logsource=Logsource(product="oracleims", service="mail"),
    marks=('<co ts="',),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf'{_HEAD} mi="(?P<reason>[^"]*)" us="(?P<user>[^"]*)" di="(?P<status>5\d\d[^"]*)"',
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf'{_HEAD} mi="(?P<reason>[^"]*)" us="(?P<user>[^"]*)" di="(?P<status>235[^"]*)"',
                outcome="success",
                **_LOGIN,
            ),
            Pattern(rf'{_HEAD}(?:.*? di="(?P<status>[^"]*)")?', category="mail"),
        ),
    ),
)
