"""Stalwart mail server: ``LEVEL text (event.name) key = value, key = "value"``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value


def _event(name: str, **means: Value) -> Pattern:
    return Pattern(
        rf"(?P<severity>[A-Z]+) (?P<reason>[^(]*) \((?P<event>{name})\)(?:.*?listenerId = \"(?P<listener>[^\"]*)\")?"
        r"(?:.*?localPort = (?P<dst_port>\d+))?(?:.*?remoteIp = (?P<src_ip>[^ ,]+))?(?:.*?remotePort = (?P<src_port>\d+))?"
        r"(?:.*?(?:accountName|login|accountId) = \"(?P<user>[^\"]*)\")?",
        **means,
    )


SOURCE = Source(
    name="stalwart",
    title="Stalwart",
    logsource=Logsource(product="stalwart", service="mail"),
    programs=("stalwart*",),
    marks=("(auth.", "(security.", "remoteIp = "),
    constants={"service": "mail"},
    readers=(
        Patterns(
            _event(
                r"auth\.(?:failed|missing-totp|too-many-attempts|error)",
                category="authentication",
                outcome="failure",
                action="login",
            ),
            _event(r"auth\.success", category="authentication", outcome="success", action="login"),
            _event(r"security\.[\w.-]+", category="network", action="block"),
            _event(r"[a-z][\w.-]+", category="mail"),
        ),
    ),
)
