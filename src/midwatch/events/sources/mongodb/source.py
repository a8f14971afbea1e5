"""MongoDB: plain text (to 4.2) and JSON (from 4.4).

In plain text the address stands in the line "connection accepted from … #7"; later lines
of that connection are marked ``[conn7]`` and inherit it.
"""

import re

from midwatch.events.plain_text import Plain
from midwatch.events.readers import JsonObject, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_HEAD = r"(?:(?P<severity>[A-Z]) +(?:[A-Z]+|-) +)?\[conn(?P<session>\d+)\] +"
_OTHER = (
    r"(?:(?P<severity>[A-Z]) +(?:[A-Z]+|-) +)?\[(?:initandlisten|listener|thread\d+|mongosMain)\] +"
)
_MSG = "msg"

SOURCE = Source(
    name="mongodb",
    title="MongoDB",
    logsource=Logsource(category="database", product="mongodb"),
    programs=("mongod", "mongos", "mongodb"),
    marks=(
        '{"t":{"$date":',
        '{"t": {"$date":',
        *(f"[conn{digit}" for digit in range(1, 10)),
        "[listener] connection accepted from ",
        "[initandlisten] ",
        " connections now open)",
        " connection now open)",
    ),
    claims=False,
    constants={"service": "database"},
    carry=Carry("session", ("src",)),
    readers=(
        JsonObject(
            {
                "time": ("t.$date",),
                "src": ("attr.remote", "attr.client"),
                "user": ("attr.principalName", "attr.user.user", "attr.user", "attr.principal"),
                "domain": ("attr.authenticationDatabase", "attr.db", "attr.user.db"),
                "auth_method": "attr.mechanism",
                "session": "ctx",
                "severity": "s",
                "error": "attr.error",
            },
            When(
                {
                    _MSG: "Authentication failed",
                    "attr.error": re.compile("UserNotFound|Could not find user"),
                },
                reason="invalid_user",
                **_FAILED,
            ),
            When(
                {_MSG: re.compile(r"^(?:Authentication failed|Failed to authenticate)")}, **_FAILED
            ),
            When(
                {_MSG: re.compile(r"^(?:Authentication succeeded|Successfully authenticated)")},
                outcome="success",
                **_LOGIN,
            ),
            When({_MSG: "Connection accepted"}, category="network", action="connect"),
            When({_MSG: "Connection ended"}, category="network", action="close"),
            require=("t", "msg", "c"),
        ),
        Patterns(
            Pattern(
                rf"{_HEAD}(?:SCRAM-SHA-\d+|MONGODB-CR|PLAIN|MONGODB-X509|SASL [\w-]+) authentication failed for (?P<user>.*?) on (?P<domain>[^ ]+) from client (?P<src>[^ ]+) ; UserNotFound",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?P<auth_method>SCRAM-SHA-\d+|MONGODB-CR|PLAIN|MONGODB-X509|SASL [\w-]+) authentication failed for (?P<user>.*?) on (?P<domain>[^ ]+) from client (?P<src>[^ ]+)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Failed to authenticate (?P<user>.*?)@(?P<domain>[^@ ]+) with mechanism (?P<auth_method>[\w-]+): AuthenticationFailed UserNotFound",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Failed to authenticate (?P<user>.*?)@(?P<domain>[^@ ]+) (?:from client (?P<src>[^ ]+) )?with mechanism (?P<auth_method>[\w-]+)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}Successfully authenticated as principal (?P<user>.*?) on (?P<domain>[^ ]+)(?: from client (?P<src>[^ ]+))?",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_OTHER}connection accepted from (?P<src>[^ ]+) #(?P<session>\d+)",
                category="network",
                action="connect",
            ),
            Pattern(rf"{_HEAD}end connection (?P<src>[^ ]+)", category="network", action="close"),
            Pattern(rf"{_HEAD}(?P<text>.*)"),
        ),
        Plain(),
    ),
)
