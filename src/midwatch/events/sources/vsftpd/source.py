"""vsftpd's own log (``vsftpd.log``), also over syslog.

The name stands in brackets before the verdict, the address in quotes after it.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:\[pid (?P<pid>\d+)\] )?(?:\[(?P<user>.*)\] )?"
_CLIENT: Final = r'Client "(?P<src_ip>[^"]*)"'

SOURCE = Source(
    name="vsftpd",
    title="vsftpd",
    logsource=Logsource(product="linux", service="vsftpd"),
    programs=("vsftpd",),
    marks=(
        'FAIL LOGIN: Client "',
        'OK LOGIN: Client "',
        'CONNECT: Client "',
        'FTP response: Client "',
        'FTP command: Client "',
        'OK UPLOAD: Client "',
        'OK DOWNLOAD: Client "',
        ' DELETE: Client "',
        ' MKDIR: Client "',
        ' RENAME: Client "',
    ),
    plain_login=False,
    constants={"service": "ftp"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}FAIL LOGIN: {_CLIENT}(?:, anon password \"[^\"]*\")? *$",
                category="authentication",
                outcome="failure",
                action="login",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}OK LOGIN: {_CLIENT}(?:, anon password \"(?P<anonymous>.*)\")? *$",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(rf"{_LEAD}CONNECT: {_CLIENT}", category="network", action="connect"),
            Pattern(
                rf"{_LEAD}(?P<verdict>OK|FAIL) (?P<operation>UPLOAD|DOWNLOAD|DELETE|MKDIR|RMDIR|RENAME|CHMOD): {_CLIENT}, \"(?P<file>[^\"]*)\"(?:, (?P<bytes_in>\d+) bytes)?",
                category="file",
            ),
            Pattern(
                rf"{_LEAD}FTP (?:response|command): {_CLIENT}, \"(?P<ftp>[^\n]*)\"",
                category="network",
            ),
        ),
    ),
)
