"""Drupal's syslog module: ``site|time|type|client|request|referrer|uid|link|message``.

Request and referrer may hold ``|``, so the message is what follows the last uid and link.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = (
    r"(?P<site>https?://[^|]*)\|(?P<time>\d{9,11})\|(?P<module>[^|]*)\|(?P<src_ip>[^|]*)\|.*"
    r"\|(?P<uid>\d+)\|[^|]*\|"
)
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login", "service": "app"}

SOURCE = Source(
    name="drupal",
    title="Drupal",
    logsource=Logsource(category="webserver", product="drupal"),
    programs=("drupal*",),
    header_clock=True,
    marks=("|user|", "|access denied|", "|page not found|", "|php|", "|system|"),
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Login attempt failed from [0-9A-Fa-f.:]+\.?$", outcome="failure", **_LOGIN
            ),
            Pattern(
                rf"{_HEAD}Login attempt failed (?:for|from) (?P<user>[^|]*?)\.?$",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Flood control blocked login attempt for (?P<user>[^|]*?) from [^ |]+\.?$",
                outcome="failure",
                reason="rate_limit",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Session opened for (?P<user>[^|]*?)\.?$", outcome="success", **_LOGIN
            ),
            Pattern(rf"{_HEAD}(?P<reason>[^|]*)$", category="web", service="app"),
        ),
    ),
)
