"""Google Workspace: activities of the Reports API (login, admin, drive), one object per activity."""

import re

from midwatch.events.readers import JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_CHANGED: dict[str, Value] = {"category": "authentication", "outcome": "success"}
_NAME, _APP = "events.0.name", "id.applicationName"

SOURCE = Source(
    name="google_workspace",
    title="Google Workspace",
    logsource=Logsource(product="gcp", service="google_workspace.login"),
    programs=("gsuite", "google_workspace"),
    marks=('"admin#reports#activity"', '"applicationName":"login"', '"applicationName": "login"'),
    claims=False,
    priority=40,
    constants={"service": "app"},
    readers=(
        JsonObject(
            {
                "time": "id.time",
                "src_ip": "ipAddress",
                "user": ("actor.email", "actor.profileId"),
                "event": "events.0.name",
                "application": "id.applicationName",
            },
            When({_NAME: "login_failure"}, **_FAILED),
            When(
                {_NAME: re.compile("^(?:account_disabled_|suspicious_login|gov_attack_warning)")},
                category="ids",
                action="alert",
            ),
            When({_NAME: "login_challenge"}, **_LOGIN),
            When({_NAME: "login_success"}, outcome="success", **_LOGIN),
            When({_NAME: "logout"}, action="logout", **_CHANGED),
            When(
                {_NAME: re.compile("(?i)^(?:password_edit|change_password)")},
                action="password_change",
                **_CHANGED,
            ),
            When(
                {_APP: "admin", _NAME: re.compile("USER|ROLE|GROUP_MEMBER")},
                action="account_change",
                **_CHANGED,
            ),
            When({_APP: "admin"}, category="configuration", action="change"),
            When({_APP: "drive"}, category="file"),
            require=("id.applicationName", "events"),
        ),
    ),
)
