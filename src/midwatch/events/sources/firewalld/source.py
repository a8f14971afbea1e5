"""The services behind Linux firewalls, ``firewalld`` and ``ufw``: what they did, not the packets."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_START = r"(?:(?P<time>[0-9-]{10} [0-9:]{8}) )?"
_CHANGE = {"category": "configuration", "action": "change"}

SOURCE = Source(
    name="firewalld",
    title="firewalld and ufw services",
    logsource=Logsource(product="linux", service="firewalld"),
    programs=("firewalld", "firewall-cmd", "ufw", "ufw-init"),
    plain_login=False,
    header_clock=True,
    readers=(
        Patterns(
            Pattern(
                rf"{_START}(?P<severity>ERROR|WARNING): (?P<reason>[A-Z][A-Z_]{{2,40}})(?:: (?P<detail>.{{0,2000}}))?$"
            ),
            Pattern(
                rf"{_START}(?P<severity>ERROR|WARNING): '?(?P<command>/[^']{{1,2000}}?)'? failed(?:: (?P<detail>.{{0,2000}}))?$"
            ),
            Pattern(rf"{_START}(?P<severity>ERROR|WARNING|FATAL|INFO[0-9]?|DEBUG[0-9]{{0,2}}): "),
            Pattern(r"Firewall (?:reloaded|stopped|started|is active|not enabled)", **_CHANGE),
            Pattern(
                r"(?:Rule|Default [a-z]{1,10} policy|Profile)s? (?:added|updated|deleted|changed|inserted)",
                **_CHANGE,
            ),
            category="system",
        ),
    ),
)
