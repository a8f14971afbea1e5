"""Solid POP3 server."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_END = r" - (?P<src_ip>[^ ]+)$"
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}

SOURCE = Source(
    name="solid_pop3d",
    title="Solid POP3",
    logsource=Logsource(product="solid-pop3d", service="mail"),
    programs=("solid-pop3d", "spop3d"),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(
                rf"authentication failed: (?:no such user|can't map user name): (?P<user>.*){_END}",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(
                rf"(?:APOP )?authentication failed for (?:mapped )?user (?P<user>.*){_END}",
                **_FAILED,
            ),
            Pattern(
                rf"can't find APOP secret for user (?P<user>.*){_END}",
                reason="invalid_user",
                **_FAILED,
            ),
            Pattern(rf"(?P<user>root) login not allowed{_END}", reason="not_allowed", **_FAILED),
            Pattern(
                rf"(?:user )?(?P<user>.*) (?:authenticated|logged in){_END}",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(rf"(?P<reason>.*){_END}", category="mail"),
        ),
    ),
)
