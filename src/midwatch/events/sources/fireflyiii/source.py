"""Firefly III: Laravel log lines with ``AUDIT:`` before the sentence.

"User is trying to login" is written before every login, good or bad, and is therefore
an attempt without an outcome.
"""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"(?P<environment>\w+)\.(?P<severity>[A-Z]+): (?:AUDIT: )?"
_WHERE = r" \((?P<src_ip>[0-9A-Fa-f.:]+)(?: \((?P<account>[^)]*)\))? -> (?P<http_method>[A-Z]+):(?P<url_path>[^)]*)\)"

SOURCE = Source(
    name="fireflyiii",
    title="Firefly III",
    logsource=Logsource(product="fireflyiii"),
    programs=("firefly", "fireflyiii", "firefly-iii"),
    marks=(
        "local.WARNING: AUDIT: ",
        "local.INFO: AUDIT: ",
        "local.NOTICE: AUDIT: ",
        "production.INFO: AUDIT: ",
        "production.WARNING: AUDIT: ",
    ),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Login failed\. Attempt for user \"(?P<user>.*)\" failed\.{_WHERE}",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(rf"{_HEAD}User is trying to login using \"(?P<user>.*)\"{_WHERE}", **_LOGIN),
            Pattern(
                rf"{_HEAD}User \"(?P<user>.*)\" has been logged in\.?{_WHERE}",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}MFA failure count is set to \d+\. \((?P<src_ip>[0-9A-Fa-f.:]+) \((?P<user>[^)]*)\) -> (?P<http_method>[A-Z]+):(?P<url_path>[^)]*)\)",
                outcome="failure",
                reason="mfa",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?:Failed MFA|MFA (?:code )?(?:is )?(?:invalid|incorrect|failed))[^(]*{_WHERE}",
                outcome="failure",
                reason="mfa",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}User \"?(?P<user>[^\"]*)\"? (?:has )?logged out\.?{_WHERE}",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(rf"{_HEAD}(?P<text>.*?){_WHERE}"),
        ),
        Plain(),
    ),
)
