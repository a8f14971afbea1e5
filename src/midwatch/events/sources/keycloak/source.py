"""Keycloak's event listener ``jboss-logging``: ``type=LOGIN_ERROR, realmId=…, ipAddress=…``."""

import re

from midwatch.events.plain_text import Plain
from midwatch.events.readers import FreePairs, JsonObject, Part, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_CHANGED: dict[str, Value] = {"category": "authentication", "outcome": "success"}
_LOGIN_ERRORS = (
    "LOGIN_ERROR",
    "CLIENT_LOGIN_ERROR",
    "IDENTITY_PROVIDER_LOGIN_ERROR",
    "IMPERSONATE_ERROR",
)


def _cases(kind: str, error: str) -> tuple[When, ...]:
    return (
        When(
            {kind: _LOGIN_ERRORS, error: ("user_not_found", "invalid_user")},
            reason="invalid_user",
            **_FAILED,
        ),
        When({kind: _LOGIN_ERRORS, error: re.compile("disabled")}, reason="disabled", **_FAILED),
        When({kind: _LOGIN_ERRORS, error: re.compile("otp|mfa|totp")}, reason="mfa", **_FAILED),
        When({kind: _LOGIN_ERRORS}, **_FAILED),
        When(
            {kind: "USER_DISABLED_BY_TEMPORARY_LOCKOUT"},
            category="authentication",
            outcome="failure",
            action="lockout",
            reason="locked",
        ),
        When(
            {kind: "USER_DISABLED_BY_PERMANENT_LOCKOUT"},
            category="authentication",
            outcome="failure",
            action="lockout",
            reason="locked",
        ),
        When(
            {kind: ("LOGIN", "CLIENT_LOGIN", "IDENTITY_PROVIDER_LOGIN", "IMPERSONATE")},
            outcome="success",
            **_LOGIN,
        ),
        When({kind: "LOGOUT"}, action="logout", **_CHANGED),
        When({kind: ("UPDATE_PASSWORD", "RESET_PASSWORD")}, action="password_change", **_CHANGED),
        When(
            {
                kind: (
                    "REGISTER",
                    "UPDATE_PROFILE",
                    "UPDATE_EMAIL",
                    "DELETE_ACCOUNT",
                    "REMOVE_TOTP",
                    "UPDATE_TOTP",
                )
            },
            action="account_change",
            **_CHANGED,
        ),
    )


_TEXT = "message"


def _within(name: str) -> Part:
    return Part(_TEXT, rf'(?:^|[ ,]){name}="?([^",]*)')


_FIELDS: dict[str, Keys] = {
    "src_ip": "ipAddress",
    "user": ("username", "identity_provider_identity", "userId"),
    "domain": ("realmName", "realmId"),
    "reason": "error",
    "event": "type",
    "client": "clientId",
}

SOURCE = Source(
    name="keycloak",
    title="Keycloak",
    logsource=Logsource(product="keycloak"),
    programs=("keycloak", "kc.sh"),
    marks=("[org.keycloak.events]", "[org.key.events]", '"loggerName":"org.keycloak.events"'),
    constants={"service": "app"},
    readers=(
        JsonObject(
            {
                "time": "timestamp",
                "severity": "level",
                **{
                    column: _within(key)
                    for column, key in {
                        "src_ip": "ipAddress",
                        "domain": "realmId",
                        "reason": "error",
                        "event": "type",
                        "client": "clientId",
                    }.items()
                },
                "user": (_within("username"), _within("userId")),
            },
            When(
                {_TEXT: re.compile(r'type="?[A-Z_]*LOGIN_ERROR"?, .*error="?user_not_found')},
                reason="invalid_user",
                **_FAILED,
            ),
            When({_TEXT: re.compile(r'type="?[A-Z_]*LOGIN_ERROR"?,')}, **_FAILED),
            When({_TEXT: re.compile(r'type="?(?:[A-Z]+_)*LOGIN"?,')}, outcome="success", **_LOGIN),
            When({_TEXT: re.compile(r'type="?LOGOUT"?,')}, action="logout", **_CHANGED),
            require=("loggerName", _TEXT),
        ),
        FreePairs(_FIELDS, *_cases("type", "error"), require=("type", "realmId")),
        Plain(),
    ),
)
