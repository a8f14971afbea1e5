"""``su``: changing to another account, as shadow, util-linux, BSD, Solaris, AIX and IRIX say it.

``user`` is the account that was asked for, ``src_user`` the one that asked.
"""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="su",
    title="su",
    logsource=Logsource(product="linux", service="su"),
    programs=("su", "su-l", "runuser"),
    plain_login=False,
    constants={"service": "su"},
    readers=(
        Patterns(
            Pattern(r"FAILED su for (?P<user>.*) by (?P<src_user>[^ ]*)"),
            Pattern(r"FAILED SU \(to (?P<user>.*)\) (?P<src_user>[^ ]+) on (?P<tty>[^ ]+)"),
            Pattern(r"BAD SU (?P<src_user>[^ ]+) to (?P<user>[^ ]+) on (?P<tty>[^ ]+)"),
            Pattern(r"- (?P<tty>[^ ]+) (?P<src_user>[^ :]+?)[:-](?P<user>[^ ]*) *$"),
            Pattern(r"'su (?P<user>[^']*)' failed for (?P<src_user>[^ ]+) on (?P<tty>[^ ]+)"),
            Pattern(r"failed: (?P<tty>[^ ]+) changing from (?P<src_user>[^ ]+) to (?P<user>[^ ]+)"),
            Pattern(r"BAD SU from (?P<src_user>[^ ]+) to (?P<user>[^ ]+) at (?P<tty>[^ ]+)"),
            Pattern(r"Authentication failed for (?P<user>[^ ]+)(?:; by (?P<src_user>[^ ]+))?"),
            Pattern(r"pam_authenticate: (?P<why>Authentication failure|Permission denied)"),
            Pattern(r"No passwd entry for user '(?P<user>[^']*)'", reason="invalid_user"),
            Pattern(r"(?:Sorry: )?(?P<why>password authentication failed)"),
            category="authentication",
            outcome="failure",
            action="privilege",
            reason="bad_password",
        ),
        Patterns(
            Pattern(r"Successful su for (?P<user>.*) by (?P<src_user>[^ ]*)"),
            Pattern(r"\(to (?P<user>.*)\) (?P<src_user>[^ ]+) on (?P<tty>[^ ]+)"),
            Pattern(r"\+ (?P<tty>[^ ]+) (?P<src_user>[^ :]+?)[:-](?P<user>[^ ]*) *$"),
            Pattern(r"'su (?P<user>[^']*)' succeeded for (?P<src_user>[^ ]+) on (?P<tty>[^ ]+)"),
            Pattern(
                r"(?:succeeded: )?(?P<tty>[^ ]+) changing from (?P<src_user>[^ ]+) to (?P<user>[^ ]+)"
            ),
            Pattern(r"from (?P<src_user>[^ ]+) to (?P<user>[^ ]+) at (?P<tty>[^ ]+)"),
            Pattern(r"(?P<src_user>[^ ]+) to (?P<user>[^ ]+) on (?P<tty>[^ ]+)"),
            category="authentication",
            outcome="success",
            action="privilege",
        ),
    ),
)
