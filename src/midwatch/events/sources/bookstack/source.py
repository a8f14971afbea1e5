"""BookStack and other PHP applications whose failed logins reach the web server's error log.

``LOG_FAILED_LOGIN_MESSAGE="Failed login for %u"`` is written by PHP to its standard error,
and nginx or Apache wraps it in a line of their own.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}

SOURCE = Source(
    name="bookstack",
    title="BookStack",
    logsource=Logsource(product="bookstack"),
    programs=("bookstack",),
    marks=("PHP message: Failed login for ",),
    priority=50,
    distinct=True,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                r'\[(?P<severity>[a-z]+)\] \d+#\d+: (?:\*(?P<session>\d+) )?FastCGI sent in stderr: "PHP message: (?:NOTICE: PHP message: )?Failed login for (?P<user>.*?)" while reading [^,]*, client: (?P<src_ip>[^ ,]+), server: [^,]*(?:, request: "(?P<request>[^"]*)")?(?:, upstream: "[^"]*")?(?:, host: "(?P<http_host>[^"]*)")?',
                **_FAILED,
            ),
            Pattern(
                r"\[(?:proxy_fcgi|php\d?|fcgid|cgi)?:(?P<severity>[a-z]+)\] \[pid [^\]]*\] (?:\[remote [^\]]*\] )?(?:\([^)]*\)[^:]*: )?\[client (?P<src>[^\]]*)\] (?:AH\d+: )?(?:Got error )?'?(?:PHP message: )?Failed login for (?P<user>.*?)'?(?:, referer: (?P<referrer>[^ ]*))?$",
                **_FAILED,
            ),
        ),
    ),
)
