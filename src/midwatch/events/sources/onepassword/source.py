"""1Password Events API: sign-in attempts, item usages, audit events."""

from midwatch.events.readers import ANY, JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}

SOURCE = Source(
    name="onepassword",
    title="1Password",
    logsource=Logsource(product="onepassword"),
    programs=("1password",),
    marks=('"session_uuid":', '"target_user":', '"actor_uuid":'),
    claims=False,
    priority=40,
    constants={"service": "app"},
    readers=(
        JsonObject(
            {
                "time": "timestamp",
                "src_ip": ("client.ip_address", "session.ip"),
                "user": ("target_user.email", "target_user.name"),
                "country": ("country", "location.country"),
                "error": "type",
                "application": "client.app_name",
            },
            When({"category": "success"}, outcome="success", **_LOGIN),
            When({"category": ("credentials_failed", "federated_account_failed")}, **_FAILED),
            When({"category": "mfa_failed"}, reason="mfa", **_FAILED),
            When(
                {
                    "category": (
                        "firewall_failed",
                        "firewall_reported_success",
                        "modern_version_failed",
                        "sso_failed",
                    )
                },
                reason="not_allowed",
                **_FAILED,
            ),
            require=("target_user", "category", "client"),
        ),
        JsonObject(
            {
                "time": "timestamp",
                "src_ip": ("session.ip", "client.ip_address"),
                "user": ("actor_details.email", "user.email", "user.name", "actor_uuid"),
                "event": "action",
                "object": "object_type",
            },
            When(
                {"action": ANY, "object_type": ("user", "gm", "uva", "gva")},
                category="authentication",
                outcome="success",
                action="account_change",
            ),
            When({"action": ANY}, category="configuration", action="change"),
            require=("uuid", "timestamp", "actor_uuid"),
        ),
    ),
)
