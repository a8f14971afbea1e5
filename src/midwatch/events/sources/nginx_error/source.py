"""nginx's error log: web and mail proxy, from a file or by syslog.

A line is ``[level] pid#tid: *connection what happened, client: …, server: …, request: "…"``.
What happened may hold text that the client chose, and so may the request; the address is
the first ``client:``, except after a user's name, where it is the last. ModSecurity's
messages in this log are read by the source ``modsecurity``.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source, Value

_HEAD = (
    r"\[(?P<severity>[a-z]+)\] (?P<pid>\d+)(?:#\d+:|:\d+)"
    r"(?! ?(?:\*\d+ )?(?:\[client [^\]]*\] )?ModSecurity: ) ?(?:\*(?P<session>\d+) )?"
)
# Behind a syslog tag the line still has its own time, and from the journal a second tag.
_TIMED = rf"(?P<time>20\d\d/\d\d/\d\d \d\d:\d\d:\d\d) {_HEAD}"
_TAGGED = rf"(?P<host>[\w.-]+) nginx(?:\[\d+\])?: {_TIMED}"

_WITH = (
    r", client: (?P<src_ip>[^ ,]+)[^,]*, server: "
    r"(?:(?P<dst>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}:\d{1,5}|\[[0-9A-Fa-f:]+\]:\d{1,5})(?=,|$)"
    r"|(?P<server>[^,]*))"
    r'(?:, request: "(?P<request>.*?)"(?=, |$))?(?:, subrequest: "[^"]*")?'
    r'(?:, upstream: "(?P<upstream>[^"]*)")?(?:, host: "(?P<http_host>[^"]*)")?'
    r'(?:, referrer: "(?P<referrer>[^"]*)")?'
)
_MAIL = (
    r", client: (?P<src_ip>[^ ,]+)[^,]*, server: (?P<dst>[^ ,]+)"
    r'(?:, login: "(?P<user>.*?)")?(?:, upstream: (?P<upstream>[^ ,]+))?$'
)

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login", "service": "web"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_MAIL_FAILED: dict[str, Value] = {**_FAILED, "service": "mail"}
_MAIL_LOGIN: dict[str, Value] = {**_LOGIN, "outcome": "success", "service": "mail"}
_REQUEST: dict[str, Value] = {"category": "web", "action": "request", "service": "web"}
_ERROR: dict[str, Value] = {"category": "web", "action": "error", "service": "web"}
_DENIED: dict[str, Value] = {"category": "web", "action": "deny", "service": "web"}
_LIMITED: dict[str, Value] = {"category": "web", "action": "rate_limit", "service": "web"}

_SENTENCES: tuple[tuple[str, dict[str, Value]], ...] = (
    (
        rf'user "(?P<user>.*)":? was not found in "(?P<file>[^"]*)"{_WITH}',
        {**_FAILED, "reason": "invalid_user"},
    ),
    (
        rf'user "(?P<user>.*)": password mismatch{_WITH}',
        {**_FAILED, "reason": "bad_password"},
    ),
    (
        rf"PAM: user '(?P<user>.*)' - (?P<reason>not authenticated|invalid account)[^,]*{_WITH}",
        _FAILED,
    ),
    (rf'client login failed: "(?P<reason>[^"]*)" while in http auth state{_MAIL}', _MAIL_FAILED),
    (rf"client logged in{_MAIL}", _MAIL_LOGIN),
    (
        r"client (?P<src>[^ ]+) connected to (?P<dst>[^ ,]+)",
        {"category": "network", "action": "connect"},
    ),
    (
        (
            r"(?P<reason>(?:limiting requests|delaying request)[^\"]*?|limiting connections),? "
            rf'by zone "(?P<policy>[^"]*)"{_WITH}'
        ),
        _LIMITED,
    ),
    (rf"access forbidden by rule{_WITH}", {**_DENIED, "reason": "not_allowed"}),
    (
        rf'directory index of "(?P<file>.*?)" is forbidden{_WITH}',
        {**_DENIED, "reason": "not_allowed"},
    ),
    (
        rf'(?:open\(\) )?"(?P<file>.*?)" (?:failed|is not found) \(\d+: (?P<reason>[^)]*)\)[^,]*{_WITH}',
        _ERROR,
    ),
    # phpMyAdmin (AuthLog set to "php"), and the messages of PHP in general.
    (
        (
            r'FastCGI sent in stderr: "(?:PHP message: )?user denied: (?P<user>.*?) '
            rf'\((?P<reason>[a-z-]+)\) from [^"]*" while [^,]*{_WITH}'
        ),
        _FAILED,
    ),
    (rf'FastCGI sent in stderr: "(?P<reason>.*?)" while [^,]*{_WITH}', _ERROR),
    # NAXSI, a web application firewall inside nginx.
    (
        (
            r"NAXSI_(?:FMT|EXLOG): ip=(?P<src_ip>[^&]*)&server=(?P<http_host>[^&]*)&uri=(?P<url_path>[^&,]*)"
            r"(?:&.*?[&]id0?=(?P<signature_id>\d+))?"
        ),
        {"category": "ids", "action": "block", "service": "web"},
    ),
    # BunkerWeb's own modules speak through nginx's log.
    (
        r"(?:\[lua\] [^ ]+ )?\[(?P<module>BADBEHAVIOR)\] IP (?P<src_ip>[^ ]+) is now (?P<reason>banned)",
        _DENIED,
    ),
    (
        rf"(?:\[lua\] [^ ]+ )?\[(?P<module>[A-Z]{{3,24}})\] (?P<reason>denied access.*?){_WITH}",
        _DENIED,
    ),
    # The question for credentials, before anybody offered any.
    (
        rf"(?P<reason>no user/password was provided for basic authentication)(?:{_WITH})?",
        _REQUEST,
    ),
    (
        rf"(?P<reason>proxied session done|[^,]* while in [^,]*){_MAIL}",
        {"category": "mail", "service": "mail"},
    ),
    (rf"(?P<reason>client sent .*?){_WITH}", {**_ERROR}),
    (rf"(?P<reason>.*?){_WITH}", _ERROR),
    (r"(?P<reason>.*?), client: (?P<src_ip>[^ ,]+)", _ERROR),
    (r"(?P<reason>.*)", {"category": "system"}),
)


class _Tagged:
    """Reads lines that carry a second tag, as the journal's export does; most do not."""

    def __init__(self, patterns: Patterns) -> None:
        """``patterns`` read the line, tag and all."""
        self._patterns = patterns

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        return self._patterns.read(message) if " nginx" in message[:80] else None


def _patterns(head: str) -> Patterns:
    return Patterns(*(Pattern(head + sentence, **means) for sentence, means in _SENTENCES))


SOURCE = Source(
    name="nginx_error",
    title="nginx error log",
    logsource=Logsource(product="nginx", service="error"),
    programs=("nginx", "openresty", "nginx_error", "ingress-nginx"),
    priority=55,
    distinct=True,
    readers=(_patterns(_HEAD), _patterns(_TIMED), _Tagged(_patterns(_TAGGED))),
)
