"""Cowrie, the SSH and telnet honeypot: its JSON log and its text log.

A login here is an attacker's, whether Cowrie let it succeed or not.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.readers import JsonObject, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d{4})) )?"
    r"\[(?:(?P<transport>[A-Za-z]+),(?P<number>\d+),(?P<src_ip>[^\]]*)|[^\]]*)\] "
)
_PAIR: Final = r"\[(?:b')?(?P<user>[^/\n]*?)'?/[^\n]*\]"

SOURCE = Source(
    name="cowrie",
    title="Cowrie honeypot",
    logsource=Logsource(product="cowrie"),
    programs=("cowrie",),
    marks=(
        '"eventid":"cowrie.',
        '"eventid": "cowrie.',
        "[cowrie.",
        "[HoneyPotSSHTransport,",
        "[CowrieTelnetTransport,",
    ),
    plain_login=False,
    constants={"service": "ssh"},
    readers=(
        JsonObject(
            {
                "time": "timestamp",
                "session": "session",
                "src_ip": "src_ip",
                "src_port": "src_port",
                "dst_ip": "dst_ip",
                "dst_port": "dst_port",
                "user": "username",
                "protocol": "protocol",
                "command": "input",
                "host": "sensor",
                "file": ("url", "destfile", "outfile"),
            },
            When(
                {"eventid": "cowrie.login.failed"},
                category="authentication",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            When(
                {"eventid": "cowrie.login.success"},
                category="authentication",
                outcome="success",
                action="login",
            ),
            When({"eventid": "cowrie.session.connect"}, category="network", action="connect"),
            When({"eventid": "cowrie.session.closed"}, category="network", action="close"),
            When({"eventid": re.compile(r"^cowrie\.command")}, category="process"),
            When({"eventid": re.compile(r"^cowrie\.session\.file")}, category="file"),
            require=("eventid",),
            category="network",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}New connection: (?P<src>[^ ]+) \((?P<dst>[^ )]+)\) \[session: (?P<session>[^\]]*)\]",
                category="network",
                action="connect",
            ),
            Pattern(
                rf"{_LEAD}login attempt {_PAIR} failed",
                category="authentication",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}login attempt {_PAIR} succeeded",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(rf"{_LEAD}CMD: (?P<command>[^\n]*)", category="process"),
            Pattern(
                rf"{_LEAD}(?:Connection lost[^\n]*|Closing TTY Log[^\n]*)",
                category="network",
                action="close",
            ),
            Pattern(rf"{_LEAD}(?P<why>[^\n]*)", category="network"),
        ),
    ),
)
