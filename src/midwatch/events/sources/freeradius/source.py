"""FreeRADIUS: who was let in and who was not, and requests of unknown clients.

``src_host`` is the access point or switch that asked; ``calling_station`` is the device behind it.
The password that may be logged beside the name is not taken into a column.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:[A-Z][a-z]{2,8}: )?(?:\(\d+\) +)?(?:[a-z_]+: )?"
_WHO: Final = (
    r"(?: \((?P<why>.{0,255}?)\))?: \[(?P<user>[^\]/]*)(?:/[^\n]*)?\] "
    r"\(from client (?P<src_host>[^ ]+) port (?P<nas_port>\d+)(?: cli (?P<calling_station>[^ )]+))?(?: via TLS tunnel)?\)"
)

SOURCE = Source(
    name="freeradius",
    title="FreeRADIUS",
    logsource=Logsource(product="freeradius"),
    programs=("radiusd", "freeradius"),
    marks=("] (from client ", "Ignoring request to auth", "unknown client "),
    plain_login=False,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(rf"{_LEAD}Login incorrect{_WHO}", reason="bad_password"),
            Pattern(rf"{_LEAD}Invalid user{_WHO}", reason="invalid_user"),
            Pattern(
                rf"{_LEAD}(?:rlm_[a-z]+ \([^)]*\): |\([^)]*\) )?Login incorrect[^\[\n]*\[(?P<user>[^\]/]*)",
                reason="bad_password",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}Login OK{_WHO}",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>Ignoring request to [^\n]*? from unknown client) (?P<src_ip>[^ ]+) port (?P<src_port>\d+)",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>(?:Received|Dropping|Discarding|Bad) [^\n]*?) from (?:client [^ ]+ )?(?:host )?(?P<src_ip>[0-9A-Fa-f:.]+)(?: port (?P<src_port>\d+))?",
                category="network",
                reason="malformed",
            ),
        ),
    ),
)
