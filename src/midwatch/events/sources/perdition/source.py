"""Perdition, a proxy for IMAP and POP3: ``Auth: client:port->server:port … status="…"``."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_ENDS = (
    r"(?P<src_ip>[0-9A-Fa-f.:]+):(?P<src_port>\d+)->(?P<dst_ip>[0-9A-Fa-f.:]+):(?P<dst_port>\d+)"
)
_WHO = rf'Auth: {_ENDS}(?>.*? (?:authentication_id|user)=")(?P<user>.*)" server="(?P<server>[^"]*)" protocol=(?P<protocol>[^ ]+)(?>.*? status=)'
_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}

SOURCE = Source(
    name="perdition",
    title="Perdition",
    logsource=Logsource(product="perdition", service="mail"),
    programs=("perdition*",),
    marks=(" authorisation_id=",),
    constants={"service": "mail"},
    readers=(
        Patterns(
            Pattern(rf'{_WHO}"(?P<reason>failed:[^"]*)"', outcome="failure", **_LOGIN),
            Pattern(rf'{_WHO}"ok"', outcome="success", **_LOGIN),
            Pattern(rf"Connect: {_ENDS}", category="network", action="connect"),
            Pattern(
                rf"Fatal [Ee]rror (?P<reason>reading authentication information) from client {_ENDS}",
                outcome="failure",
                **_LOGIN,
            ),
            Pattern(rf"(?:Closing|Exit)[^:]*: {_ENDS}", category="network", action="close"),
        ),
    ),
)
