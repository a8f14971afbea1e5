"""Dropbear, the small SSH server of routers and appliances, versions 0.5x to 2024.

Newer releases on systems without syslog write their own pid and time stamp before the
sentence: ``[825] Jul 10 23:53:52 Bad password attempt ...``. A session that ends before
authentication counts as a failed login, unless the client just left.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

_OWN: Final = r"(?:\[\d+\] [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?"
_FROM: Final = r"from <?(?P<src>[^ >]+)>?"
_FAILS: Final = r"(?:\(user '(?P<user>.*)', (?P<fails>\d+) fails\): ?)"

SOURCE = Source(
    name="dropbear",
    title="Dropbear SSH server",
    logsource=Logsource(product="linux", service="dropbear"),
    programs=("dropbear", "dropbearmulti"),
    marks=(
        "assword attempt for '",
        "ogin attempt for nonexistent user",
        "Exit before auth",
        "assword auth succeeded for '",
        "Pubkey auth succeeded for '",
        "): Disconnect received",
        "): Exited normally",
        "Child connection from ",
    ),
    plain_login=False,
    constants={"service": "ssh"},
    carry=Carry("pid", ("src",)),
    readers=(
        Patterns(
            Pattern(
                rf"{_OWN}[Bb]ad (?:PAM )?password attempt for '(?P<user>.*)' {_FROM}",
                auth_method="password",
                reason="bad_password",
            ),
            Pattern(
                rf"{_OWN}[Ll]ogin attempt for nonexistent user (?:'(?P<user>.*)' )?{_FROM}",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_OWN}[Ll]ogin attempt with wrong user (?P<user>.*) {_FROM}",
                reason="invalid_user",
            ),
            Pattern(
                rf"{_OWN}(?:[Bb]ad|[Pp]ubkey auth bad signature|[Pp]ubkey auth attempt with unknown algo|[Bb]ad pubkey signature|[Bb]ad public key|[Bb]ad [^ ]+) ?(?:attempt )?for '(?P<user>.*)' {_FROM}",
                auth_method="publickey",
            ),
            Pattern(
                rf"{_OWN}[Ee]xit before auth {_FROM}: {_FAILS}(?:Max auth tries reached|Timeout before auth|[^E\n])",
                reason="rate_limit",
            ),
            Pattern(
                rf"{_OWN}[Ee]xit before auth {_FROM}: [Mm]ax auth tries reached - user '(?P<user>.*)'",
                reason="rate_limit",
            ),
            Pattern(
                rf"{_OWN}[Ee]xit before auth(?: \(user '.{{0,255}}', (?P<fails>\d+) fails\))?: [Mm]ax auth tries reached - user '(?P<user>.*)' {_FROM}",
                reason="rate_limit",
            ),
            Pattern(rf"{_OWN}[Ee]xit before auth {_FROM}: (?P<why>[^E\n][^\n]*|E[^x][^\n]*)"),
            Pattern(
                rf"{_OWN}[Ee]xit before auth \(user '(?P<user>.*)', (?P<fails>[1-9]\d*) fails\): (?P<why>[^\n]*)"
            ),
            Pattern(
                rf"{_OWN}[Rr]oot login (?:rejected|disabled)(?: {_FROM})?",
                user="root",
                reason="not_allowed",
            ),
            Pattern(
                rf"{_OWN}[Uu]ser '(?P<user>.*)' (?P<why>has (?:invalid shell|blank password), rejected)(?: {_FROM})?",
                reason="not_allowed",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_OWN}(?:PAM )?[Pp]assword auth succeeded for '(?P<user>.*)' {_FROM}",
                auth_method="password",
            ),
            Pattern(
                rf"{_OWN}[Pp]ubkey auth succeeded for '(?P<user>.{{0,255}})' with (?P<key>.{{0,255}}) {_FROM}",
                auth_method="publickey",
            ),
            Pattern(rf"{_OWN}[Aa]uth succeeded with blank password for '(?P<user>.*)' {_FROM}"),
            category="authentication",
            outcome="success",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_OWN}[Ee]xit \((?P<user>.*?)\)(?: {_FROM})?: (?P<why>[^\n]*)",
                category="authentication",
                action="logout",
            ),
            Pattern(rf"{_OWN}[Cc]hild connection {_FROM}", category="network", action="connect"),
            Pattern(
                rf"{_OWN}[Ee]xit before auth(?: {_FROM})?(?: \(user '(?P<user>.*)', (?P<fails>\d+) fails\))?: (?P<why>[^\n]*)",
                category="network",
                action="close",
            ),
            Pattern(
                rf"{_OWN}(?P<why>Not backgrounding|Running in background|Early exit: [^\n]*|Terminated by signal|premature exit: [^\n]*)",
                category="system",
            ),
        ),
    ),
)
