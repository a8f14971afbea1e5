"""Teleport's audit log: one JSON object a line, each with an event code such as ``T1000W``."""

from __future__ import annotations

import re

from midwatch.events.readers import JsonObject, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="teleport",
    title="Teleport",
    logsource=Logsource(product="teleport"),
    programs=("teleport",),
    marks=('"code":"T', '"code": "T', '"cluster_name":'),
    plain_login=False,
    readers=(
        JsonObject(
            {
                "time": "time",
                "user": "user",
                "src_user": "impersonator",
                "auth_method": "method",
                "src": "addr.remote",
                "dst": "addr.local",
                "dst_host": ("server_hostname", "db_service", "kubernetes_cluster"),
                "session": "sid",
                "command": ("command", "db_query"),
                "reason": ("error", "reason"),
                "user_agent": "user_agent",
                "protocol": "proto",
            },
            When(
                {"code": ("T1000W", "T1011W", "T3007W", "T1015W", "T1028W")},
                category="authentication",
                outcome="failure",
                action="login",
            ),
            When(
                {"event": ("user.login", "auth", "session.connect"), "success": "false"},
                category="authentication",
                outcome="failure",
                action="login",
            ),
            When(
                {"code": ("T1000I", "T1011I", "TJ001I", "TJ002I")},
                category="authentication",
                outcome="success",
                action="login",
            ),
            When(
                {"event": ("session.end", "session.leave", "client.disconnect")},
                category="authentication",
                action="logout",
            ),
            When(
                {"event": re.compile(r"^(?:user|saml|oidc|github|reset_password|recovery)\.")},
                category="authentication",
                action="account_change",
            ),
            When(
                {"event": re.compile(r"^user\.password_change|^password")},
                category="authentication",
                action="password_change",
            ),
            When({"event": "lock.created"}, category="authentication", action="lockout"),
            When({"event": re.compile(r"^(?:exec|session\.command)")}, category="process"),
            When(
                {
                    "event": re.compile(
                        r"^(?:session|db\.session|app\.session|port|x11|kube|windows\.desktop|scp|sftp)"
                    )
                },
                category="network",
                action="connect",
            ),
            When(
                {"event": re.compile(r"\.(?:created|updated|deleted|create|update|delete)$")},
                category="configuration",
                action="change",
            ),
            require=("event", "code"),
            category="system",
        ),
    ),
)
