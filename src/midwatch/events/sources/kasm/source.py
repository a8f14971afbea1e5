"""Kasm Workspaces: JSON lines of its API server."""

import re

from midwatch.events.readers import JsonObject, Part, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_METRIC = "metric_name"

SOURCE = Source(
    name="kasm",
    title="Kasm Workspaces",
    logsource=Logsource(product="kasm"),
    programs=("kasm", "kasm_api"),
    marks=('"metric_name": "account.', '"metric_name":"account.', '"client_api_server"'),
    claims=False,
    constants={"service": "app"},
    readers=(
        JsonObject(
            {
                "time": "asctime",
                "src_ip": Part("request_ip", r"^([^, ]+)"),
                "user": (
                    "metric_attributes.username",
                    Part("message", r"user(?:name)?:? \((.*?)\)"),
                    Part("message", r"user(?:name)?:? ([^ ()]+)$"),
                ),
                "severity": "levelname",
                "url_path": "path_info",
                "user_agent": "user_agent",
            },
            When(
                {_METRIC: "account.login.failed_invalid_user"},
                outcome="failure",
                reason="invalid_user",
                **_LOGIN,
            ),
            When(
                {_METRIC: "account.login.failed_invalid_password"},
                outcome="failure",
                reason="bad_password",
                **_LOGIN,
            ),
            When(
                {_METRIC: re.compile(r"^account\.login\.(?:failed_)?(?:.*locked|.*disabled)")},
                outcome="failure",
                reason="locked",
                **_LOGIN,
            ),
            When(
                {_METRIC: re.compile(r"^account\.(?:login\.failed|two_factor.*fail|.*failed_2fa)")},
                outcome="failure",
                **_LOGIN,
            ),
            When({_METRIC: "account.login.successful"}, outcome="success", **_LOGIN),
            When(
                {_METRIC: re.compile(r"^account\.logout")},
                category="authentication",
                outcome="success",
                action="logout",
            ),
            require=("asctime", "message"),
        ),
    ),
)
