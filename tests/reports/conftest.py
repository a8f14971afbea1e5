"""Reports to write about: a night with attempts, and what can be changed in it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from midwatch.kernel import Level
from midwatch.reports.values import (
    Attacker,
    Attempt,
    Evidence,
    Gap,
    Hour,
    KindRow,
    Report,
    RulesUsed,
    SourceSeen,
    Trouble,
)

MINUTE = 60_000_000
HOUR = 60 * MINUTE
HOSTILE = (
    "\x1b]0;pwned\x07\x1b[2J<script>alert(1)</script>{{ 7*7 }}{% raw %}[red]x[/red]"
    "\u202egnp.exe\u2066\r\n=cmd|' /C calc'!A0\"'><img src=x onerror=alert(1)>\udc80"
)


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> int:
    return int(datetime(2026, 11, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1_000_000


VPN = Attempt(
    rule_id="vpn-guessing",
    rule_title="VPN passwords guessed",
    level=Level.HIGH,
    category="credential_attack",
    kind="VPN guessing",
    count=64,
    first=at(12, 22),
    last=at(13, 0),
    src_ip="198.51.100.7",
    country="NL",
    network="AS64500 Example Net",
    users=("j.ortiz",),
    services=("vpn",),
    techniques=("T1110.001",),
    files=("logs/vpn.log",),
    meaning="Someone tries one password after the other for an account that exists.",
    todo=("reset j.ortiz's VPN password or turn on MFA.",),
    falsepositives=("A telephone with an old password",),
    author="Midwatch",
    evidence=(
        Evidence("logs/vpn.log", 4711, 'login failed user="j.ortiz" srcip=198.51.100.7'),
        Evidence("logs/vpn.log", 4712, 'login failed user="j.ortiz" srcip=198.51.100.70'),
    ),
)
SSH = Attempt(
    rule_id="ssh-guessing",
    rule_title="SSH passwords guessed",
    level=Level.MEDIUM,
    category="credential_attack",
    kind="SSH guessing",
    count=121,
    first=at(12, 23),
    last=at(13, 1),
    src_ip="203.0.113.5",
    users=("root", "admin", "test", "pi"),
    services=("ssh",),
    files=("auth.log",),
    todo=("allow keys only for SSH",),
)
SCAN = Attempt(
    rule_id="port-scan",
    rule_title="Port scan",
    level=Level.LOW,
    category="port_scan",
    kind="port scans",
    count=1,
    first=at(13, 2),
    last=at(13, 2, 4),
    src_ip="192.0.2.9",
    ports=(22, 23, 80, 443, 3389),
)
CLEARED = Attempt(
    rule_id="log-cleared",
    rule_title="Security log cleared",
    level=Level.HIGH,
    category="host_compromise",
    kind="cleared log",
    count=1,
    first=at(13, 3),
    last=at(13, 3),
    users=("svc",),
    hosts=("FILE01",),
    attempt=False,
)


def _attacker(attempt: Attempt) -> Attacker:
    return Attacker(
        origin=attempt.origin,
        is_address=attempt.src_ip is not None,
        count=attempt.count,
        first=attempt.first,
        last=attempt.last,
        kinds={attempt.kind: attempt.count},
        level=attempt.level,
        succeeded=attempt.success,
        country=attempt.country,
        network=attempt.network,
        users=attempt.users,
        ports=attempt.ports,
        blocked=3 if attempt.ports else 0,
    )


def _kind(attempt: Attempt) -> KindRow:
    targets = attempt.users or tuple(str(port) for port in attempt.ports)
    return KindRow(
        attempt.kind, attempt.category, attempt.level, attempt.count, (attempt.origin,), targets
    )


def _sources() -> tuple[SourceSeen, ...]:
    busy = (40,) * 168
    gap = Gap(at(13, 2, 10), at(13, 2, 55))
    holed = tuple(0 if 98 <= spot < 107 else 40 for spot in range(168))
    first, last = at(12, 18), at(13, 8)
    return (
        SourceSeen("pf", "firewall", 48_000, 0, first, last, busy, (), ("network",)),
        SourceSeen("postfix", "mail", 12_000, 0, first, last, holed, (gap,), ("mail",)),
        SourceSeen("openssh", "SSH", 1_204, 12, first, last, busy, (), ("authentication",)),
    )


RULES = RulesUsed(
    count=3126,
    digest="9f2c1ab04d7e55c0",
    newest="2026-11-12",
    kinds=(("web_scan", 402), ("credential_attack", 211)),
)


@pytest.fixture
def night() -> Callable[..., Report]:
    """One night of an office; findings and any other field can be given."""

    def build(*attempts: Attempt, **changes: Any) -> Report:  # fields of many types
        tried = [attempt for attempt in attempts if attempt.attempt]
        report = Report(
            files=("logs/office.log", "logs/vpn.log", "logs/auth.log"),
            zone="UTC",
            first=at(12, 18),
            last=at(13, 8),
            lines=61_204,
            events=61_204,
            not_understood=0,
            cut=0,
            attempts=attempts,
            attackers=tuple(_attacker(attempt) for attempt in tried),
            kinds=tuple(_kind(attempt) for attempt in tried),
            attempt_count=sum(attempt.count for attempt in tried),
            origin_count=len(tried),
            failed_logins=185,
            logins=41,
            blocked=48_211,
            blocked_origins=9_120,
            blocked_ports=((23, 12_011), (3389, 6_044)),
            hours=tuple(
                Hour(at(12, 18) + spot * HOUR, count if tried else 0, 300 + spot)
                for spot, count in enumerate((1, 0, 2, 3, 0, 80, 90, 9, 1, 0, 0, 0, 0, 0))
            ),
            hour_length=HOUR,
            sources=_sources(),
            strip_start=at(12, 18),
            strip_cell=5 * MINUTE,
            unparsed=(),
            troubles=(),
            rules=RULES,
            seconds=1.9,
            version="0.1.0",
        )
        return replace(report, **changes)

    return build


@pytest.fixture
def office(night: Callable[..., Report]) -> Report:
    """The night of the transcript: three kinds of attempts, a silence, a file that failed."""
    return night(
        VPN,
        SSH,
        SCAN,
        not_understood=12,
        unparsed=(Evidence("logs/office.log", 812, "zorg::status=NOMINAL"),),
        troubles=(Trouble("old.evtx", "its head is damaged", "copy it again"),),
    )


@pytest.fixture
def hostile(night: Callable[..., Report]) -> Report:
    """Everything an attacker can write, written by an attacker."""
    long = "A" * 10_000
    bad = replace(
        VPN,
        rule_id=HOSTILE,
        rule_title=HOSTILE,
        kind=HOSTILE,
        src_ip=None,
        src_host=HOSTILE,
        country=HOSTILE,
        network=HOSTILE,
        users=(HOSTILE, long, "\u202e" * 50),
        paths=(HOSTILE,),
        hosts=(HOSTILE,),
        services=(HOSTILE,),
        techniques=(HOSTILE,),
        files=(HOSTILE,),
        meaning=HOSTILE,
        todo=(HOSTILE,),
        falsepositives=(HOSTILE,),
        author=HOSTILE,
        first=-(1 << 62),
        last=1 << 62,
        success=True,
        evidence=(Evidence(HOSTILE, 1, HOSTILE), Evidence(HOSTILE, 2, long)),
    )
    source = SourceSeen(HOSTILE, HOSTILE, 1, 1, None, None, (), (Gap(0, 1),), (HOSTILE,))
    trouble = Trouble(HOSTILE, HOSTILE, HOSTILE)
    return night(
        bad,
        files=(HOSTILE,),
        zone=HOSTILE,
        not_understood=1,
        unparsed=(Evidence(HOSTILE, 1, HOSTILE),),
        sources=(source,),
        troubles=(trouble,),
        notes=(HOSTILE,),
        version=HOSTILE,
        rules=replace(RULES, newest=HOSTILE, digest=HOSTILE, not_loaded=(trouble,)),
    )


@pytest.fixture
def story() -> dict[str, Attempt]:
    return {"vpn": VPN, "ssh": SSH, "scan": SCAN, "cleared": CLEARED}
