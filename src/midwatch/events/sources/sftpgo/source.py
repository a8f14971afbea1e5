"""SFTPGo's log: JSON objects with ``sender``, for logins, transfers and its web server."""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.readers import ANY, JsonObject, Part, When
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LOGGED_IN: Final = re.compile(r'^User ".*" logged in with ')

SOURCE = Source(
    name="sftpgo",
    title="SFTPGo",
    logsource=Logsource(product="sftpgo"),
    programs=("sftpgo",),
    marks=(
        '"sender":"connection_failed"',
        '"sender":"SSH"',
        '"sender":"SFTP"',
        '"sender":"FTP"',
        '"sender":"WebDAV"',
        '"sender":"Upload"',
        '"sender":"Download"',
        '"sender":"httpd"',
        '"sender":"sftpd"',
        '"sender":"ftpd"',
        '"sender":"login"',
        '"sender":"defender"',
    ),
    plain_login=False,
    constants={"service": "ftp"},
    readers=(
        JsonObject(
            {
                "time": "time",
                "severity": "level",
                "session": "connection_id",
                "user": ("username", Part("message", r'^User "(.*)" logged in with ')),
                "src": (
                    "client_ip",
                    "remote_addr",
                    Part("message", r'^User ".*" logged in with "[^"]*",? from ip "([^"]*)"'),
                ),
                "auth_method": ("login_type", Part("message", r' logged in with "([^"]*)"')),
                "protocol": ("protocol", "proto"),
                "reason": "error",
                "file": ("file_path", "path"),
                "http_method": "method",
                "url_path": "uri",
                "http_status": "resp_status",
                "user_agent": "user_agent",
            },
            When(
                {"sender": "connection_failed", "login_type": "no_auth_tried"},
                category="network",
                action="scan",
            ),
            When(
                {"sender": "connection_failed"},
                category="authentication",
                outcome="failure",
                action="login",
            ),
            When(
                {"message": _LOGGED_IN},
                category="authentication",
                outcome="success",
                action="login",
            ),
            When({"sender": "httpd", "uri": ANY}, category="web", action="request"),
            When(
                {"sender": ("Upload", "Download", "Rename", "Remove", "Mkdir", "Rmdir")},
                category="file",
            ),
            When({"sender": "defender"}, category="network", action="block"),
            require=("sender", "level"),
            category="system",
        ),
    ),
)
