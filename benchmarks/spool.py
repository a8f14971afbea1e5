"""How fast lines get into the spool, how soon they are acknowledged, how fast they are read.

python -m benchmarks.spool [SECONDS] [RUNS] [--nats PATH-OF-NATS-SERVER]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import logs
from midwatch.intake.parcels import Parcel, Spool, Transport
from midwatch.intake.spool import SpoolWriter, SqliteSpool

GOAL: Final = 60_000
_LINES: Final = 20_000
_PARCEL_LINES: Final = 50
_READ_BYTES: Final = 4 << 20
_BUDGET: Final = 16 << 30
_PAUSE: Final = 0.005


class Run(NamedTuple):
    """One run. Times in seconds; ``processor``: of this process, per second."""

    rate: float
    half: float
    most: float
    processor: float


def main() -> None:
    """Print medians and ranges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float, default=60.0)
    parser.add_argument("runs", nargs="?", type=int, default=3)
    parser.add_argument("--nats", default=shutil.which("nats-server", path=_here()))
    given = parser.parse_args()
    print(f"a sync of 20 kB on this disk: median {_sync_milliseconds():.1f} ms")
    for name, place in (("SQLite", _folder), ("JetStream", partial(_server, given.nats))):
        if name == "JetStream" and not given.nats:
            print("JetStream: no nats-server, not measured")
            continue
        print(f"\n{name}, {given.seconds:.0f} s, {given.runs} runs, parcels of 1 to 50 lines")
        paced, burst, read, size = [], [], [], []
        for _ in range(given.runs):
            with place() as opens:
                paced.append(_append_while_read(opens, given.seconds))
            with place() as opens:
                burst.append(_append(opens, given.seconds, rate=None))
                rate, taken = _read(opens)
                read.append(rate)
                size.append(taken)
        _tell(f"paced at {GOAL} lines/s, read meanwhile", paced)
        _tell("as fast as it goes, nobody reads", burst)
        print(f"  read: {_range([each / 1000 for each in read], '.0f')} thousand lines/s")
        print(f"  on disk: {_range(size, '.1f')} bytes/line of {_line_bytes():.0f}")


def _tell(what: str, runs: Sequence[Run]) -> None:
    print(
        f"  {what}: {_range([run.rate for run in runs], ',.0f')} lines/s, acknowledged after "
        f"p50 {_range([run.half * 1000 for run in runs], '.1f')} ms, "
        f"p99 {_range([run.most * 1000 for run in runs], '.1f')} ms, "
        f"processor {_range([run.processor * 100 for run in runs], '.0f')} %"
    )


def _range(values: Sequence[float], form: str) -> str:
    low, high = min(values), max(values)
    return f"{statistics.median(values):{form}} ({low:{form}} to {high:{form}})"


def _here() -> str:
    return str(Path(sys.executable).parent)


def _lines() -> list[bytes]:
    return [line.encode() for line in islice(logs.KINDS["filterlog"](_LINES), _LINES)]


def _line_bytes() -> float:
    return statistics.mean(map(len, _lines()))


def _parcels() -> Iterator[Parcel]:
    """Parcels without end: 1 to 50 lines, 25.5 on average, from a log of 20,000."""
    lines, chance = _lines(), random.Random(1)  # noqa: S311  # the same parcels every time
    while True:
        count = chance.randint(1, _PARCEL_LINES)
        start = chance.randrange(_LINES - count)
        yield Parcel(
            tenant="harbour",
            office="main",
            feed="gate",
            product="pfsense",
            transport=Transport.UDP,
            peer="192.0.2.1",
            received=time.time_ns() // 1000,
            lines=tuple(lines[start : start + count]),
        )


def _append(opens: Callable[[], Spool], seconds: float, rate: float | None) -> Run:
    """Put parcels in for so long, at a rate of lines or as fast as the writer takes them."""
    spool = opens()
    # A short queue, so that the latency of the burst is that of the spool.
    writer = SpoolWriter(spool, most_waiting_bytes=8 << 20)
    waits: list[float] = []
    sent = 0
    begun, used = time.perf_counter(), time.process_time()
    for parcel in _parcels():
        now = time.perf_counter()
        if now - begun >= seconds:
            break
        if rate is not None and sent > rate * (now - begun):
            time.sleep(_PAUSE)
            now = time.perf_counter()
        writer.put(parcel).add_done_callback(partial(_note, waits, now))
        sent += len(parcel.lines)
    writer.close(600)
    took = time.perf_counter() - begun
    waits.sort()
    run = Run(
        sent / took,
        waits[len(waits) // 2],
        waits[len(waits) * 99 // 100],
        (time.process_time() - used) / took,
    )
    spool.close()
    return run


def _note(waits: list[float], begun: float, done: Future[int]) -> None:
    done.result()
    waits.append(time.perf_counter() - begun)


def _append_while_read(opens: Callable[[], Spool], seconds: float) -> Run:
    """The same, paced, while another process reads and releases."""
    opens().close()
    over = multiprocessing.Event()
    reader = multiprocessing.Process(target=_follow, args=[opens, over])
    reader.start()
    run = _append(opens, seconds, GOAL)
    over.set()
    reader.join()
    return run


def _follow(opens: Callable[[], Spool], over: Event) -> None:
    spool = opens()
    after = spool.released
    while not over.is_set():
        if spool.wait(after, 0.2):
            batch = spool.read(after, _READ_BYTES)
            after = batch[-1].offset if batch else after
            spool.release(after)
    spool.close()


def _read(opens: Callable[[], Spool]) -> tuple[float, float]:
    """Lines a second, and bytes on disk a line."""
    spool = opens()
    taken = spool.usage().bytes_used
    count, after, begun = 0, 0, time.perf_counter()
    while batch := spool.read(after, _READ_BYTES):
        count += sum(len(each.parcel.lines) for each in batch)
        after = batch[-1].offset
    took = time.perf_counter() - begun
    spool.close()
    return count / took, taken / count


@contextmanager
def _folder() -> Iterator[Callable[[], Spool]]:
    with tempfile.TemporaryDirectory(prefix="midwatch-bench-") as folder:
        yield partial(SqliteSpool, Path(folder), budget=_BUDGET)


@contextmanager
def _server(program: str) -> Iterator[Callable[[], Spool]]:
    with (
        tempfile.TemporaryDirectory(prefix="midwatch-bench-") as folder,
        socket.socket() as free,
    ):
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        settings = Path(folder) / "nats.conf"
        settings.write_text(
            f"listen: 127.0.0.1:{port}\n"
            f'jetstream {{ store_dir: "{folder}", sync_interval: always }}\n'
        )
        server = subprocess.Popen([program, "-c", settings], stderr=subprocess.DEVNULL)
        try:
            yield partial(_stream, f"nats://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def _stream(address: str) -> Spool:
    from midwatch.intake.spool.jetstream import JetStreamSpool  # noqa: PLC0415  # an extra, perhaps not installed

    return JetStreamSpool([address], budget=_BUDGET, patience=20)


def _sync_milliseconds() -> float:
    took = []
    with tempfile.TemporaryFile() as file:
        for _ in range(100):
            file.write(bytes(20_000))
            file.flush()
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


if __name__ == "__main__":
    main()
