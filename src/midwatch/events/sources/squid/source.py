"""Squid's access log: the native form, over syslog too, and the combined form with Squid's result.

A 407 is how every proxy asks for a name; only one that answers a name is a failed login.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_START: Final = r"(?:(?P<time>\d{9,10}\.\d{3}) )? *(?P<duration>-?\d+) (?P<src>[^ ]+) (?P<result>"
_END: Final = r") (?P<bytes_out>\d+) (?P<http_method>[A-Z_]+) (?P<url_path>[^ ]+) "
_SERVER: Final = r" (?P<hierarchy>[A-Z_]+)/(?P<dst>[^ ]+) (?P<content_type>[^ ]+)"
_COMBINED: Final = (
    r"(?P<src>[^ ]+) (?P<ident>[^ ]+) (?P<user>[^ ]+) \[(?P<time>[^\]]+)\] \"(?P<request>[^\"]*)\" "
    r"(?P<http_status>\d{3}) (?P<bytes_out>\d+|-)(?: \"(?P<referrer>[^\"]*)\" \"(?P<user_agent>[^\"]*)\")? (?P<result>"
)

SOURCE = Source(
    name="squid",
    title="Squid",
    logsource=Logsource(category="proxy", product="squid"),
    programs=("squid", "(squid-*", "squid-*"),
    marks=(" TCP_", " UDP_", " NONE/", " NONE_NONE", "TAG_NONE"),
    priority=45,
    plain_login=False,
    constants={"service": "web"},
    readers=(
        Patterns(
            Pattern(
                rf"{_START}[A-Z_]*DENIED[A-Z_]*/(?P<http_status>407){_END}(?P<user>[^ -][^ ]*|-[^ ]+){_SERVER}",
                category="authentication",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                rf"{_START}[A-Z_]*DENIED[A-Z_]*/(?P<http_status>\d{{3}}){_END}(?P<user>[^ ]+){_SERVER}",
                category="web",
                action="deny",
            ),
            Pattern(
                rf"{_START}[A-Z_]+/(?P<http_status>\d{{3}}){_END}(?P<user>[^ ]+){_SERVER}",
                category="web",
                action="request",
            ),
            Pattern(
                rf"{_COMBINED}[A-Z_]*DENIED[A-Z_]*):(?P<hierarchy>[A-Z_]+)",
                category="web",
                action="deny",
            ),
            Pattern(
                rf"{_COMBINED}(?:TCP|UDP|NONE|TAG)_?[A-Z_]*):(?P<hierarchy>[A-Z_]+)",
                category="web",
                action="request",
            ),
        ),
    ),
)
