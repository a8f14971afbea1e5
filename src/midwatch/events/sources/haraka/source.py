"""Haraka: ``[level] [connection] [plugin] text``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source, Value

_HEAD = r"\[(?P<severity>[A-Za-z]+)\] \[(?P<session>[0-9A-F-]{36}|-)(?:\.\d+)*\] \[(?P<module>[^\]]+)\] "
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="haraka",
    title="Haraka",
    logsource=Logsource(product="haraka", service="mail"),
    programs=("haraka",),
    marks=("] [haraka_core] ", "] [core] connect ip=", "] [core] disconnect ip=", "] [auth/"),
    constants={"service": "mail"},
    carry=Carry("session", ("src_ip",)),
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<event>connect|disconnect) ip=(?P<src_ip>[^ ]+)(?: rdns=(?P<src_host>[^ ]+))?(?:.*? port=(?P<src_port>\d+))?",
                category="network",
                action="connect",
            ),
            Pattern(
                rf"{_HEAD}.*?(?:[Aa]uth(?:entication)? fail(?:ed|ure)|535 )(?:.*?(?:for user |for |user[=: ]+)(?P<user>[^ ]+))?.*",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}.*?(?:[Aa]uth(?:entication)? succe(?:ss|eded)|authenticated user)(?:.*?(?:for user |for |user[=: ]+)(?P<user>[^ ]+))?.*",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(rf"{_HEAD}(?P<reason>.*)", category="mail"),
        ),
    ),
)
