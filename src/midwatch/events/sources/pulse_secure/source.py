"""Ivanti Connect Secure, before that Pulse Secure and Juniper SA: the remote access gateway.

Three forms: the standard one (``- ive - [192.0.2.1] eve(Users)[] - Login failed ...``), the one with
bars between the values, and WELF (``id=firewall ... vpn=ive user=... msg="AUT24327: ..."``).
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.readers import KeyValues, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[^ ]*) )?(?:- )*(?P<node>[^ ]+) - "
    r"\[(?P<src_ip>[^\] ]*)\] (?P<user>.*?)\((?P<domain>[^()]*)\)\[(?P<roles>[^\]]*)\] - "
)
_BARS: Final = (
    r"(?:- )*(?P<node>[^ |]*) \| (?P<time>[^|]*[^ |]) \| (?P<message_code>[A-Z]{3}\d+) \| (?P<severity>[a-z]+) \| "
    r"(?P<dst_ip>[^ |]*) *\|[^|]*\| (?P<src_ip>[^ |]*) *\| (?P<user>[^|]{0,255}?) *\| (?P<domain>[^|]{0,255}?) *\|(?:[^|]*\|){1,12} "
)
_FAILED: Final = r"(?P<why>(?:Login failed|Primary authentication failed|Secondary authentication failed|Authentication failed|Login attempt failed|Account [^\n]*locked|User account [^\n]*lock)[^\n]*)"
_SUCCEEDED: Final = r"(?P<why>(?:Login succeeded|Primary authentication successful|Secondary authentication successful|Agent login succeeded)[^\n]*)"
_ENDED: Final = r"(?P<why>(?:Logout|Session (?:timed out|ended|resumed)|Max session timeout)[^\n]*)"

SOURCE = Source(
    name="pulse_secure",
    title="Ivanti Connect Secure (Pulse Secure)",
    logsource=Logsource(product="pulse_secure"),
    programs=("pulsesecure", "juniper", "ivanti", "connectsecure"),
    marks=(" - ive - [", " vpn=ive ", "ive | 2"),
    plain_login=False,
    header_clock=True,
    constants={"service": "vpn"},
    readers=(
        Patterns(
            *(Pattern(lead + _FAILED) for lead in (_LEAD, _BARS)),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            *(Pattern(lead + _SUCCEEDED) for lead in (_LEAD, _BARS)),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            *(
                Pattern(lead + _ENDED, category="authentication", action="logout")
                for lead in (_LEAD, _BARS)
            ),
            Pattern(rf"{_BARS}(?P<why>Admin[^\n]*)", category="configuration", action="change"),
            *(Pattern(lead + r"(?P<why>[^\n]*)", category="network") for lead in (_LEAD, _BARS)),
        ),
        KeyValues(
            {
                "time": "time",
                "src_ip": "src",
                "dst_ip": "fw",
                "user": "user",
                "domain": "realm",
                "user_agent": "agent",
                "why": "msg",
                "bytes_out": "sent",
                "bytes_in": "rcvd",
            },
            When(
                {"msg": re.compile(r"(?:Login|[Aa]uthentication) failed|[Aa]ccount .*locked")},
                category="authentication",
                outcome="failure",
                action="login",
            ),
            When(
                {"msg": re.compile(r"Login succeeded|authentication successful")},
                category="authentication",
                outcome="success",
                action="login",
            ),
            When(
                {"msg": re.compile(r"Logout|[Ss]ession timed out")},
                category="authentication",
                action="logout",
            ),
            When({"proto": "admin"}, category="configuration", action="change"),
            require=("vpn", "msg"),
            category="network",
        ),
    ),
)
