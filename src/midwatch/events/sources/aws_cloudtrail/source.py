"""AWS CloudTrail: one object per event."""

import re

from midwatch.events.readers import ANY, JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_CHANGED: dict[str, Value] = {"category": "authentication", "outcome": "success"}
_ANSWER = "responseElements.ConsoleLogin"

SOURCE = Source(
    name="aws_cloudtrail",
    title="AWS CloudTrail",
    logsource=Logsource(product="aws", service="cloudtrail"),
    programs=("cloudtrail",),
    marks=('"eventSource":"', '"eventSource": "', '"sourceIPAddress":'),
    claims=False,
    priority=40,
    constants={"service": "admin"},
    readers=(
        JsonObject(
            {
                "time": "eventTime",
                "src_ip": "sourceIPAddress",
                "user": (
                    "userIdentity.userName",
                    "userIdentity.sessionContext.sessionIssuer.userName",
                    "userIdentity.invokedBy",
                    "userIdentity.principalId",
                    "userIdentity.type",
                ),
                "event": "eventName",
                "user_agent": "userAgent",
                "error": ("errorMessage", "errorCode"),
                "reason": "errorCode",
                "region": "awsRegion",
                "account": "recipientAccountId",
            },
            When(
                {
                    "eventName": "ConsoleLogin",
                    _ANSWER: "Failure",
                    "errorMessage": re.compile("(?i)no username"),
                },
                outcome="failure",
                reason="invalid_user",
                **_LOGIN,
            ),
            When(
                {"eventName": ("ConsoleLogin", "SwitchRole", "ExitRole"), _ANSWER: "Failure"},
                outcome="failure",
                **_LOGIN,
            ),
            When({"eventName": "ConsoleLogin", _ANSWER: "Success"}, outcome="success", **_LOGIN),
            When({"eventName": "ConsoleLogin", "errorMessage": ANY}, outcome="failure", **_LOGIN),
            When(
                {"eventName": "CheckMfa", "responseElements.CheckMfa": "Failure"},
                outcome="failure",
                reason="mfa",
                **_LOGIN,
            ),
            When(
                {
                    "eventName": (
                        "PasswordRecoveryRequested",
                        "PasswordRecoveryCompleted",
                        "ChangePassword",
                        "UpdateLoginProfile",
                    )
                },
                action="password_change",
                **_CHANGED,
            ),
            When(
                {
                    "eventName": (
                        "CreateUser",
                        "DeleteUser",
                        "CreateAccessKey",
                        "DeleteAccessKey",
                        "AttachUserPolicy",
                        "PutUserPolicy",
                        "AddUserToGroup",
                        "CreateLoginProfile",
                    )
                },
                action="account_change",
                **_CHANGED,
            ),
            When(
                {"eventName": ("StopLogging", "DeleteTrail")},
                category="configuration",
                action="log_cleared",
            ),
            When({"readOnly": "false"}, category="configuration", action="change"),
            require=("eventSource", "eventName", "eventTime"),
        ),
    ),
)
