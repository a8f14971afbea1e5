"""A provider's desk to load: a hundred clients, a month of events, everybody signed in.

    python -m benchmarks.desk_world FOLDER [CLIENTS] [INCIDENTS] [MILLIONS]

makes FOLDER/state, FOLDER/midwatch.toml and FOLDER/viewers.json (a session for each viewer, what
they are and whose). Tables of people go where MIDWATCH_TEST_DATABASE names, else to SQLite.

The events of a client's day are drawn once and kept in that many files, one for each client: other
clients' files hold the same lines, so that a hundred million events are made in minutes. They are
files of their own to whoever reads them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from midwatch.desk.access.stores import Stores
    from midwatch.desk.people.models import User
    from midwatch.detection import Evidence

DAYS: Final = 30
SOURCES: Final = ("wall", "mail", "files")
DAY: Final = 86_400_000_000
VIEWERS: Final = {"analyst": 40, "manager": 10, "owner": 100, "contact": 50}
_OPEN: Final = 20
"""One incident of so many is open; the others were resolved within minutes."""
_POLICY: Final = """
tenant = "{tenant}"
zone = "Europe/Berlin"
fallback = "ana"

[[people]]
id = "ana"
title = "Ana Analyst"
reach = [{{ channel = "mail", address = "ana@provider.example" }}]

[[routes]]
level = "informational"
repeat = 30
steps = [{{ to = ["ana"], wait = 15 }}]
"""


def main() -> None:
    """Make it."""
    folder = Path(sys.argv[1])
    given = [float(each) for each in sys.argv[2:]]
    clients, incidents, millions = (*given, *(100.0, 5_000.0, 100.0)[len(given) :])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "state").mkdir(mode=0o700, exist_ok=True)
    write_settings(folder)
    began = time.monotonic()
    make(folder, int(clients), int(incidents), millions)
    print(f"made in {time.monotonic() - began:.0f} s")


def write_settings(folder: Path, port: int = 18095, workers: int = 2) -> None:
    """The configuration, and what names it in the environment."""
    base = os.environ.get("MIDWATCH_TEST_DATABASE", "")
    named = 'database = "env:MIDWATCH_TEST_DATABASE"\n' if base else ""
    more = f"workers = {workers}\n{named}"
    (folder / "midwatch.toml").write_text(f"[desk]\nport = {port}\n{more}", "utf-8")
    os.environ["MIDWATCH_STATE"] = str(folder / "state")
    os.environ["MIDWATCH_CONFIG"] = str(folder / "midwatch.toml")
    os.environ["DJANGO_SETTINGS_MODULE"] = "midwatch.desk.site.settings"


def make(folder: Path, clients: int, incidents: int, millions: float) -> None:
    """Fill the state folder as far as it is empty, and make the people anew."""
    import django  # noqa: PLC0415  # its settings read the environment

    django.setup()
    from midwatch.desk.access.stores import stores  # noqa: PLC0415  # Django is set up first

    kept = stores()
    if not kept.tenants.tenants():
        furnish(kept, clients, incidents)
    lake = kept.folder.lake
    if millions and not lake.exists():
        events(lake, clients, int(millions * 1_000_000))
    (folder / "viewers.json").write_text(json.dumps(people(kept, clients)), "utf-8")


def furnish(kept: Stores, clients: int, incidents: int) -> None:
    """Clients, sources with a week of counts, policies, incidents."""
    from midwatch.desk.rehearsal import now  # noqa: PLC0415  # Django is set up first
    from midwatch.tenants import Feed, Office, Tenant  # noqa: PLC0415  # Django is set up first
    from midwatch.watch.health import CELL, CellCount, FeedCount  # noqa: PLC0415  # Django is first

    moment = now()
    kept.folder.policies.mkdir(mode=0o700, exist_ok=True)
    for number in range(clients):
        name = client(number)
        kept.tenants.save_tenant(Tenant(name, f"Client {number}", "Europe/Berlin", created=moment))
        kept.tenants.save_office(Office("main", name, "Main office"))
        feeds = [f"{name}-{each}" for each in SOURCES]
        for feed, title in zip(feeds, SOURCES, strict=True):
            kept.tenants.save_feed(Feed(feed, name, "main", title.title()))
        first = moment // CELL - 288 * 7
        cells = {first + spot: CellCount(200, 198, 9_000, 90) for spot in range(288 * 7 + 1)}
        count = FeedCount(name, moment - CELL, moment, cells)
        kept.health.count(dict.fromkeys(feeds, count))
        (kept.folder.policies / f"{name}.toml").write_text(_POLICY.format(tenant=name), "utf-8")
    kept.policies.refresh()
    kept.health.beat("pipeline", moment, moment + 3 * DAY, {})
    with kept.incidents.changing():  # one write to the disk for all
        for number in range(incidents):
            incident(kept, number, client(number % clients), moment)


def incident(kept: Stores, number: int, tenant: str, moment: int) -> None:
    """One incident of four findings, some of them with lines of the lake behind them."""
    from midwatch.desk.rehearsal import a_signal  # noqa: PLC0415  # Django is set up first
    from midwatch.incidents import Disposition  # noqa: PLC0415  # Django is set up first
    from midwatch.kernel import Level  # noqa: PLC0415  # Django is set up first

    at = moment - number * DAYS * DAY // 5_000 % (DAYS * DAY) - 3_600_000_000
    signals = [
        a_signal(
            tenant, f"{number}-{part}", first=at - 60_000_000 * (part + 1), last=at,
            rule=f"rule-{part}", level=list(Level)[number % 5],
            addresses=(f"203.0.{number // 250}.{number % 250 + 1}",), users=("root", "oracle"),
            services=(("ssh", "vpn", "mail", "web")[part],),
            evidence=evidence(number * 40 + part * 10) if part < 2 else (),
        )
        for part in range(4)
    ]  # fmt: skip
    outcome = kept.answering.record(signals, at)
    if number % _OPEN:
        for each in outcome.incidents:
            kept.answering.resolve(
                each, Disposition.BENIGN, by="Ana Analyst", now=at + 60_000_000 * 4
            )


def evidence(start: int) -> tuple[Evidence, ...]:
    """Ten lines of a client's, as the lake numbers them."""
    from midwatch.detection import Evidence  # noqa: PLC0415  # Django is set up first
    from midwatch.watch.feeds import line_number  # noqa: PLC0415  # Django is set up first

    return tuple(
        Evidence("gate", line_number(start // 500 % 60, (start + step) % 500)) for step in range(10)
    )


def events(lake: Path, clients: int, count: int) -> None:
    """A month of logins of every client."""
    from benchmarks.lake import column_wise  # noqa: PLC0415  # large, and wanted only here
    from midwatch.lake.delta_log import DeltaLog, adding  # noqa: PLC0415  # large, and wanted only here
    from midwatch.lake.files import THOROUGH_LEVEL, write_file  # noqa: PLC0415  # large, and wanted only here

    log = DeltaLog(lake)
    log.create()
    each = count // clients // DAYS
    today = datetime.now(UTC).date()
    size = 0
    for number in range(DAYS):
        day = (today - timedelta(days=number)).isoformat()
        rows = column_wise(each, day)
        added = []
        first = write_file(
            log.table_folder, f"events-{number}.parquet", client(0), day, rows, THOROUGH_LEVEL
        )
        for who in range(clients):
            name = client(who)
            path = first.path.replace(f"tenant={client(0)}", f"tenant={name}")
            if who:
                target = log.table_folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(log.table_folder / first.path, target)
            size += first.size
            added.append(adding(replace(first, path=path, tenant=name)))
        log.commit(added, log.table().version(), "WRITE")
    os.sync()
    total = each * clients * DAYS
    print(f"{total:,} events in {clients * DAYS:,} files, {size / 1e9:.2f} GB")


def people(kept: Stores, clients: int) -> list[dict[str, str]]:
    """The viewers: what they are, whose (empty: all clients'), and their session."""
    from django.core.management import call_command  # noqa: PLC0415  # Django is set up first

    from midwatch.desk.access.rows import every_row  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.people.models import User  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.rehearsal import session_of  # noqa: PLC0415  # Django is set up first

    call_command("migrate", verbosity=0, interactive=False)
    if os.environ.get("MIDWATCH_TEST_DATABASE"):
        call_command("createcachetable", verbosity=0)
    told = []
    with every_row():
        User.objects.all().delete()
        for role, count in VIEWERS.items():
            for number in range(count):
                provider = role in ("analyst", "manager")
                tenant = "" if provider else client(number % clients)
                user = one(role, tenant, number)
                own = [
                    each.reference
                    for each in kept.incidents.incidents(
                        tenant or None, most=200 if provider else 20
                    )
                ]
                told.append(
                    {"role": role, "tenant": tenant, "session": session_of(user),
                     "incidents": " ".join(own[number % 7 :: 7][:12] or own[:12])}
                )  # fmt: skip
    return told


def one(role: str, tenant: str, number: int) -> User:
    """A person without a password; making one takes a tenth of a second."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415  # Django is set up first

    from midwatch.desk.people.models import Membership, User  # noqa: PLC0415  # Django is set up first

    name = f"{role} {number}"
    user = User.objects.create_user(f"{role}-{number}@{tenant or 'provider'}.example", name=name)
    Membership.objects.create(user=user, role=role, tenant=tenant)
    if not tenant:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    return user


def client(number: int) -> str:
    """The id of a client."""
    return f"client-{number:03}"


if __name__ == "__main__":
    main()
