"""Apereo CAS: the audit trail on one line, separated by ``|``, or as JSON.

``… - stamp|CAS|what|ACTION|user|client|server``.
"""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import JsonObject, Pattern, Patterns, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_END = r"\|(?P<user>[^|]*)\|(?P<src_ip>[^|]*)\|(?P<dst_ip>[^|]*)(?:\|.*)?$"

SOURCE = Source(
    name="apereo_cas",
    title="Apereo CAS",
    logsource=Logsource(product="apereo_cas"),
    programs=("cas",),
    marks=("[org.apereo.inspektr.audit.", "Slf4jLoggingAuditTrailManager] - "),
    constants={"service": "app"},
    readers=(
        Patterns(
            Pattern(rf".*?\|(?P<application>[A-Z]+)\|.*\|AUTHENTICATION_FAILED{_END}", **_FAILED),
            Pattern(
                rf".*?\|(?P<application>[A-Z]+)\|.*\|AUTHENTICATION_SUCCESS{_END}",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf".*?\|(?P<application>[A-Z]+)\|.*\|(?P<event>TICKET_GRANTING_TICKET_DESTROYED|LOGOUT_[A-Z]+){_END}",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(rf".*?\|(?P<application>[A-Z]+)\|.*\|(?P<event>[A-Z_]+){_END}"),
        ),
        JsonObject(
            {
                "time": "when",
                "user": ("who", "principal"),
                "src_ip": ("clientIpAddress", "client.ip"),
                "dst_ip": "serverIpAddress",
                "event": "action",
            },
            When({"action": "AUTHENTICATION_FAILED"}, **_FAILED),
            When({"action": "AUTHENTICATION_SUCCESS"}, outcome="success", **_LOGIN),
            require=("action", "who"),
        ),
        Plain(),
    ),
)
