"""Auth0's tenant log: one object per event, told by a short type code."""

import re

from midwatch.events.readers import JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_CHANGED: dict[str, Value] = {"category": "authentication", "outcome": "success"}


def _reader(prefix: str) -> JsonObject:
    kind = f"{prefix}type"
    return JsonObject(
        {
            "time": f"{prefix}date",
            "src_ip": f"{prefix}ip",
            "user": (
                f"{prefix}user_name",
                f"{prefix}details.request.auth.user.email",
                f"{prefix}user_id",
            ),
            "event": f"{prefix}type",
            "error": f"{prefix}description",
            "user_agent": f"{prefix}user_agent",
            "application": f"{prefix}client_name",
        },
        When({kind: "fu"}, reason="invalid_user", **_FAILED),
        When({kind: "fp"}, reason="bad_password", **_FAILED),
        When(
            {
                kind: (
                    "gd_auth_failed",
                    "gd_auth_rejected",
                    "gd_otp_rate_limit_exceed",
                    "mfa_failed",
                    "gd_recovery_failed",
                )
            },
            reason="mfa",
            **_FAILED,
        ),
        When(
            {
                kind: (
                    "f",
                    "fcoa",
                    "fepft",
                    "fepotpft",
                    "fercft",
                    "flo_",
                    "fsa",
                    "fens",
                    "fh",
                    "fertft",
                )
            },
            **_FAILED,
        ),
        When(
            {kind: ("limit_wc", "limit_mu", "limit_sul", "limit_delegation")},
            category="authentication",
            outcome="failure",
            action="lockout",
            reason="locked",
        ),
        When(
            {kind: ("s", "ss_", "seacft", "sepft", "slo_", "ssa", "sens", "seoobft", "seotpft")},
            outcome="success",
            **_LOGIN,
        ),
        When({kind: ("slo",)}, action="logout", **_CHANGED),
        When({kind: ("scp", "scpr", "scpn")}, action="password_change", **_CHANGED),
        When(
            {kind: ("ss", "sdu", "scu", "du", "scpn", "signup_pwd_leak")},
            action="account_change",
            **_CHANGED,
        ),
        When({kind: ("pwd_leak", "signup_pwd_leak")}, category="ids", action="alert"),
        When(
            {kind: re.compile("^(?:sapi|mgmt_api_read)$")},
            category="configuration",
            action="change",
        ),
        require=(kind, f"{prefix}date", f"{prefix}log_id"),
    )


SOURCE = Source(
    name="auth0",
    title="Auth0",
    logsource=Logsource(product="auth0"),
    programs=("auth0",),
    marks=('"log_id":',),
    claims=False,
    priority=40,
    constants={"service": "app"},
    readers=(_reader(""), _reader("data.")),
)
