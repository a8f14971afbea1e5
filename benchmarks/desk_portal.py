"""The portal, the list of clients and the sources, with a hundred clients behind them.

    python -m benchmarks.desk_portal [CLIENTS] [INCIDENTS] [RUNS]

Processor time of one request in this process (median and slowest of the runs, after one that is
not counted), without the network: what a page costs does not depend on other work then.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from midwatch.desk.access.stores import Stores

SOURCES = 3
ALERTS = 4
DAYS = 45
DAY = 86_400_000_000


def main() -> None:
    """Furnish a folder, ask for each page, print the figures."""
    given = [int(each) for each in sys.argv[1:]]
    clients, incidents, runs = [*given, *(100, 5_000, 15)[len(given) :]]
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        state.mkdir(mode=0o700)
        os.environ["MIDWATCH_STATE"] = str(state)
        os.environ["DJANGO_SETTINGS_MODULE"] = "midwatch.desk.site.settings"
        os.environ.pop("MIDWATCH_CONFIG", None)
        django.setup()
        measure(clients, incidents, runs)


def measure(clients: int, incidents: int, runs: int) -> None:
    """Print one line for each page."""
    from django.core.management import call_command  # noqa: PLC0415  # Django is set up first
    from django.test import Client  # noqa: PLC0415  # Django is set up first

    from midwatch.desk.access.roles import Role  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.access.stores import stores  # noqa: PLC0415  # Django is set up first
    from midwatch.desk.rehearsal import person  # noqa: PLC0415  # Django is set up first

    call_command("migrate", verbosity=0, interactive=False)
    furnish(stores(), clients, incidents)
    manager, owner = Client(headers={"host": "localhost"}), Client(headers={"host": "localhost"})
    manager.force_login(person(Role.MANAGER))
    owner.force_login(person(Role.OWNER, "client-000"))
    print(f"{clients} clients x {SOURCES} sources, {incidents} incidents; {runs} runs")
    for browser, path in (
        (manager, "/clients/"),
        (manager, "/clients/?q=is:act"),
        (manager, "/sources/"),
        (owner, "/c/client-000/"),
        (owner, "/c/client-000/attempts/?span=month"),
        (owner, "/c/client-000/sources/"),
        (owner, f"/c/client-000/reports/week/{time.strftime('%Y-%m-%d')}/"),
    ):
        answer = browser.get(path)  # not counted: it opens what stays open
        size = len(answer.content) // 1024
        took = []
        for _ in range(runs):
            began = time.process_time()
            browser.get(path)
            took.append(time.process_time() - began)
        print(
            f"{path:45} {answer.status_code}  median {1000 * statistics.median(took):4.0f} ms"
            f"  slowest {1000 * max(took):4.0f} ms  {size:5} KiB"
        )


def furnish(kept: Stores, clients: int, incidents: int) -> None:
    """Fill the stores; nothing is made durable one by one."""
    from midwatch.desk.rehearsal import a_signal, now  # noqa: PLC0415  # Django is set up first
    from midwatch.tenants import Feed, Office, Tenant  # noqa: PLC0415  # Django is set up first
    from midwatch.watch.health import CELL, CellCount, FeedCount  # noqa: PLC0415  # Django is first

    moment = now()
    for number in range(clients):
        name = f"client-{number:03}"
        kept.tenants.save_tenant(Tenant(name, f"Client {number}", "Europe/Berlin", created=moment))
        kept.tenants.save_office(Office("main", name, "Main office"))
        feeds = [f"{name}-{each}" for each in ("wall", "mail", "files")[:SOURCES]]
        for feed in feeds:
            kept.tenants.save_feed(Feed(feed, name, "main", feed.removeprefix(name)[1:].title()))
        first = moment // CELL - 288 * 7
        cells = {first + spot: CellCount(200, 198, 9_000, 90) for spot in range(288 * 7 + 1)}
        count = FeedCount(name, moment - CELL, moment, cells)
        kept.health.count(dict.fromkeys(feeds, count))
    kept.health.beat("pipeline", moment, moment + DAY, {})
    with kept.incidents.changing():
        for number in range(incidents):
            at = moment - number % DAYS * DAY - 60_000_000
            tenant = f"client-{number % clients:03}"
            for alert in range(ALERTS):
                signal = a_signal(
                    tenant, f"{number}-{alert}", first=at, last=at + 1, rule=f"rule-{alert}",
                    addresses=(f"198.51.100.{number % 250}",), users=(f"user-{number % 40}",),
                    services=("ssh", "vpn", "mail", "web")[alert : alert + 1],
                )  # fmt: skip
                kept.answering.record([signal], at)


if __name__ == "__main__":
    main()
