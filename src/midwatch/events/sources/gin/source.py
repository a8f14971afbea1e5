"""Programs written with the Gin framework (Gotify, Ollama and many more): request lines.

``[GIN] 2025/03/12 - 08:15:01 | 401 |     505.3µs |       192.0.2.1 | POST     "/client"``.
Gotify's login is ``POST /client``; its 401 is a failed login.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_HEAD = r"(?:\[GIN\] )?(?:(?P<time>\d{4}/\d\d/\d\d - \d\d:\d\d:\d\d) )?\| ?"
_END = r"\| +(?P<duration>[^ |]+) \| +(?P<src_ip>[^ |]+) \| ?"

SOURCE = Source(
    name="gin",
    title="Programs built with Gin",
    logsource=Logsource(category="webserver", product="gin"),
    programs=("gotify",),
    marks=("[GIN] 2", "[GIN] |"),
    readers=(
        Patterns(
            Pattern(
                rf'{_HEAD}(?P<http_status>401) {_END}(?P<http_method>POST) +"(?P<url_path>/client[^"]*)"',
                category="authentication",
                outcome="failure",
                action="login",
                service="app",
            ),
            Pattern(
                rf'{_HEAD}(?P<http_status>\d{{3}}) {_END}(?P<http_method>[A-Z]+) +"(?P<url_path>[^"]*)"',
                category="web",
                action="request",
                service="web",
            ),
        ),
    ),
)
