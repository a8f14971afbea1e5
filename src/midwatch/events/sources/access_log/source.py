"""Access logs of web servers, in the Common Log Format and its many descendants.

One source for all servers that write one line a request: Apache, nginx, lighttpd,
LiteSpeed, Caddy's and Traefik's common format, Tomcat, Varnish, BunkerWeb, cPanel and
Nginx Proxy Manager. The lines do not say which server wrote them, and it makes no
difference to what they mean. Requests as JSON objects are ``access_log_json``'s.

A request that names a user and is answered 401 is a failed login; all else is a request.
"""

from collections.abc import Sequence

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.runs import Found, pick, placed
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source, Value

_WEB: dict[str, Value] = {"category": "web", "action": "request", "service": "web"}
_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "web",
}

# An address, perhaps with a port. Two colons tell IPv6 from ``name:port``.
_ADDRESS = (
    r"(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?"
    r"|\[?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{0,45}(?:%\w{1,16})?\]?(?::\d{1,5})?)"
)
_CLIENT = rf'"?(?:[0-9A-Fa-f:.]{{2,45}}, ?){{0,8}}(?P<src>{_ADDRESS})'
_TIME = r"\[(?P<time>[^\]\"]{10,40})\]"

# What stands before the time. A user who writes blanks into their name must not be taken
# for further fields, so the heads with a fixed number of words come first.
_HEADS = (
    rf"{_CLIENT} +[^ \"\[]+ +(?P<user>[^ \"\[]+) +{_TIME}",
    rf"(?P<http_host>[^ \"\[]+) {_CLIENT} [^ \"\[]+ (?:[^ \"\[]+ )?(?P<user>[^ \"\[]+) {_TIME}",
    rf"{_CLIENT} [^ \"\[]+ (?P<user>[^\"\[]{{1,128}}) {_TIME}",
    rf"(?P<src>(?=[\w.:-]*[A-Za-z])[A-Za-z0-9_][\w.:-]*) [^ \"\[]+ (?P<user>[^\"\[]{{1,128}}) {_TIME}",
)
# What stands inside the quotes: no backslash (nearly always), or some.
_PLAIN = r'[^"\\]*'
_ESCAPED = r'(?:[^"\\]|\\.)*'


def _requests(head: str, inside: str) -> tuple[Pattern, ...]:
    """A head, a request and what follows it: served, refused with a user, refused."""
    request = rf' "(?P<request>{inside})" '
    tail = rf'(?: (?P<bytes_out>\d+|-))?(?: +"(?P<referrer>{inside})" +"(?P<user_agent>{inside}))?'
    named = head.replace("(?P<user>", r"(?P<user>(?!- \[)")
    return (
        Pattern(rf"{head}{request}(?P<http_status>(?!401)\d{{1,3}}|-)\b{tail}", **_WEB),
        Pattern(rf"{named}{request}(?P<http_status>401)\b{tail}", **_FAILED),
        Pattern(rf"{head}{request}(?P<http_status>401)\b{tail}", **_WEB),
    )


class _If:
    """Tries the patterns only on lines that hold a certain text, which most others do not."""

    def __init__(self, needle: str, patterns: Patterns) -> None:
        """``needle`` stands in every line that ``patterns`` read, and early."""
        self._needle = needle
        self._patterns = patterns

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        return self._patterns.read(message) if self._needle in message[:_LONGEST_HEAD] else None

    def read_many(self, messages: Sequence[str]) -> Found:
        """See ``runs.ManyReader``."""
        needle = self._needle
        rows = [row for row, text in enumerate(messages) if needle in text[:_LONGEST_HEAD]]
        if not rows:
            return [], range(len(messages))
        if len(rows) == len(messages):
            return self._patterns.read_many(messages)
        runs, left = self._patterns.read_many(pick(messages, rows))
        read = frozenset(rows).difference(pick(rows, left))
        return (
            [placed(run, rows) for run in runs],
            [row for row in range(len(messages)) if row not in read],
        )


_LONGEST_HEAD = 1024
_COMMON = Patterns(
    *(
        pattern
        for inside in (_PLAIN, _ESCAPED)
        for head in _HEADS
        for pattern in _requests(head, inside)
    ),
    # Servers that do not escape quotes: the first quote before a status ends the request.
    *(
        Pattern(
            rf'{head} "(?P<request>.*?)" (?P<http_status>\d{{3}}) (?P<bytes_out>\d+|-)(?= |$)',
            **_WEB,
        )
        for head in _HEADS
    ),
)

# Lines that begin with the time, which the header reader has taken off.
_AFTER_TIME = Patterns(
    # Nginx Proxy Manager: cache state and upstream's status are there for proxied hosts only.
    Pattern(
        r"(?:(?:-|[A-Z]{3,12}) )?(?:(?:-|\d{3})(?:[,:] ?(?:-|\d{3}))* )?(?P<http_status>\d{3}) - "
        r'(?P<http_method>[^ ]+) https? (?P<http_host>[^ ]+) "(?P<url_path>(?:[^"\\]|\\.)*)" '
        r"\[Client (?P<src_ip>[^\]]+)\] \[Length (?P<bytes_out>[^\]]*)\] \[Gzip [^\]]*\] "
        r'(?:\[Sent-to (?P<upstream>[^\]]*)\] )?"(?P<user_agent>(?:[^"\\]|\\.)*)" '
        r'"(?P<referrer>(?:[^"\\]|\\.)*)"',
    ),
    # Apache's ssl_request_log has the size but no status.
    Pattern(
        rf"(?P<src>{_ADDRESS}) (?P<tls_version>(?:TLS|SSL)[^ ]+|-) (?P<tls_cipher>[^ ]+) "
        r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<bytes_out>\d+|-)$',
    ),
    # ``host client seconds "request" status sent received referrer agent``, without quotes.
    Pattern(
        rf'(?:(?P<http_host>[^ "\[]+) )?(?P<src>{_ADDRESS}) (?:[^ "\[]+ ){{0,3}}'
        r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<http_status>\d{3}) (?P<bytes_out>\d+|-) \d+ '
        r'(?P<referrer>[^ "]+) (?P<user_agent>[^"]+)$',
    ),
    Pattern(
        rf'(?:(?P<http_host>[^ "\[]+) )?(?P<src>{_ADDRESS}) (?:[^ "\[]+ ){{0,6}}'
        r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<http_status>\d{3})(?: (?P<bytes_out>\d+|-))?'
        r'(?:(?: [^ "]+)* "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<user_agent>(?:[^"\\]|\\.)*))?',
    ),
    **_WEB,
)

SOURCE = Source(
    name="access_log",
    title="Web server access log",
    logsource=Logsource(category="webserver"),
    programs=(
        "nginx", "httpd", "apache", "apache2", "apache-access", "apache_access", "nginx_access",
        "lighttpd", "litespeed", "varnishncsa", "openresty", "bunkerweb", "access_log",
    ),
    marks=(
        ' HTTP/1.1" ', ' HTTP/1.0" ', ' HTTP/2.0" ', ' HTTP/2" ', ' HTTP/3.0" ', ' HTTP/3" ',
        "] [Gzip ",
    ),
    priority=9,
    claims=False,
    distinct=True,
    readers=(_If('] "', _COMMON), _If(' "', _AFTER_TIME)),
)  # fmt: skip
