"""GitLab: ``application.log``, ``production_json.log``, ``auth_json.log``, ``audit_json.log`` and API logs."""

import re

from midwatch.events.readers import (
    ANY,
    JsonObject,
    Pattern,
    Patterns,
    When,
    WithSentence,
    json_text,
)
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_CHANGED: dict[str, Value] = {"category": "authentication", "outcome": "success"}
_SIGN_IN = re.compile(
    r"/users/sign_in|/users/auth/|/oauth/token|/api/v4/session|/users/two_factor|/jwt/auth"
)
_DATE = r"(?:[A-Z][a-z]+ \d{1,2}, \d{4} \d\d:\d\d: )?"
_SENTENCES = Patterns(
    Pattern(r"Failed Login: username=(?P<user>.*) ip=(?P<src_ip>[^ ]+)$", **_FAILED),
    Pattern(
        r"Successful Login: username=(?P<user>.*) ip=(?P<src_ip>[^ ]+) method=(?P<auth_method>.*?) admin=(?P<admin>[^ ]*)$",
        outcome="success",
        **_LOGIN,
    ),
    Pattern(
        r"User Logout: username=(?P<user>.*) ip=(?P<src_ip>[^ ]+)$", action="logout", **_CHANGED
    ),
    Pattern(
        r"Login attempt (?:failed|blocked)[^=]*username=(?P<user>.*) ip=(?P<src_ip>[^ ]+)",
        **_FAILED,
    ),
    Pattern(
        r"Account Locked: username=(?P<user>.*)$",
        category="authentication",
        outcome="failure",
        action="lockout",
        reason="locked",
    ),
    Pattern(
        rf"{_DATE}User (?:\"(?P<user>[^\"]*)\"|(?P<user_id>[^ ]+)) ?\((?P<email>[^)]*)\) was (?P<change>created|removed|blocked|unblocked)",
        action="account_change",
        **_CHANGED,
    ),
    Pattern(
        rf"{_DATE}(?P<object>Project|Group) \"(?P<object_name>[^\"]*)\" was (?P<change>created|removed)",
        category="configuration",
        action="change",
    ),
)

SOURCE = Source(
    name="gitlab",
    title="GitLab",
    logsource=Logsource(product="gitlab"),
    programs=("gitlab", "gitlab-rails"),
    marks=(
        "Failed Login: username=",
        "Successful Login: username=",
        "User Logout: username=",
        '"correlation_id":"',
        '"controller":"',
        '"author_name":"',
        '"gitaly_calls":',
        " was removed",
        " was created",
    ),
    claims=False,
    priority=30,
    constants={"service": "app"},
    readers=(
        WithSentence(
            JsonObject(
                {
                    "time": "time",
                    "src_ip": ("remote_ip", "ip_address", "ip", "meta.remote_ip"),
                    "user": ("username", "meta.user", "author_name", "user"),
                    "http_method": ("method", "request_method"),
                    "url_path": ("path", "fullpath", "route"),
                    "http_status": "status",
                    "user_agent": ("ua", "user_agent"),
                    "severity": "severity",
                    "controller": "controller",
                },
                When({"path": _SIGN_IN, "status": ("401", "403")}, **_FAILED),
                When(
                    {"message": "Rack_Attack", "env": "throttle"},
                    category="web",
                    action="rate_limit",
                ),
                When({"message": "Rack_Attack"}, category="web", action="deny"),
                When({"custom_message": re.compile("(?i)failed to login|login failed")}, **_FAILED),
                When({"add": "user"}, action="account_change", **_CHANGED),
                When({"change": "password"}, action="password_change", **_CHANGED),
                When(
                    {"author_name": ANY, "change": ANY}, category="configuration", action="change"
                ),
                When({"method": ANY, "path": ANY, "status": ANY}, category="web", action="request"),
            ),
            json_text("message"),
            _SENTENCES,
        ),
        _SENTENCES,
    ),
)
