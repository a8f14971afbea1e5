"""Two hundred people at the desk at once: how long the server takes for each page.

    python -m benchmarks.desk_load FOLDER [SECONDS] [THINK] [WORKERS]

FOLDER is what ``benchmarks.desk_world`` made. The desk runs as its own processes, as in real use;
this process is the viewers, each signed in, over loopback. Each opens a page, thinks for THINK
seconds on average (half to one and a half times as long) and opens the next, for SECONDS; the
first fifth is not counted. A page's time is from its request to the last byte of the answer, so
that waiting for a thread of the server counts. The share of the processors is read from /proc.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.desk_world import write_settings

_PORT: Final = 18095
_STAFF: Final = (
    ("/queue/", 20), ("/queue/?open={incident}", 10), ("/queue/news/?since=1", 20),
    ("/incident/{incident}/", 12), ("/incident/{incident}/pane/", 12),
    ("/incident/{incident}/events/", 4), ("/incident/{incident}/past/", 2), ("/incidents/", 6),
    ("/incidents/?page=40", 1), ("/clients/", 4), ("/c/{client}/", 3), ("/sources/", 2),
    ("/queue/night/", 2), ("/handover/new/", 1), ("/search/?client={client}&q=user%3Aroot", 1),
    ("/search/?q=src_ip%3A203.0.0.1&span=24h", 1),
)  # fmt: skip
_OWN: Final = (
    ("/c/{client}/", 40), ("/incidents/", 12), ("/incident/{incident}/", 16),
    ("/incident/{incident}/events/", 4), ("/c/{client}/attempts/?span=month", 6),
    ("/c/{client}/sources/", 8), ("/c/{client}/reports/", 3),
    ("/c/{client}/reports/week/{day}/", 3),
    ("/account/password/change/", 2), ("/search/?q=outcome%3Afailure&span=24h", 3),
    ("/search/?span=7d", 1),
)  # fmt: skip


@dataclass
class Seen:
    """What was measured: seconds by page, answers that were none by status."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    counting: bool = False


class Viewer:
    """One person with one connection that is kept open."""

    def __init__(self, told: dict[str, str], seen: Seen, think: float, number: int) -> None:
        self._told, self._seen, self._think = told, seen, think
        self._dice = random.Random(number)  # noqa: S311  # the same walk each time
        self._pages = _STAFF if told["role"] in ("analyst", "manager") else _OWN
        self._incidents = told["incidents"].split()
        self._link: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self, until: float) -> None:
        """Look around until then."""
        await asyncio.sleep(self._dice.random() * self._think)
        names, weights = zip(*self._pages, strict=True)
        while time.monotonic() < until:
            page = self._dice.choices(names, weights)[0]
            path = page.format(
                client=self._told["tenant"] or f"client-{self._dice.randrange(100):03}",
                incident=self._dice.choice(self._incidents),
                day=time.strftime("%Y-%m-%d"),
            )
            began = time.monotonic()
            try:
                status = await asyncio.wait_for(self._get(path), 120)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
                status, self._link = type(error).__name__, None
            if self._seen.counting:
                self._seen.times[f"{self._told['role'][0]} {page}"].append(time.monotonic() - began)
                if status != "200":
                    self._seen.errors[f"{status} {page}"] += 1
            await asyncio.sleep(self._think * (0.5 + self._dice.random()))

    async def _get(self, path: str) -> str:
        # The server ends connections that were idle for half a minute; browsers open another.
        if self._link is None or self._link[1].is_closing() or self._link[0].at_eof():
            self._link = await asyncio.open_connection("127.0.0.1", _PORT, limit=1 << 22)
        reader, writer = self._link
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost:{_PORT}\r\nAccept-Language: en\r\n"
            f"Cookie: midwatch-session={self._told['session']}\r\n\r\n".encode()
        )
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        if length:
            await reader.readexactly(int(length[1]))
        else:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        return head.split(" ", 2)[1]


async def look(viewers: list[dict[str, str]], seconds: float, think: float, desk: int) -> Seen:
    """All of them; prints what the processors did meanwhile."""
    seen = Seen()
    until = time.monotonic() + seconds
    people = [Viewer(each, seen, think, spot) for spot, each in enumerate(viewers)]
    running = [asyncio.create_task(each.run(until)) for each in people]
    await asyncio.sleep(seconds / 5)
    seen.counting = True
    before, began, own = used(desk), time.monotonic(), time.process_time()
    await asyncio.sleep(seconds * 4 / 5)
    passed = time.monotonic() - began
    spent, opened = used(desk) - before, sum(map(len, seen.times.values()))
    print(
        f"desk {spent / passed:.2f} processors, {1000 * spent / max(opened, 1):.0f} ms of one a "
        f"page; viewers "
        f"{(time.process_time() - own) / passed:.2f}; load {os.getloadavg()[0]:.1f}; "
        f"memory {memory(desk):.0f} MiB"
    )
    seen.counting = False
    await asyncio.gather(*running)
    return seen


def family(process: int) -> list[int]:
    """A process and all that it started."""
    found = [process]
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = each.read_text()
            if int(text.rsplit(")", 1)[1].split()[1]) == process:
                found += family(int(each.parent.name))
    return found


def used(process: int) -> float:
    """Processor seconds of a process and all that it started."""
    ticks = 0
    for each in family(process):
        with contextlib.suppress(OSError):
            values = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(values[11]) + int(values[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """Their memory in MiB, what they share counted once."""
    total = 0
    for each in family(process):
        with contextlib.suppress(OSError):
            found = re.search(
                r"^Pss:\s+(\d+)", Path(f"/proc/{each}/smaps_rollup").read_text(), re.MULTILINE
            )
            total += int(found[1]) if found else 0
    return total / 1024


def told(seen: Seen, seconds: float) -> None:
    """Print a line for each page, and for all of them."""
    print("| page | opened | p50 | p95 | p99 | most |")
    print("|---|---:|---:|---:|---:|---:|")
    every = [each for times in seen.times.values() for each in times]
    searches = [e for page, times in seen.times.items() if "search" in page for e in times]
    rest = [e for page, times in seen.times.items() if "search" not in page for e in times]
    lines = [("all", every), ("all but searches", rest), ("searches", searches)]
    for page, times in [*lines, *sorted(seen.times.items())]:
        marks = [1000 * quantile(times, share) for share in (0.5, 0.95, 0.99, 1)]
        print(f"| `{page}` | {len(times)} | {' | '.join(f'{mark:.0f}' for mark in marks)} |")
    print(f"{len(every) / (seconds * 0.8):.1f} pages a second; not 200: {dict(seen.errors)}")


def quantile(times: list[float], share: float) -> float:
    """The time that this share of the pages took at most."""
    ordered = sorted(times) or [0.0]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main() -> None:
    """Serve, look, tell."""
    folder = Path(sys.argv[1])
    given = [float(each) for each in sys.argv[2:]]
    seconds, think, workers = [*given, *(60.0, 6.0, 2.0)[len(given) :]]
    write_settings(folder, _PORT, int(workers))
    viewers = json.loads((folder / "viewers.json").read_text("utf-8"))
    desk = subprocess.Popen([sys.executable, "-m", "midwatch.desk", "run"], env=os.environ)
    try:
        asyncio.run(ready())
        print(
            f"{len(viewers)} viewers, {think:g} s between pages, {seconds:g} s, {workers:g} workers"
        )
        told(asyncio.run(look(viewers, seconds, think, desk.pid)), seconds)
    finally:
        desk.send_signal(signal.SIGTERM)
        desk.wait(30)


async def ready() -> None:
    """Wait until the desk answers."""
    for _ in range(300):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", _PORT)
            writer.write(f"GET /healthz HTTP/1.0\r\nHost: localhost:{_PORT}\r\n\r\n".encode())
            if await reader.read(12):
                writer.close()
                return
        except OSError:
            await asyncio.sleep(0.2)
    sys.exit("the desk did not start")


if __name__ == "__main__":
    main()
