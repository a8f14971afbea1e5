"""Monitorix's built-in web server: ``STATUS - [client] text``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="monitorix",
    title="Monitorix",
    logsource=Logsource(category="webserver", product="monitorix"),
    programs=("monitorix*",),
    marks=("AUTHERR - [", "NOTEXIST - [", "NOTALLOWED - [", "OK - ["),
    constants={"service": "web"},
    readers=(
        Patterns(
            Pattern(
                r"(?:- )?AUTHERR - \[(?P<src_ip>[^\]]*)\] Authentication error: (?P<url_path>.*)",
                category="authentication",
                outcome="failure",
                action="login",
            ),
            Pattern(
                r"(?:- )?NOTALLOWED - \[(?P<src_ip>[^\]]*)\] Access not allowed: (?P<url_path>.*)",
                category="web",
                action="deny",
            ),
            Pattern(
                r"(?:- )?NOTEXIST - \[(?P<src_ip>[^\]]*)\] File does not exist: (?P<url_path>.*)",
                category="web",
                action="error",
                reason="not_found",
            ),
            Pattern(
                r'(?:- )?OK - \[(?P<src_ip>[^\]]*)\] "(?P<http_method>[A-Z]+) (?P<url_path>[^ ]*)(?: - (?P<user_agent>.*))?"',
                category="web",
                action="request",
            ),
        ),
    ),
)
