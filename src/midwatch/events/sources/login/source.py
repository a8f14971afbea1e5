"""Logins at consoles and by the old remote shells: ``login``, getty, telnetd, rlogind, rshd.

Covers util-linux, shadow, BusyBox and the BSDs.
"""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="login",
    title="Console and telnet logins",
    logsource=Logsource(product="linux", service="login"),
    programs=(
        "login",
        "remote",
        "getty",
        "agetty",
        "mingetty",
        "telnetd",
        "in.telnetd",
        "utelnetd",
        "rlogind",
        "in.rlogind",
        "rshd",
        "in.rshd",
        "rexecd",
        "in.rexecd",
        "sulogin",
    ),
    marks=("FAILED LOGIN ", "TOO MANY LOGIN TRIES", "LOGIN FAILURE"),
    plain_login=False,
    readers=(
        Patterns(
            Pattern(
                r"(?:FAILED LOGIN \d+|TOO MANY LOGIN TRIES \(\d+\)) FROM (?P<tty>(?:/dev/)?(?:tty|pts/)[^ ]*) FOR (?P<user>.*), (?P<why>[^,\n]*)$",
            ),
            Pattern(
                r"FAILED LOGIN (?:SESSION |\(?\d+\)? )(?:on [`'](?P<tty>[^']*)' )?(?:FROM|from) [`']?(?P<src>[^' ]+)'? FOR [`']?(?P<user>.*?)'?, (?P<why>[^,\n]*)$"
            ),
            Pattern(
                r"FAILED LOGIN (?:SESSION |\(?\d+\)? )(?:on [`'](?P<tty>[^']*)' )?FOR [`']?(?P<user>.*?)'?, (?P<why>[^,\n]*)$"
            ),
            Pattern(
                r"TOO MANY LOGIN TRIES \(\d+\) FROM (?P<src>[^ ]+) FOR (?P<user>.*), (?P<why>[^,\n]*)$",
                reason="rate_limit",
            ),
            Pattern(
                r"invalid password for [`'](?P<user>.*)' on [`'](?P<tty>[^']*)' from [`'](?P<src>[^' ]*)' *$",
                reason="bad_password",
            ),
            Pattern(
                r"invalid password for [`'](?P<user>.*)' on [`'](?P<tty>[^']*)' *$",
                reason="bad_password",
            ),
            Pattern(r"invalid password for [`'](?P<user>.*)' *$", reason="bad_password"),
            Pattern(
                r"(?P<count>\d+) LOGIN FAILURES? (?:FROM (?P<src>[^ ,]+)|ON (?P<tty>[^ ,]+))(?:, (?P<user>[^\n]*))?"
            ),
            Pattern(
                r"(?:ROOT LOGIN REFUSED|LOGIN (?P<user>.*) REFUSED) (?:ON (?P<tty>[^ ]+))?(?: ?FROM (?P<src>[^ ]+))?",
                reason="not_allowed",
            ),
            Pattern(r"PAM authentication failed for (?P<rservice>[^ ]+)"),
            Pattern(
                r"(?:rsh|rlogin) denied to (?P<src_user>[^ @]*)@(?P<src>[^ ]+) as (?P<user>[^ :]+)(?:: (?P<why>[^\n]*))?",
                reason="not_allowed",
            ),
            Pattern(
                r"repeated login failures(?: on (?P<tty>[^ ]+))?(?:,? from (?P<src>[^ ]+))?",
                reason="rate_limit",
            ),
            Pattern(r"(?:login|Login) (?:failed|incorrect)[^\n]*", reason="bad_password"),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                r"ROOT LOGIN +(?:ON (?P<tty>[^ ]+)|on '(?P<terminal>[^']+)')(?: (?:FROM|from) '?(?P<src>[^ ']+)'?)?",
                user="root",
            ),
            Pattern(r"LOGIN ON (?P<tty>[^ ]+) BY (?P<user>[^ ]+)(?: FROM (?P<src>[^ ]+))?"),
            Pattern(r"DIALUP AT (?P<tty>[^ ]+) BY (?P<user>[^ ]+)"),
            Pattern(r"'(?P<user>[^']*)' logged in on '(?P<tty>[^']*)'(?: from '(?P<src>[^']*)')?"),
            Pattern(r"root login on '(?P<tty>[^']*)'(?: from '(?P<src>[^']*)')?", user="root"),
            Pattern(
                r"(?P<src_user>[^ @]*)@(?P<src>[^ ]+) as (?P<user>[^ :]+): cmd='(?P<command>.*)'"
            ),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            Pattern(
                r"Connection from (?:(?P<src_user>[^ @]*)@)?(?P<src>[^ ]+) on illegal port",
                action="scan",
                reason="malformed",
            ),
            Pattern(r"(?:connect|Connection|connection) from (?P<src>[^ ]+)", action="connect"),
            category="network",
        ),
    ),
)
