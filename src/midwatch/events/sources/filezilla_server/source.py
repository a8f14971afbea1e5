"""FileZilla Server: the log of 1.x and that of 0.9.

1.x: ``<< [FTP Session 5 192.0.2.1 eve] 530 Login incorrect.`` (``<<`` is what the server says).
0.9: ``(000002) 2/1/2026 10:00:00 - (not logged in) (192.0.2.1)> 530 Login or password incorrect!``
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

_NEW: Final = r"(?:<<|>>|==|!!|--)? ?\[(?P<protocol>FTPS?|Admin(?:istration)?) (?:Session|Server) (?P<session>\d+)(?: (?P<src_ip>[0-9A-Fa-f:.]+))?(?: (?P<user>[^\]]*))?\] "
_OLD: Final = r"\((?P<session>\d{6})\) ?(?P<time>[^()]{8,30}?) - (?:\(not logged in\)|(?P<user>.{1,128}?)) \((?P<src_ip>[^)]{2,64})\)> ?"

SOURCE = Source(
    name="filezilla_server",
    title="FileZilla Server",
    logsource=Logsource(product="filezilla"),
    programs=("filezilla-server", "filezilla"),
    marks=(
        ")> 230 ",
        ")> 530 ",
        "[FTP Session ",
        "[FTPS Session ",
        "(not logged in) (",
        "[FTP Server]",
        "[Administration ",
    ),
    plain_login=False,
    constants={"service": "ftp"},
    carry=Carry("session", ("src_ip", "user")),
    readers=(
        Patterns(
            *(
                Pattern(
                    rf"{lead}(?P<ftp_status>530) (?:Login|User|Password)[^\n]{{0,80}}?(?:incorrect|cannot log in|failed|denied)",
                    reason="bad_password",
                )
                for lead in (_NEW, _OLD)
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            *(Pattern(rf"{lead}(?P<ftp_status>230) [^\n]*") for lead in (_NEW, _OLD)),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            Pattern(
                r"(?:<<|>>|==|!!|--)? ?\[(?P<protocol>FTPS?) Session (?P<session>\d+)(?: (?P<src_ip>[0-9A-Fa-f:.]+))?\] USER (?P<user>[^\n]*)"
            ),
            Pattern(
                r"\((?P<session>\d{6})\) ?(?P<time>[^()]{8,30}?) - \(not logged in\) \((?P<src_ip>[^)]*)\)> ?USER (?P<user>[^\n]*)"
            ),
            *(Pattern(rf"{lead}(?P<why>[^\n]*)") for lead in (_NEW, _OLD)),
            category="network",
        ),
    ),
)
