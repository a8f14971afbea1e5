"""Uptime Kuma and Dockge: ``[AUTH] WARN: …. IP=…``."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_HEAD = r"\[(?P<module>[A-Z]+)\] (?P<severity>[A-Z]+): "
_IP = r"(?P<src_ip>[0-9A-Fa-f.:]+)"

SOURCE = Source(
    name="kuma",
    title="Uptime Kuma, Dockge",
    logsource=Logsource(product="uptime_kuma"),
    programs=("uptime-kuma", "dockge"),
    marks=("[AUTH] WARN: ", "[AUTH] INFO: ", "[AUTH] ERROR: ", "[RATE-LIMIT] "),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}Incorrect username or password for user (?P<user>.*)\. IP={_IP}$",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Invalid token provided for user (?P<user>.*)\. IP={_IP}$",
                outcome="failure",
                reason="mfa",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}(?:User is inactive|The user is inactive or deleted)[^=]*\. IP={_IP}$",
                outcome="failure",
                reason="disabled",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Successfully logged in user (?P<user>.*)\. IP={_IP}$",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(rf"{_HEAD}Login by token\. IP={_IP}$", **_LOGIN),
            Pattern(rf"{_HEAD}Login by username \+ password\. IP={_IP}$", **_LOGIN),
        ),
        Plain(),
    ),
)
