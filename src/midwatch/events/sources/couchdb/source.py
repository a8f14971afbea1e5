"""CouchDB 2 and 3: the request lines of its log.

``[notice] time node <process> id host client user METHOD path status ok milliseconds``. A 401
for ``POST /_session`` is a failed login; the rest are requests.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_HEAD = (
    r"\[(?P<severity>[a-z]+)\] (?P<time>\d{4}-[^ ]+) (?P<node>[^ ]+@[^ ]+) <[\d.]+> (?P<session>[^ ]+) "
    r"(?P<http_host>[^ ]+) (?P<src_ip>[^ ]+) (?P<user>[^ ]+) "
)
_END = r" (?P<result>ok|abort|[a-z_]+) (?P<duration>\d+)$"

SOURCE = Source(
    name="couchdb",
    title="Apache CouchDB",
    logsource=Logsource(category="webserver", product="couchdb"),
    programs=("couchdb",),
    marks=("nonode@nohost <", " couchdb@"),
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<http_method>POST) (?P<url_path>/_session[^ ]*) (?P<http_status>401){_END}",
                category="authentication",
                outcome="failure",
                action="login",
                service="database",
            ),
            Pattern(
                rf"{_HEAD}(?P<http_method>[A-Z]+) (?P<url_path>[^ ]+) (?P<http_status>\d{{3}}){_END}",
                category="web",
                action="request",
                service="database",
            ),
            Pattern(
                r"\[(?P<severity>[a-z]+)\] (?P<time>\d{4}-[^ ]+) (?P<node>[^ ]+@[^ ]+) <[\d.]+> [^ ]+ (?P<reason>.*)",
                category="system",
            ),
        ),
    ),
)
