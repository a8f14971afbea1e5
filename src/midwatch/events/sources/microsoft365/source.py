"""Microsoft 365's unified audit log (Office 365 Management Activity API), one object per record.

Records that a collector put under a key of its own (``office365``) are read too.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.readers import JsonObject, When
from midwatch.events.readers.mapping import Keys
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: Final[dict[str, Value]] = {"category": "authentication", "action": "login"}
_FAILED: Final[dict[str, Value]] = {**_LOGIN, "outcome": "failure"}
_CHANGED: Final[dict[str, Value]] = {"category": "authentication", "outcome": "success"}
_MAIL_RULES: Final = (
    "New-InboxRule",
    "Set-InboxRule",
    "UpdateInboxRules",
    "Set-Mailbox",
    "New-TransportRule",
    "Set-TransportRule",
)


def _reader(prefix: str) -> JsonObject:
    """A reader of records whose keys stand under a prefix."""

    def key(*names: str) -> tuple[str, ...]:
        return tuple(prefix + name for name in names)

    operation, error = f"{prefix}Operation", f"{prefix}LogonError"
    fields: dict[str, Keys] = {
        "time": key("CreationTime"),
        "src": key("ClientIP", "ClientIPAddress", "ActorIpAddress"),
        "user": key("UserId"),
        "event": key("Operation"),
        "workload": key("Workload"),
        "file": key("SourceFileName", "ObjectId"),
        "user_agent": key("UserAgent"),
        "error": key("LogonError"),
    }
    return JsonObject(
        fields,
        When(
            {
                operation: "UserLoginFailed",
                error: re.compile("InvalidUserName|UserAccountNotFound|InvalidPasswordExpired"),
            },
            **_FAILED,
        ),
        When(
            {operation: "UserLoginFailed", error: re.compile("Lockout|Locked|IdsLocked")},
            reason="locked",
            **_FAILED,
        ),
        When(
            {operation: "UserLoginFailed", error: re.compile("StrongAuth|Mfa|Proofup")},
            reason="mfa",
            **_FAILED,
        ),
        When(
            {
                operation: (
                    "UserLoginFailed",
                    "ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken",
                    "LoginFailed",
                )
            },
            **_FAILED,
        ),
        When(
            {operation: ("UserLoggedIn", "MailboxLogin", "TeamsSessionStarted")},
            outcome="success",
            **_LOGIN,
        ),
        When({operation: ("UserLoggedOff", "SignOutEvent")}, action="logout", **_CHANGED),
        When(
            {
                operation: (
                    "Change user password.",
                    "Reset user password.",
                    "Set force change user password.",
                )
            },
            action="password_change",
            **_CHANGED,
        ),
        When(
            {
                operation: re.compile(
                    r"^(?:Add|Delete|Update|Disable|Enable) (?:user|member to role|member to group)|^(?:Add|Remove)-MailboxPermission$"
                )
            },
            action="account_change",
            **_CHANGED,
        ),
        When({operation: _MAIL_RULES}, category="configuration", action="change"),
        When({operation: re.compile("(?i)malware")}, category="malware", action="detect"),
        When({operation: re.compile("^File|^Folder|^AnonymousLink|^SharingSet")}, category="file"),
        require=(operation, f"{prefix}CreationTime"),
    )


SOURCE = Source(
    name="microsoft365",
    title="Microsoft 365 audit log",
    logsource=Logsource(product="m365", service="audit"),
    programs=("office365", "o365", "microsoft365"),
    marks=('"Workload":', '"office365":', '"RecordType":', '"OrganizationId":'),
    claims=False,
    priority=40,
    constants={"service": "app"},
    readers=(_reader(""), _reader("office365."), _reader("o365.audit.")),
)
