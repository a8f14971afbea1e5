"""TheHive 4 and 5: the access filter's lines; a 401 for the login is a failed one."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_HEAD = r"\[(?P<severity>[a-z]+)\] (?:from )?[\w.]*AccessLogFilter (?:in [^\[]*)?(?:\[(?P<session>[^\]]*)\] )?"

SOURCE = Source(
    name="thehive",
    title="TheHive",
    logsource=Logsource(product="thehive"),
    programs=("thehive",),
    marks=("AccessLogFilter [", "o.t.s.AccessLogFilter", "org.thp."),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<src_ip>[0-9A-Fa-f.:]+) (?P<http_method>POST) (?P<url_path>/api/(?:v\d/)?login[^ ]*) took (?P<duration>\d+)ms and returned (?P<http_status>401|403) (?P<bytes_out>\d+) bytes",
                category="authentication",
                outcome="failure",
                action="login",
            ),
            Pattern(
                rf"{_HEAD}(?P<src_ip>[0-9A-Fa-f.:]+) (?P<http_method>POST) (?P<url_path>/api/(?:v\d/)?login[^ ]*) took (?P<duration>\d+)ms and returned (?P<http_status>20\d) (?P<bytes_out>\d+) bytes",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_HEAD}(?P<src_ip>[0-9A-Fa-f.:]+) (?P<http_method>[A-Z]+) (?P<url_path>[^ ]+) took (?P<duration>\d+)ms and returned (?P<http_status>\d{{3}}) (?P<bytes_out>\d+) bytes",
                category="web",
                action="request",
            ),
        ),
        Plain(),
    ),
)
