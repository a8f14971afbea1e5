"""ProFTPD, over syslog and in its own log file.

Between program and sentence stands ``server (client[192.0.2.1])``; the address is taken from
there, since the sentence itself holds the name that the client chose.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:[^ ]+ )?\((?P<client>[^\[(]*)\[(?P<src_ip>[^\]]*)\]\)(?::| -) "

SOURCE = Source(
    name="proftpd",
    title="ProFTPD",
    logsource=Logsource(product="linux", service="proftpd"),
    programs=("proftpd", "in.proftpd"),
    marks=(
        ": no such user found from ",
        " (Login failed): ",
        "SECURITY VIOLATION: ",
        "FTP session opened.",
    ),
    plain_login=False,
    constants={"service": "ftp"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}USER (?P<user>.*): no such user found(?: from .* to (?P<dst>[^ ]+))?",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}USER (?P<user>.*) \(Login failed\): (?P<why>[Nn]o such user found[^\n]*)",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}USER (?P<user>.*) \(Login failed\): (?P<why>Incorrect password[^\n]*)",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:USER|ANON) (?P<user>.*) \(Login failed\):? ?(?P<why>[^\n]*)",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}SECURITY VIOLATION: (?P<user>[^ ]*) login attempted", reason="not_allowed"
            ),
            Pattern(
                rf"{_LEAD}(?P<why>Maximum login attempts[^\n]*exceeded[^\n]*)", reason="rate_limit"
            ),
            Pattern(r"(?P<why>Maximum login attempts[^\n]*exceeded[^\n]*)", reason="rate_limit"),
            Pattern(
                rf"{_LEAD}(?P<why>PAM\([^)]*\): Authentication failure|mod_auth[^\n]*failed[^\n]*)"
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}(?:USER|ANON) (?P<user>.*): Login successful",
                category="authentication",
                outcome="success",
                action="login",
            ),
            Pattern(
                rf"{_LEAD}Connection from (?P<peer>.*) \[(?P<peer_ip>[^\]]*)\] denied",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}(?:FTP|SSH2|SFTP|FTPS) session opened",
                category="network",
                action="connect",
            ),
            Pattern(
                rf"{_LEAD}(?:FTP|SSH2|SFTP|FTPS) session closed", category="network", action="close"
            ),
            Pattern(rf"{_LEAD}(?P<why>[^\n]*)", category="network"),
        ),
    ),
)
