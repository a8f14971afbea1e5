"""How long the desk's pages take on the server.

``python -m benchmarks.desk [INCIDENTS] [ROUNDS]`` furnishes a state folder in a temporary place
with two clients, a policy, lines in the lake and that many incidents (most of them resolved, one
in twenty open), then asks for each page through Django's test client, in turn, ROUNDS times after
one that is not counted. Printed are the median, the 95th hundredth and the most, in milliseconds
of wall clock time and (median) of processor time. What a network and a browser add is not there.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django.test import Client

_INCIDENTS: Final = 5_000
_ROUNDS: Final = 25


def main() -> None:
    """Furnish, ask, print."""
    given = [int(each) for each in sys.argv[1:]]
    count, rounds = (*given, *(_INCIDENTS, _ROUNDS)[len(given) :])
    with tempfile.TemporaryDirectory(prefix="midwatch-desk-") as folder:
        Path(folder, "state").mkdir(mode=0o700)
        os.environ["MIDWATCH_STATE"] = str(Path(folder, "state"))
        os.environ["DJANGO_SETTINGS_MODULE"] = "midwatch.desk.site.settings"
        client, paths = _furnish(count)
        print(f"{count:,} incidents, {rounds} rounds; milliseconds")
        print("| page | median | p95 | most | processor, median | kB |")
        print("|---|---:|---:|---:|---:|---:|")
        taken: dict[str, list[tuple[float, float]]] = {path: [] for path in paths}
        sizes: dict[str, int] = {}
        for turn in range(rounds + 1):
            for path in paths:
                wall, own = time.perf_counter(), time.process_time()
                response = client.get(path)
                spent = (time.perf_counter() - wall, time.process_time() - own)
                if response.status_code != 200:
                    sys.exit(f"{path} answered {response.status_code}")
                sizes[path] = len(response.content)
                if turn:
                    taken[path].append(spent)
        for path, times in taken.items():
            walls = sorted(wall * 1000 for wall, _own in times)
            own = statistics.median(own * 1000 for _wall, own in times)
            p95 = walls[min(len(walls) - 1, round(len(walls) * 0.95))]
            print(
                f"| `{path}` | {statistics.median(walls):.0f} | {p95:.0f} | {walls[-1]:.0f} "
                f"| {own:.0f} | {sizes[path] // 1000} |"
            )


def _furnish(count: int) -> tuple[Client, list[str]]:
    import django  # noqa: PLC0415  # its settings read the environment made above

    django.setup()
    from django.conf import settings  # noqa: PLC0415  # the reason stands above
    from django.core.management import call_command  # noqa: PLC0415  # the reason stands above
    from django.test import Client  # noqa: PLC0415  # the reason stands above

    from midwatch.desk.access.roles import Role  # noqa: PLC0415  # the reason stands above
    from midwatch.desk.access.stores import stores  # noqa: PLC0415  # the reason stands above
    from midwatch.desk.rehearsal import furnish, person  # noqa: PLC0415  # the reason stands above
    from midwatch.desk.rehearsal_night import a_busy_night, many  # noqa: PLC0415  # the reason stands above

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    call_command("migrate", verbosity=0, interactive=False)
    world = furnish(stores())
    a_busy_night(stores())
    many(stores(), count)
    client = Client(headers={"accept-language": "en"})
    client.force_login(person(Role.ANALYST))
    own = world.own.reference
    return client, [
        "/queue/",
        f"/queue/?open={own}",
        "/queue/news/?since=1",
        "/queue/night/",
        "/incidents/",
        "/incidents/?page=60",
        "/incidents/?client=bakery&state=resolved",
        "/incidents/list.csv",
        f"/incident/{own}/",
        f"/incident/{own}/pane/",
        f"/incident/{own}/events/",
        f"/incident/{own}/past/",
        f"/incident/{own}/exception/",
        "/handover/new/",
    ]


if __name__ == "__main__":
    main()
