"""HAProxy: HTTP and TCP logs, connection errors and the state of its servers.

HAProxy's own refusals show ``<NOSRV>`` for the server. With status 401 that is its basic
authentication, whose user it does not log: a failed login without a name.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

# The port always stands last, behind a bare IPv6 address too.
_CLIENT = (
    r"\[?(?P<src_ip>[0-9A-Fa-f:.]{2,45}?)\]?:(?P<src_port>\d{1,5}) \[(?P<time>[^\]]+)\] "
    r"(?P<frontend>[^ ~]+)~? "
)
_BACKEND = r"(?P<backend>[^ /]+)/(?P<server>[^ ]+) "
_COUNTS = r"(?:\d+/){4}\+?\d+ \d+/\d+"
_TIMES = r"(?P<timers>[\d/+-]+) "
_CAPTURED = r'(?: (?P<captured>\{[^"]*\}))? "(?P<request>[^"]*)'

_WEB: dict[str, Value] = {"category": "web", "action": "request", "service": "web"}

SOURCE = Source(
    name="haproxy",
    title="HAProxy",
    logsource=Logsource(category="webserver", product="haproxy"),
    programs=("haproxy*",),
    marks=(" <NOSRV>", "/<NOSRV> ", " ---- "),
    priority=45,
    readers=(
        Patterns(
            Pattern(
                rf"{_CLIENT}(?P<backend>[^ /]+)/(?P<server><NOSRV>) {_TIMES}(?P<http_status>401) "
                rf"\+?(?P<bytes_out>\d+) [^ ]+ [^ ]+ (?P<termination>[^ ]{{4}}) {_COUNTS}{_CAPTURED}",
                category="authentication",
                outcome="failure",
                action="login",
                service="web",
            ),
            Pattern(
                rf"{_CLIENT}{_BACKEND}{_TIMES}(?P<http_status>-1|\d{{3}}) \+?(?P<bytes_out>\d+) "
                rf"[^ ]+ [^ ]+ (?P<termination>[^ ]{{4}}) {_COUNTS}{_CAPTURED}",
                **_WEB,
            ),
            Pattern(
                rf"{_CLIENT}{_BACKEND}{_TIMES}\+?(?P<bytes_out>\d+) (?P<termination>[^ ]{{2}}) {_COUNTS}",
                category="network",
                action="close",
            ),
            Pattern(
                rf"{_CLIENT.removesuffix(' ')}: (?P<reason>.*)",
                category="network",
                action="close",
            ),
            Pattern(
                r"Connect from (?P<src_ip>[^ ]+):(?P<src_port>\d+) to (?P<dst_ip>[^ ]+):(?P<dst_port>\d+) \((?P<frontend>[^/]+)/(?P<mode>[^)]+)\)",
                category="network",
                action="connect",
            ),
            Pattern(
                r"(?P<reason>(?:Server|Backup Server|Proxy|backend|Health check|Stopping|Pausing)\b.*)",
                category="system",
            ),
        ),
    ),
)
