"""authentik: JSON lines of its server and worker."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import ABSENT, ANY, JsonObject, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_CHANGED: dict[str, Value] = {"category": "authentication", "outcome": "success"}
_FIELDS: dict[str, Keys] = {
    "time": ("timestamp", "created"),
    "src_ip": ("client_ip", "remote"),
    "http_host": ("host", "domain_url"),
    "http_method": ("method", "context.http_request.method"),
    "url_path": ("context.http_request.path",),
    "http_status": "status",
    "severity": "level",
    "user_agent": "user_agent",
    "reason": "context.reason",
}

SOURCE = Source(
    name="authentik",
    title="authentik",
    logsource=Logsource(product="authentik"),
    programs=("authentik", "authentik-server", "authentik-worker"),
    marks=('"logger": "authentik', '"logger":"authentik', '"auth_via": "', '"auth_via":"'),
    constants={"service": "app"},
    readers=(
        JsonObject(
            {**_FIELDS, "user": ("context.username", "identifier", "user.username", "user")},
            When({"action": "login_failed"}, outcome="failure", **_LOGIN),
            When({"event": "invalid_login"}, outcome="failure", reason="invalid_user", **_LOGIN),
            When(
                {"action": "invalid_identifier"}, outcome="failure", reason="invalid_user", **_LOGIN
            ),
            When(
                {"event": ("Failed to authenticate", "Invalid credentials", "failed to bind")},
                outcome="failure",
                **_LOGIN,
            ),
            When({"action": "login"}, outcome="success", **_LOGIN),
            When({"action": "logout"}, action="logout", **_CHANGED),
            When({"action": "password_set"}, action="password_change", **_CHANGED),
            When(
                {"action": "suspicious_request"},
                category="ids",
                action="alert",
                signature="suspicious_request",
            ),
            When(
                {"action": ("user_write", "impersonation_started", "impersonation_ended")},
                action="account_change",
                **_CHANGED,
            ),
            When(
                {
                    "action": (
                        "model_created",
                        "model_updated",
                        "model_deleted",
                        "configuration_error",
                    )
                },
                category="configuration",
                action="change",
            ),
            When(
                {"action": ABSENT, "method": ANY, "status": ANY}, category="web", action="request"
            ),
        ),
        Plain(),
    ),
)
