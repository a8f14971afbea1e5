"""ASSP, the anti-spam SMTP proxy: logins that its server refused, and hosts it blocks."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_STAMP = r"(?:[A-Z][a-z]{2}-\d\d-\d\d \d\d:\d\d:\d\d )?"
_HEAD = (
    _STAMP
    + r"(?>(?:\[[^\]]*\] )*)(?:(?P<session>[\w-]+-\d{5}) )?(?>(?:\[[^\]]*\] )*)(?P<src_ip>[0-9A-Fa-f.:]{3,45}) (?:<(?P<mail_from>[^>]*)> )?(?:to: (?P<mail_to>[^ ]+) )?(?>(?:\[[^\]]*\] )*)"
)
_FAILED: dict[str, Value] = {"category": "authentication", "outcome": "failure", "action": "login"}

SOURCE = Source(
    name="assp",
    title="ASSP",
    logsource=Logsource(product="assp", service="mail"),
    programs=("assp",),
    marks=(
        "max sender authentication errors",
        "too much AUTH errors",
        "SSL negotiation with client failed",
    ),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<reason>max sender authentication errors) \(\d+\) exceeded", **_FAILED
            ),
            Pattern(
                rf"{_STAMP}(?>(?:\[[^\]]*\] )*)Blocking (?P<src_ip>[0-9A-Fa-f.:]+) - (?P<reason>too much AUTH errors)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?P<reason>SSL negotiation with client failed.*)",
                category="mail",
                action="protocol_error",
            ),
            Pattern(rf"{_HEAD}(?P<reason>.*)", category="mail"),
        ),
    ),
)
