"""Valve's Source engine servers (Counter-Strike and others): attempts at the remote console."""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="source_engine",
    title="Source engine game servers",
    logsource=Logsource(product="source_engine"),
    programs=("srcds", "hlds", "rcon"),
    marks=("Bad Rcon: ", "rcon from ", 'Rcon: "'),
    claims=False,
    plain_login=False,
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(
                r'(?:L )?(?:\d\d/\d\d/\d{4} - [\d:]+: )?Bad Rcon: "(?P<command>.*)" from "(?P<src>[^"]*)" *$',
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                r'(?:L )?(?:\d\d/\d\d/\d{4} - [\d:]+: )?rcon from "(?P<src>[^"]*)": Bad Password',
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                r'(?:L )?(?:\d\d/\d\d/\d{4} - [\d:]+: )?Rcon: "(?P<command>.*)" from "(?P<src>[^"]*)" *$',
                outcome="success",
                action="login",
            ),
            Pattern(
                r'(?:L )?(?:\d\d/\d\d/\d{4} - [\d:]+: )?rcon from "(?P<src>[^"]*)": command "(?P<command>.*)"',
                outcome="success",
                action="login",
            ),
            Pattern(
                r'"(?P<command>rcon .*)" from "(?P<src>[^"]*)" *$',
                outcome="success",
                action="login",
            ),
            category="authentication",
        ),
    ),
)
