"""WordPress with the plugin WP fail2ban, which writes logins to syslog."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_ADDRESS = r" from (?P<src_ip>[0-9A-Fa-f.:]*[0-9A-Fa-f])$"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}

SOURCE = Source(
    name="wordpress",
    title="WordPress",
    logsource=Logsource(category="webserver", product="wordpress"),
    programs=("wordpress*", "wp"),
    marks=(
        "XML-RPC authentication failure",
        "XML-RPC multicall authentication failure",
        "Blocked user enumeration attempt",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"(?:REST |XML-RPC )?[Aa]uthentication failure(?: for (?P<user>.*))?{_ADDRESS}",
                **_FAILED,
            ),
            Pattern(
                rf"XML-RPC multicall authentication failure(?: for (?P<user>.*))?{_ADDRESS}",
                **_FAILED,
            ),
            Pattern(
                rf"Authentication attempt for unknown user (?P<user>.*){_ADDRESS}",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(rf"Empty username{_ADDRESS}", reason="invalid_user", **_FAILED),
            Pattern(
                rf"Blocked authentication attempt for (?P<user>.*){_ADDRESS}",
                reason="not_allowed",
                **_FAILED,
            ),
            Pattern(
                rf"Blocked (?P<reason>user enumeration attempt|username authentication attempt).*?{_ADDRESS}",
                category="web",
                action="deny",
            ),
            Pattern(rf"Accepted password for (?P<user>.*){_ADDRESS}", outcome="success", **_LOGIN),
            Pattern(
                rf"(?P<reason>Pingback .*?|Spammed comment.*?|Spam comment.*?|Untrusted X-Forwarded-For.*?|Comment .*?){_ADDRESS}",
                category="web",
                action="deny",
            ),
        ),
    ),
)
