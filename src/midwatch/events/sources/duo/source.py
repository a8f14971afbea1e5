"""Duo Security: authentication, administrator and offline logs, one object per event."""

from midwatch.events.readers import JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}

SOURCE = Source(
    name="duo",
    title="Duo Security",
    logsource=Logsource(product="duo"),
    programs=("duo", "duo_authproxy", "authproxy"),
    marks=(
        '"access_device":',
        '"auth_device":',
        '"trusted_endpoint_status":',
        '"eventtype": "authentication"',
        '"eventtype":"authentication"',
    ),
    claims=False,
    priority=30,
    constants={"service": "app"},
    readers=(
        JsonObject(
            {
                "time": ("isotimestamp", "timestamp"),
                "src_ip": ("access_device.ip", "ip"),
                "user": ("user.name", "username", "email"),
                "reason": "reason",
                "auth_method": "factor",
                "application": ("application.name", "integration"),
            },
            When(
                {
                    "result": ("denied", "failure", "fraud", "error"),
                    "reason": ("locked_out", "lockout"),
                },
                category="authentication",
                outcome="failure",
                action="lockout",
            ),
            When({"result": ("denied", "failure", "fraud", "error")}, **_FAILED),
            When({"result": "success"}, outcome="success", **_LOGIN),
            When({"status": ("Reject", "Error")}, **_FAILED),
            When({"status": "Allow"}, outcome="success", **_LOGIN),
            require=("factor",),
        ),
    ),
)
