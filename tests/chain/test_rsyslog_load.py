"""A real rsyslog sends over TLS without a pause while the receiver is restarted and killed.

Plain syslog has no acknowledgement. A receiver that is asked to stop says so and takes what
comes until the sender has heard it; rsyslog loses a little all the same (over TLS it does not
look, and the first message after a broken connection is lost by itself). What is promised is
that whatever was on the receiver's disk stays, once.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Self

import pytest
import trustme
from tests.chain.conftest import Post, settings
from tests.rsyslog_daemon import OVER_TLS, PLAIN, certify, needs_rsyslog, program, rsyslog, said

from midwatch.intake.spool import SqliteSpool
from midwatch.watch.rehearsal import (
    RehearsedWatch,
    as_long_as_it_moves,
    by_address,
    eventually,
)

pytestmark = needs_rsyslog


class Program(threading.Thread):
    """Logs numbered lines through the daemon until it is left, some thousand a second."""

    def __init__(self, folder: Path) -> None:
        super().__init__(name="program", daemon=True)
        self._folder = folder
        self._ending = threading.Event()
        self.said = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.join()

    def run(self) -> None:
        with program(self._folder) as daemon:
            while not self._ending.is_set():
                for _ in range(20):
                    self.said += 1
                    daemon.sendall(said(b"Accepted password for n%d from 198.51.100.7" % self.said))
                time.sleep(0.01)


def numbers(watch: RehearsedWatch) -> Counter[int]:
    """How often each line is in the lake."""
    return Counter(number_in(str(raw).encode()) for (raw,) in watch.lake("harbour"))


def number_in(line: bytes) -> int:
    """The number of a line of ``Program``."""
    return int(line.rpartition(b" for n")[2].split()[0])


@pytest.fixture
def watch_of_gate(tmp_path: Path, post: Post) -> RehearsedWatch:
    peer = tmp_path / "peer"
    peer.mkdir()
    certify(trustme.CA(), peer)
    both = peer / "both.pem"
    both.write_bytes((peer / "server.pem").read_bytes() + (peer / "server.key").read_bytes())
    watch = RehearsedWatch(tmp_path, settings=settings(post), certificate=both)
    watch.client("harbour")
    watch.source("harbour", "gate", by_address("127.0.0.1"))
    return watch


def pour(watch: RehearsedWatch, folder: Path, driver: str, rounds: int, *, kill: bool) -> None:
    """Restart the receiver again and again under load; then let the rest of the watch go on."""
    dice = random.Random(rounds)
    with ExitStack() as open_now:
        open_now.enter_context(watch)
        watch.start("intake")
        port = watch.ports["tls" if driver == OVER_TLS else "tcp"]
        open_now.enter_context(rsyslog(folder, port, driver=driver))
        with Program(folder) as source:
            for _ in range(rounds):
                time.sleep(dice.uniform(0.5, 2.0))
                (watch.kill if kill else watch.stop)("intake")
                watch.start("intake")
            time.sleep(2)
        taken = on_disk(watch, until=source.said)
        watch.start("pipeline")
        as_long_as_it_moves(
            lambda: taken.keys() <= numbers(watch).keys(), lambda: watch.rows("harbour")
        )
        watch.stop("pipeline")
    kept = numbers(watch)
    missing = sorted(set(range(1, source.said + 1)) - kept.keys())
    gaps = [number for number in missing if number - 1 not in missing]
    told = f"{source.said} lines, {rounds} restarts, {len(missing)} never came in {len(gaps)} gaps"
    sys.stderr.write(f"{told}\n")
    assert kept == taken, told
    assert set(kept.values()) == {1}, told
    # Each restart cuts the stream once, and the sender drops what it had begun when it notices.
    assert len(gaps) <= 3 * rounds, told


def on_disk(watch: RehearsedWatch, until: int) -> Counter[int]:
    """How often each line is in the spool, once the last one is."""

    def read() -> Counter[int]:
        with closing(SqliteSpool(watch.state.spool)) as spool:
            found: Counter[int] = Counter()
            offset = spool.released
            while parcels := spool.read(offset, 1 << 24):
                offset = parcels[-1].offset
                found.update(number_in(line) for each in parcels for line in each.parcel.lines)
        return found

    eventually(lambda: until in read())
    return read()


def test_what_a_restarted_receiver_took_is_kept_once(
    watch_of_gate: RehearsedWatch, tmp_path: Path
) -> None:
    pour(watch_of_gate, tmp_path / "peer", OVER_TLS, 1, kill=False)


@pytest.mark.faults
@pytest.mark.parametrize("kill", [False, True], ids=["restarted", "killed"])
@pytest.mark.parametrize("driver", [OVER_TLS, PLAIN], ids=["tls", "tcp"])
def test_what_a_receiver_took_is_kept_once_over_many_rounds(
    watch_of_gate: RehearsedWatch, tmp_path: Path, driver: str, kill: bool
) -> None:
    pour(watch_of_gate, tmp_path / "peer", driver, 25, kill=kill)
