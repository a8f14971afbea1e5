"""SOGo groupware: logins and the requests of ``sogod``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?:sogod ?\[\d+\]: )?(?:\|SOGo\| )?(?:\[(?P<severity>[A-Z]+)\] )?(?:<0x\w+\[[^\]]*\]> )?"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login", "service": "mail"}

SOURCE = Source(
    name="sogo",
    title="SOGo",
    logsource=Logsource(category="webserver", product="sogo"),
    programs=("sogod", "sogo"),
    marks=("SOGoRootPage", "sogod ["),
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}SOGoRootPage Login from '(?P<src_ip>[^']*)' for user '(?P<user>.*)' might not have worked(?: - (?P<reason>.*))?",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}SOGoRootPage [Ss]uccessful login from '(?P<src_ip>[^']*)' for user '(?P<user>.*)' - ",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf'{_HEAD}(?P<src_ip>[0-9A-Fa-f.:]{{3,45}})(?:, [^"]*)? "(?P<request>[^"]*)" (?P<http_status>\d{{3}}) (?P<bytes_out>\d+)/',
                category="web",
                action="request",
                service="web",
            ),
        ),
    ),
)
