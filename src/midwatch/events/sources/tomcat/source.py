"""Apache Tomcat's own log (``catalina.out``): logins and malformed requests.

Its access log is Apache's. Tomcat names the account here, never the client.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?:(?P<severity>[A-Z]+):? )?(?:\[(?P<thread>[^\]]*)\] )?"
_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "web",
}

SOURCE = Source(
    name="tomcat",
    title="Apache Tomcat",
    logsource=Logsource(product="tomcat", service="catalina"),
    programs=("tomcat*", "catalina"),
    marks=("org.apache.catalina.", "org.apache.coyote.", "org.apache.tomcat."),
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}org\.apache\.catalina\.realm\.LockOutRealm\.\w+ An attempt was made to authenticate the locked user \[?\"?(?P<user>.*?)\"?\]?$",
                reason="locked",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}org\.apache\.catalina\.realm\.[\w.]+ .*?(?:[Uu]sername|user) \[?\"?(?P<user>[^\]\"]*)\"?\]? (?P<reason>(?:NOT )?(?:successfully )?(?:not )?authenticated|failed to authenticate).*",
                category="authentication",
                action="login",
                service="web",
            ),
            Pattern(
                rf"{_HEAD}org\.apache\.coyote\.[\w.]+ (?P<reason>Error parsing HTTP request header.*|.*Invalid character found.*)",
                category="web",
                action="error",
                service="web",
            ),
            Pattern(
                rf"{_HEAD}(?P<module>org\.apache\.(?:catalina|coyote|tomcat)\.[\w.]+) (?P<reason>.*)",
                category="system",
            ),
        ),
    ),
)
