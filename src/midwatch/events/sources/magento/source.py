"""Magento 2 with the event log of its CrowdSec extension: one JSON object per event."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value


def _event(names: str) -> str:
    return (
        rf'(?:[\w-]+\.(?P<severity>[A-Z]+): +)?\{{"type":"(?P<event>{names})","ip":"(?P<src_ip>[^"]*)"'
        r'(?:,"x-forwarded-for-ip":"(?P<forwarded_for>[^"]*)")?(?:.*"customer_id":"(?P<user>[^"]*)")?'
    )


_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login", "service": "app"}

SOURCE = Source(
    name="magento",
    title="Magento",
    logsource=Logsource(category="webserver", product="magento"),
    programs=("magento",),
    marks=("crowdsec-events.",),
    readers=(
        Patterns(
            Pattern(_event("[A-Z]+_LOGIN_FAILED"), outcome="failure", **_LOGIN),
            Pattern(_event("[A-Z]+_LOGIN_SUCCESS"), outcome="success", **_LOGIN),
            Pattern(_event("[A-Z_0-9]+"), category="web", action="request", service="app"),
        ),
    ),
)
