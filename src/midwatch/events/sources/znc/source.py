"""ZNC's ``adminlog`` module: who connected to the bouncer and who was not let in."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="znc",
    title="ZNC",
    logsource=Logsource(product="znc"),
    programs=("znc",),
    marks=("] failed to login from ", "] connected to ZNC from ", "] disconnected from ZNC from "),
    plain_login=False,
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                r"\[(?P<user>.*)\] failed to login from (?P<src>[^ ]+)",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                r"\[(?P<user>.*)\] connected to ZNC from (?P<src>[^ ]+)",
                outcome="success",
                action="login",
            ),
            Pattern(r"\[(?P<user>.*)\] disconnected from ZNC from (?P<src>[^ ]+)", action="logout"),
            category="authentication",
        ),
    ),
)
