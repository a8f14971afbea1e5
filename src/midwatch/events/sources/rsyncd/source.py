"""rsync as a daemon, over syslog and in its own log file."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:\[(?P<pid>\d+)\] )?"
_FROM: Final = r"from (?P<src_host>[^ ]+) \((?P<src_ip>[^ ()]+)\)"

SOURCE = Source(
    name="rsyncd",
    title="rsync daemon",
    logsource=Logsource(product="linux", service="rsync"),
    programs=("rsyncd", "rsync"),
    marks=(
        "auth failed on module ",
        "rsync denied on module ",
        "unknown module '",
        "] connect from ",
        "rsync on ",
        "rsync to ",
    ),
    plain_login=False,
    constants={"service": "ftp"},
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}auth failed on module (?P<module>[^ ]+) {_FROM}(?: for (?P<user>.*))?: (?P<why>unauthorized user|unknown user|no secret[^\n]*|missing secret[^\n]*)",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_LEAD}auth failed on module (?P<module>[^ ]+) {_FROM}(?: for (?P<user>.*))?: (?P<why>[^:\n]*)$",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}auth failed on module (?P<module>[^ ]+) {_FROM}", reason="bad_password"
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}rsync (?:denied|refused|allowed access denied) on module (?P<module>[^ ]+) {_FROM}",
                category="network",
                action="block",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}unknown module '(?P<module>.*)' tried {_FROM}",
                category="network",
                action="scan",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_LEAD}rsync (?P<operation>on|to) (?P<module>[^ ]+) (?:from (?P<user>[^ @]+)@(?P<src_host>[^ ]+) \((?P<src_ip>[^ ()]+)\))",
                category="file",
            ),
            Pattern(
                rf"{_LEAD}rsync (?P<operation>on|to) (?P<module>[^ ]+) {_FROM}", category="file"
            ),
            Pattern(rf"{_LEAD}connect {_FROM}", category="network", action="connect"),
        ),
    ),
)
