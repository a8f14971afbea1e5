"""Zoraxy, a reverse proxy: ``[router:…] [origin:…] [client: …] [useragent: …] GET /path 200``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_STAMP = r"(?:\[(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\] )?"

SOURCE = Source(
    name="zoraxy",
    title="Zoraxy reverse proxy",
    logsource=Logsource(category="webserver", product="zoraxy"),
    programs=("zoraxy",),
    marks=("] [origin:", "[router:", "] [system:"),
    readers=(
        Patterns(
            # The user agent may hold brackets: the last ``]`` before the method ends it.
            Pattern(
                rf"{_STAMP}\[router:(?P<policy>[^\]]*)\] \[origin:(?P<http_host>[^\]]*)\] \[client: (?P<src_ip>[^\]]*)\] "
                r"(?:\[useragent: (?P<user_agent>.*)\] )?(?P<http_method>[A-Z]+) (?P<url_path>[^ ]*) (?P<http_status>\d{3})$",
                category="web",
                action="request",
                service="web",
            ),
            Pattern(
                rf"{_STAMP}\[auth\] \[system:(?P<severity>[a-z]+)\] (?P<user>.*?) (?P<reason>login (?:failed|attempt failed)|failed to login).*?"
                r"(?:from|IP:?) (?P<src_ip>[0-9A-Fa-f:.]+)",
                category="authentication",
                outcome="failure",
                action="login",
                service="admin",
            ),
            Pattern(
                rf"{_STAMP}\[(?P<module>[\w-]+)\] \[system:(?P<severity>[a-z]+)\] (?P<reason>.*)",
                category="system",
            ),
        ),
    ),
)
