"""FreeSWITCH's log file, also over syslog.

``SIP auth challenge`` is how every registration begins; ``SIP auth failure`` is the wrong answer.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:[0-9a-f]{8}-[0-9a-f-]{27} )?(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ )?(?:\d+(?:\.\d+)?% )?"
    r"\[(?P<severity>[A-Z]+)\] [a-z_]+\.c:\d+ "
)
_PROFILE: Final = r"\((?P<method>[A-Z]+)\) on sofia profile '(?P<profile>[^']*)' for \[(?P<user>[^@\]]*)(?:@(?P<domain>[^\]]*))?\] from ip (?P<src_ip>[^ ]+)"

SOURCE = Source(
    name="freeswitch",
    title="FreeSWITCH",
    logsource=Logsource(product="freeswitch"),
    programs=("freeswitch",),
    marks=(
        " on sofia profile '",
        " sofia_reg.c:",
        " Rejected by register acl",
        " sofia.c:",
        " mod_event_socket.c:",
    ),
    plain_login=False,
    constants={"service": "sip"},
    readers=(
        Patterns(
            Pattern(rf"{_LEAD}SIP auth failure {_PROFILE}", reason="bad_password"),
            Pattern(
                rf"{_LEAD}Can't find user \[(?P<user>[^@\]]*)(?:@(?P<domain>[^\]]*))?\] from (?P<src_ip>[^ ]+)",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}(?P<why>[^\n]{{0,80}}?(?:[Aa]uthentication|login) (?:failed|failure)[^\n]{{0,80}}?) (?:from|by) (?:ip )?(?P<src>[0-9A-Fa-f:.]+)"
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}IP (?P<src_ip>[^ ]+) Rejected by (?:register )?acl(?: \"?(?P<policy>[^\"\n]*)\"?)?",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(rf"{_LEAD}SIP auth challenge {_PROFILE}", category="authentication"),
            Pattern(
                rf"{_LEAD}(?P<why>[^\n]{{0,80}}?[Rr]egister(?:ed)?[^\n]{{0,80}}?) from (?:ip )?(?P<src_ip>\d+\.\d+\.\d+\.\d+)",
                category="network",
            ),
            Pattern(rf"{_LEAD}(?P<why>[^\n]*)", category="system"),
        ),
    ),
)
