"""Kills, full disks: nothing half seen, nothing doubled, nothing lost that was promised."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midwatch.kernel import ConfigurationError
from midwatch.lake import LakeKeeper, LakeReader, LakeWriter, Placed

Rows = Callable[..., list[tuple[Any, ...]]]
ROWS = 40
COMMIT = """
import resource, sys
from pathlib import Path
from midwatch.events.batch import ParseFailure
from midwatch.kernel import ConfigurationError
from midwatch.lake import LakeKeeper, LakeWriter, Placed
lake, count, room, keep = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
if room:
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
writer, keeper = LakeWriter(lake), LakeKeeper(lake)
print("ready", flush=True)
first = writer.last_offset("spool") + 1
for offset in range(first, first + count):
    batches = [
        Placed(tenant, "hq", "gate", 1795176000000000, None,
               [ParseFailure(line, "why", f"{offset} {line} " + "x" * 50) for line in range(1, ROWS + 1)])
        for tenant in ("acme", "other")
    ]
    try:
        writer.commit(batches, "spool", offset)
    except ConfigurationError as error:
        print("refused", error, flush=True)
        sys.exit(5)
    print(offset, flush=True)
    if keep and offset % 7 == 0:
        keeper.maintain(1795176000000000 + 2 * 86400000000)
"""


def run(lake: Path, count: int, room: int = 0, *keep: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMIT.replace("ROWS", str(ROWS)), lake, str(count), str(room), *keep],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "rounds", [6, pytest.param(200, marks=pytest.mark.faults)], ids=["few", "many"]
)
def test_a_kill_at_any_moment_neither_doubles_nor_loses_nor_halves(
    lake: Path, rows: Rows, rounds: int
) -> None:
    dice = random.Random(20261120)  # the moments of the kills, no secret
    promised = 0
    for _ in range(rounds):
        child = run(lake, 10_000, 0, "keep")
        assert child.stdout is not None
        for line in child.stdout:
            if line.strip() == "ready":
                break
        for _commit in range(dice.randrange(4)):
            promised = max(promised, int(child.stdout.readline()))
        try:
            child.wait(dice.random() * 0.05)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        promised = max([promised, *(int(line) for line in child.stdout if line.endswith("\n"))])
        child.wait()
        child.stdout.close()

        offset = LakeWriter(lake).last_offset("spool")
        assert offset >= promised
        for tenant in ("acme", "other"):
            found = rows(
                lake,
                "SELECT count(*), count(DISTINCT raw), count(DISTINCT delivery) FROM events",
                [tenant],
            )
            assert found == [(ROWS * offset, ROWS * offset, offset)]
    assert promised > rounds // 2, "too few commits for the kills to hit any"
    assert LakeKeeper(lake).check() == ()


@pytest.mark.parametrize("room", [200, 1500, 4000])
def test_without_room_a_commit_is_refused_whole_and_taken_up_later(
    lake: Path, rows: Rows, room: int
) -> None:
    LakeWriter(lake)
    child = run(lake, 3, room)
    said, _ = child.communicate(timeout=120)
    committed = LakeWriter(lake).last_offset("spool")

    assert rows(lake, "SELECT count(*) FROM events", None) == [(2 * ROWS * committed,)]
    if room < 2000:
        assert child.returncode == 5
        assert "nothing was lost" in said
    assert not list(lake.rglob("*.tmp"))
    run(lake, 1).communicate(timeout=120)
    assert rows(lake, "SELECT count(*) FROM events", None) == [(2 * ROWS * (committed + 1),)]
    assert LakeReader(lake, None).problems == []


def test_a_disk_that_fills_before_the_log_entry_leaves_nothing_seen(
    lake: Path, rows: Rows, place: Callable[..., list[Placed]], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = LakeWriter(lake)

    def refuse(*_paths: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "link", refuse)
        with pytest.raises(ConfigurationError, match="No space left"):
            writer.commit(place(["one", "two"]), "spool", 1)
    assert rows(lake, "SELECT count(*) FROM events") == [(0,)]
    assert len(list(lake.glob("events/tenant=acme/*/*"))) == 1, (
        "a leftover that the replay overwrites"
    )

    assert writer.commit(place(["one", "two"]), "spool", 1).rows == 2
    assert rows(lake, "SELECT count(*) FROM events") == [(2,)]
    assert len(list(lake.glob("events/tenant=acme/*/*"))) == 1
