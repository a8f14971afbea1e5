"""Microsoft Entra ID (Azure AD): sign-in and audit logs as diagnostic settings export them."""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.readers import JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: Final[dict[str, Value]] = {"category": "authentication", "action": "login"}
_FAILED: Final[dict[str, Value]] = {**_LOGIN, "outcome": "failure"}
_CHANGED: Final[dict[str, Value]] = {"category": "authentication", "outcome": "success"}
_SIGN_IN: Final = re.compile("(?i)SignInLogs")
_AUDIT: Final = "AuditLogs"
# Codes that say "go on": a redirect, a consent, a fresh sign-in, a second factor to set up.
_GOES_ON: Final = (
    "50055", "50058", "50059", "50072", "50079", "50125", "50127", "50129", "50140", "50143",
    "50144", "50199", "51006", "65001", "70043", "70044", "16000", "16001", "16003",
)  # fmt: skip
_CODES: Final[dict[tuple[str, ...], dict[str, Value]]] = {
    ("0",): {**_LOGIN, "outcome": "success"},
    _GOES_ON: _LOGIN,
    ("50034", "50020", "90002", "50128"): {**_FAILED, "reason": "invalid_user"},
    ("50126", "50056", "50064"): {**_FAILED, "reason": "bad_password"},
    ("50053",): {**_FAILED, "reason": "locked"},
    ("50057", "50105"): {**_FAILED, "reason": "disabled"},
    ("50074", "50076", "500121", "50097", "50158"): {**_FAILED, "reason": "mfa"},
    ("53000", "53001", "53002", "53003", "53004", "530034"): {**_FAILED, "reason": "not_allowed"},
}

SOURCE = Source(
    name="entra",
    title="Microsoft Entra ID",
    logsource=Logsource(product="azure", service="signinlogs"),
    programs=("azuread", "entra"),
    marks=(
        '"SignInLogs"',
        '"NonInteractiveUserSignInLogs"',
        '"ServicePrincipalSignInLogs"',
        '"ManagedIdentitySignInLogs"',
        '"category":"AuditLogs"',
        '"category": "AuditLogs"',
        "/providers/Microsoft.aadiam",
    ),
    claims=False,
    priority=40,
    constants={"service": "app"},
    readers=(
        JsonObject(
            {
                "time": ("properties.createdDateTime", "properties.activityDateTime", "time"),
                "src_ip": (
                    "properties.ipAddress",
                    "callerIpAddress",
                    "properties.initiatedBy.user.ipAddress",
                ),
                "user": (
                    "properties.userPrincipalName",
                    "properties.initiatedBy.user.userPrincipalName",
                    "properties.servicePrincipalName",
                    "identity",
                ),
                "event": "operationName",
                "country": ("properties.location.countryOrRegion", "location"),
                "user_agent": "properties.userAgent",
                "error": ("properties.status.failureReason", "resultDescription"),
                "session": ("properties.sessionId", "correlationId"),
                "application": "properties.appDisplayName",
            },
            *(
                When({"category": _SIGN_IN, "resultType": codes}, **means)
                for codes, means in _CODES.items()
            ),
            When({"category": _SIGN_IN}, **_FAILED),
            When(
                {"category": _AUDIT, "operationName": re.compile("(?i)password")},
                action="password_change",
                **_CHANGED,
            ),
            When(
                {"category": _AUDIT, "operationName": re.compile(r"(?i)user|member|role|group")},
                action="account_change",
                **_CHANGED,
            ),
            When({"category": _AUDIT}, category="configuration", action="change"),
            require=("category", "operationName", "time"),
        ),
    ),
)
