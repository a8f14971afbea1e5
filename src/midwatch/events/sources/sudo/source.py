"""``sudo``: commands run for somebody else, and attempts that were refused.

``user`` is the account the command was to run as, ``src_user`` the one that asked. A refusal
(wrong password, not in sudoers, command not allowed) is a failed authentication with the
action ``privilege``.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_WHERE: Final = (
    r"(?:HOST=(?P<sudo_host>[^ ;]*) ; )?(?:TTY=(?P<tty>[^ ;]*) ; )?(?:(?:CHROOT|CWD)=[^;]* ; )?"
    r"PWD=(?P<pwd>[^;]*) ; USER=(?P<user>[^ ;]*)(?: ; (?:GROUP|TSID|ENV)=[^;]*)* ?"
    r"(?:; COMMAND=(?P<command>[^\n]*))?"
)
_ASKER: Final = r" *(?P<src_user>[^ :]+) : "

SOURCE = Source(
    name="sudo",
    title="sudo",
    logsource=Logsource(product="linux", service="sudo"),
    programs=("sudo", "sudo-rs", "sudoreplay"),
    marks=(" ; COMMAND=",),
    plain_login=False,
    constants={"service": "sudo"},
    readers=(
        Patterns(
            Pattern(_ASKER + _WHERE, outcome="success"),
            Pattern(
                rf"{_ASKER}(?P<attempts>\d+) incorrect password attempts? ; {_WHERE}",
                outcome="failure",
                reason="bad_password",
            ),
            Pattern(
                rf"{_ASKER}(?P<why>user NOT in sudoers|user NOT authorized on host) ; {_WHERE}",
                outcome="failure",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_ASKER}(?P<why>command not allowed|a password is required|no tty present[^;]*|sorry, you must have a tty to run sudo|authentication failure|account validation failure[^;]*|a terminal is required[^;]*) ; {_WHERE}",
                outcome="failure",
                reason="not_allowed",
            ),
            Pattern(
                r" *(?P<src_user>[^ :]+) is not in the sudoers file",
                outcome="failure",
                reason="not_allowed",
            ),
            Pattern(rf"{_ASKER}\(command continued\) (?P<command>[^\n]*)"),
            Pattern(rf"{_ASKER}(?P<why>[^;\n]*)(?: ; {_WHERE})?"),
            category="authentication",
            action="privilege",
        ),
    ),
)
