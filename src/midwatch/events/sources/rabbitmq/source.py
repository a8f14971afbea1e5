"""RabbitMQ: connections and logins of the server log.

The refusal and the address stand in two lines of the same Erlang process, ``<0.7.0>``.
"""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_HEAD = r"(?:\[(?P<severity>[a-z]+)\] )?<(?P<session>[\d.]+)> "
_ENDS = r"\(?(?P<src>\[?[0-9A-Fa-f.:]+\]?:\d+) -> (?P<dst>\[?[0-9A-Fa-f.:]+\]?:\d+)"

SOURCE = Source(
    name="rabbitmq",
    title="RabbitMQ",
    logsource=Logsource(category="application", product="rabbitmq"),
    programs=("rabbitmq", "rabbitmq-server", "beam.smp"),
    marks=(" AMQP connection <", " login refused: user '", "] <0.", "HTTP access denied: "),
    claims=False,
    constants={"service": "app"},
    carry=Carry("session", ("src", "dst")),
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<auth_method>[A-Z0-9-]+) login refused: user '(?P<user>.*)' - (?P<error>.*)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?:closing|error on|Error on) AMQP connection <[\d.]+> {_ENDS}[^)]*\):? ?.*?login refused: user '(?P<user>.*?)' - (?P<error>[^\"]*)",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?:Error on|error on) AMQP connection <[\d.]+> {_ENDS}",
                category="network",
                action="connect",
            ),
            Pattern(rf"{_HEAD}HTTP access denied: user '(?P<user>.*)' - (?P<error>.*)", **_FAILED),
            Pattern(
                rf"{_HEAD}connection (?:<[\d.]+> )?{_ENDS}[^)]*\): user '(?P<user>.*)' authenticated and granted access to vhost '(?P<vhost>[^']*)'",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}User '(?P<user>.*)' authenticated successfully",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}accepting AMQP connection <[\d.]+> {_ENDS}",
                category="network",
                action="connect",
            ),
            Pattern(
                rf"{_HEAD}closing AMQP connection <[\d.]+> {_ENDS}",
                category="network",
                action="close",
            ),
        ),
        Plain(),
    ),
)
