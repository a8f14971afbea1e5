"""WU-FTPD, BSD's and GNU's ``ftpd``: the old FTP servers and what was made of them."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_FROM: Final = r"(?P<src_host>[^ \[]*) ?\[(?P<src_ip>[^\]]*)\]"
_NAME: Final = r"(?P<src>[^ ,\[]+)"

SOURCE = Source(
    name="wu_ftpd",
    title="WU-FTPD and ftpd",
    logsource=Logsource(product="linux", service="ftpd"),
    programs=(
        "wu-ftpd",
        "ftpd",
        "in.ftpd",
        "wuftpd",
        "ftp",
        "bftpd",
        "lukemftpd",
        "tnftpd",
        "gssftp",
    ),
    plain_login=False,
    constants={"service": "ftp"},
    readers=(
        Patterns(
            Pattern(
                rf"(?:repeated )?(?:failed login|login fail(?:ed|ures?))[^\n]*? (?:from|FROM) {_FROM}(?:, (?P<user>[^\n]*))?"
            ),
            Pattern(
                rf"(?:FTP )?LOGIN FAILED,? (?:\([^)]*\) )?(?:FOR (?P<user>[^ ]+) )?FROM {_FROM}"
            ),
            Pattern(
                rf"(?:FTP )?(?:LOGIN|ACCESS) REFUSED (?:\((?P<why>[^)]*)\) )?FROM {_FROM}(?:, (?P<user>[^\n]*))?",
                reason="not_allowed",
            ),
            Pattern(
                rf"(?:FTP )?LOGIN (?:FAILED|REFUSED),? (?:\([^)]*\) )?FOR (?P<user>[^ ]+) FROM {_NAME}"
            ),
            Pattern(
                rf"(?:FTP )?LOGIN (?:FAILED|REFUSED),? (?:\([^)]*\) )?FROM {_NAME}(?:, (?P<user>[^\n]*))?"
            ),
            Pattern(rf"(?:repeated )?login failures? (?:from|FROM) {_NAME}(?:, (?P<user>[^\n]*))?"),
            Pattern(r"Login incorrect for (?P<user>.*)"),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(rf"(?:ANONYMOUS )?FTP LOGIN FROM {_FROM}(?:, (?P<user>[^\n]*))?"),
            Pattern(rf"FTP LOGIN FROM {_NAME}(?:(?: as|,) (?P<user>[^\n]*))?"),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            Pattern(
                r"connection from (?P<src>[^ ]+)(?: at (?P<at>[^\n]*))?",
                category="network",
                action="connect",
            ),
            Pattern(r"FTP session closed", category="network", action="close"),
        ),
    ),
)
