"""A busy night at the Bakery, to rehearse the analyst's desk with.

For tests and benchmarks, on top of ``rehearsal.furnish``: a policy, real lines in the lake and
incidents of all kinds, some with what attackers write into logs to harm who reads them.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Final

from midwatch.desk.access.stores import Stores
from midwatch.desk.rehearsal import BAKERY, FORGE, MACHINE_NAME, PERSON_NAME, a_signal, now
from midwatch.detection import Evidence
from midwatch.incidents import Disposition, Signal
from midwatch.intake.parcels import Parcel, Spooled, Transport
from midwatch.kernel import Level
from midwatch.lake import LakeWriter
from midwatch.watch.feeds import FeedReaders, line_number
from midwatch.watch.rhythm import MINUTE
from midwatch.watch.sinks import LakeSink

FEED: Final = "bakery-wall"
HOSTILE: Final = "<script>alert(1)</script>\x1b[2J\u202e=1+1"
LINES: Final = 8
_POLICY: Final = """
tenant = "bakery"
zone = "Europe/Berlin"
fallback = "ana"

[[people]]
id = "ana"
title = "Ana Analyst"
reach = [{ channel = "mail", address = "ana@provider.example" }]

[[people]]
id = "olga"
title = "Olga Owner"
reach = [{ channel = "mail", address = "olga@bakery.example" }]

[[routes]]
level = "high"
repeat = 30
steps = [{ to = ["ana"], wait = 10 }, { to = ["olga"], wait = 20 }]

[[routes]]
level = "informational"
steps = [{ to = ["ana"], wait = 60 }]
"""


def a_busy_night(kept: Stores) -> None:
    """Furnish it."""
    kept.folder.policies.mkdir(mode=0o700, exist_ok=True)
    (kept.folder.policies / f"{BAKERY}.toml").write_text(_POLICY, "utf-8")
    kept.policies.refresh()
    evidence = lines_in_the_lake(kept)
    moment = now()
    kept.answering.record([a_signal(BAKERY, "proven", evidence=evidence, count=LINES)], moment)
    kept.answering.record(_signals(moment), moment)
    for incident in kept.incidents.incidents(BAKERY):
        kinds = set(incident.kinds)
        if "port scans" in kinds:
            kept.answering.acknowledge(incident.id, by="Ana Analyst", now=moment)
        elif "spam" in kinds:
            kept.answering.resolve(
                incident.id, Disposition.BENIGN, by="Ana Analyst", now=moment, why="a newsletter"
            )


def lines_in_the_lake(kept: Stores) -> tuple[Evidence, ...]:
    """Refused logins of one attacker, written to the lake; the evidence of a finding on them."""
    moment = now()
    lines = tuple(
        f"{datetime.fromtimestamp(moment / 1_000_000 - 600 + spot, UTC):%b %e %H:%M:%S} "
        f"{MACHINE_NAME} sshd[921]: Failed password for {PERSON_NAME} from 198.51.100.7 "
        f"port {50_100 + spot} ssh2".encode()
        for spot in range(LINES - 1)
    )
    lines += (f"not understood {HOSTILE}".encode(),)
    offset = 7
    parcel = Parcel(BAKERY, "main", FEED, "", Transport.UDP, "192.0.2.1", moment, lines)
    read = FeedReaders({FEED: "UTC"}).read([Spooled(offset, parcel)])
    LakeSink(LakeWriter(kept.folder.lake)).commit(read, "spool", offset)
    return tuple(Evidence(FEED, line_number(offset, place)) for place in range(LINES))


def _signals(moment: int) -> list[Signal]:
    def at(minutes: int) -> dict[str, int]:
        return {"first": moment - (minutes + 20) * MINUTE, "last": moment - minutes * MINUTE}

    return [
        a_signal(BAKERY, "login", rule="guessed-login", title="A guessed login succeeded",
                 kind="guessed logins", level=Level.CRITICAL, category="anomalous_login",
                 success=True, count=1, addresses=("203.0.113.80",), users=("m.baker",),
                 techniques=("T1078",), **at(9)),
        a_signal(BAKERY, "scan", rule="port-scan", title="Ports scanned", kind="port scans",
                 level=Level.LOW, category="port_scan", count=940, addresses=("203.0.113.9",),
                 users=(), techniques=("T1046",), services=(), **at(200)),
        a_signal(BAKERY, "web", rule="sensitive-files", title="Sensitive files asked for",
                 kind="web probing", level=Level.MEDIUM, category="web_scan", count=71,
                 addresses=("203.0.113.44",), users=(), hosts=("www",), services=("web",),
                 paths=(f"/{HOSTILE}", "/.env"), techniques=("T1595.003", "T9999"), **at(70)),
        a_signal(BAKERY, "hostile", rule="user-enumeration", title="Accounts looked for",
                 kind="account probing", level=Level.MEDIUM, count=12, services=("ssh",),
                 addresses=("203.0.113.45",), users=(HOSTILE, "x" * 3_000), **at(50)),
        a_signal(BAKERY, "spam", rule="spam-found", title="Spam found", kind="spam",
                 level=Level.LOW, category="mail_abuse", count=3, addresses=("203.0.113.46",),
                 users=(), services=("mail",), attempt=False, **at(400)),
        a_signal(FORGE, "service", rule="new-services", title="A service was added",
                 kind="new services", level=Level.HIGH, category="host_compromise", count=1,
                 addresses=(), users=("smith",), hosts=("anvil",), services=("windows",),
                 techniques=("T1543.003",), **at(30)),
    ]  # fmt: skip


def many(kept: Stores, count: int, *, seed: int = 1) -> None:
    """Add that many incidents of both clients, of a day's and a month's age, most of them done."""
    chance = random.Random(seed)  # noqa: S311  # so that the same run can be made again
    moment = now()
    kinds = [
        ("ssh-guessing", "SSH guessing", "credential_attack"),
        ("port-scan", "port scans", "port_scan"),
        ("cms-probing", "web probing", "web_scan"),
    ]
    with kept.incidents.changing():  # one write to the disk for all
        for number in range(count):
            age = chance.randrange(30 * 24 * 60) * MINUTE
            rule, kind, category = chance.choice(kinds)
            tenant = chance.choice((BAKERY, FORGE))
            signals = [
                a_signal(
                    tenant, f"many-{number}-{part}", rule=rule, title=kind, kind=kind,
                    category=category, level=chance.choice(list(Level)),
                    addresses=(f"2001:db8::{number:x}",), users=(), count=chance.randrange(1, 900),
                    first=moment - age - MINUTE, last=moment - age,
                )
                for part in range(chance.randrange(1, 6))
            ]  # fmt: skip
            outcome = kept.answering.record(signals, moment - age)
            if number % 20:
                for incident in outcome.incidents:
                    kept.answering.resolve(
                        incident, Disposition.BENIGN, by="Ana Analyst", now=moment - age + MINUTE
                    )
