"""Okta's System Log: one object per event."""

import re

from midwatch.events.readers import JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_CHANGED: dict[str, Value] = {"category": "authentication", "outcome": "success"}
_KIND, _RESULT, _WHY = "eventType", "outcome.result", "outcome.reason"
_BEGINS = re.compile(
    r"^user\.(?:session\.start|authentication\.)|^app\.generic\.unauth|^user\.mfa\.okta_verify\.deny"
)

SOURCE = Source(
    name="okta",
    title="Okta",
    logsource=Logsource(product="okta", service="okta"),
    programs=("okta",),
    marks=('"legacyEventType":', '"authenticationContext":', '"securityContext":'),
    claims=False,
    priority=40,
    constants={"service": "app"},
    readers=(
        JsonObject(
            {
                "time": "published",
                "src_ip": ("client.ipAddress", "request.ipChain.0.ip"),
                "user": ("actor.alternateId", "target.0.alternateId"),
                "event": "eventType",
                "severity": "severity",
                "reason": "outcome.reason",
                "user_agent": "client.userAgent.rawUserAgent",
                "session": "authenticationContext.externalSessionId",
                "url_path": "debugContext.debugData.requestUri",
            },
            When(
                {_KIND: "user.account.lock"},
                category="authentication",
                outcome="failure",
                action="lockout",
                reason="locked",
            ),
            When(
                {
                    _KIND: re.compile(r"^user\.(?:mfa|authentication\.auth_via_mfa)"),
                    _RESULT: ("FAILURE", "DENY"),
                },
                reason="mfa",
                **_FAILED,
            ),
            When(
                {_KIND: _BEGINS, _RESULT: ("FAILURE", "DENY"), _WHY: re.compile("LOCKED")},
                reason="locked",
                **_FAILED,
            ),
            When({_KIND: _BEGINS, _RESULT: ("FAILURE", "DENY")}, **_FAILED),
            When(
                {
                    _KIND: re.compile(r"^user\.session\.start|^user\.authentication\."),
                    _RESULT: "SUCCESS",
                },
                outcome="success",
                **_LOGIN,
            ),
            When({_KIND: "user.session.end"}, action="logout", **_CHANGED),
            When(
                {_KIND: re.compile(r"^user\.account\.(?:update|reset)_password")},
                action="password_change",
                **_CHANGED,
            ),
            When(
                {
                    _KIND: re.compile(
                        r"^user\.lifecycle\.|^user\.account\.|^group\.user_membership\."
                    )
                },
                action="account_change",
                **_CHANGED,
            ),
            When(
                {_KIND: re.compile(r"^security\.(?:threat|attack|breached)")},
                category="ids",
                action="alert",
            ),
            When(
                {_KIND: re.compile(r"^(?:policy|application|system|zone)\.")},
                category="configuration",
                action="change",
            ),
            require=("eventType", "published"),
        ),
    ),
)
