"""What a process remembers of a lake is never older than the lake."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from midwatch.events.batch import ParseFailure
from midwatch.lake import LakeReader, LakeWriter, Placed
from midwatch.lake import snapshots as remembering
from midwatch.lake.delta_log import ActiveFile, DeltaLog
from midwatch.lake.snapshots import Snapshots, snapshot
from midwatch.lake.windows import back_to, rows_from, starts

NOW = 1_795_176_000_000_000


def write(lake: Path, offset: int) -> None:
    failures = [ParseFailure(1, "x", f"line {offset}")]
    LakeWriter(lake).commit([Placed("acme", "hq", "gate", NOW, None, failures)], "t", offset)


def count(lake: Path, known: Snapshots | None) -> int:
    reader = LakeReader(lake, ["acme"], snapshots=known)
    try:
        return int(reader.query("SELECT count(*) FROM events").rows[0][0])
    finally:
        reader.close()


def test_each_commit_is_seen_at_once(tmp_path: Path) -> None:
    lake, known = tmp_path / "lake", Snapshots()
    for offset in range(1, 6):
        write(lake, offset)
        assert count(lake, known) == offset == count(lake, None)


def test_what_has_settled_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, known = tmp_path / "lake", Snapshots()
    write(lake, 1)
    past = time.time() - 60
    os.utime(DeltaLog(lake).log_folder, (past, past))
    read = list[int]()

    def counted(log: DeltaLog) -> remembering.Snapshot:
        read.append(1)
        return snapshot(log)

    monkeypatch.setattr(remembering, "snapshot", counted)
    assert [count(lake, known) for _ in range(3)] == [1, 1, 1]
    assert len(read) == 1
    write(lake, 2)
    assert count(lake, known) == 2
    known.forget()
    assert count(lake, known) == 2


def test_a_file_that_went_meanwhile_is_looked_up_anew(tmp_path: Path) -> None:
    lake, known = tmp_path / "lake", Snapshots()
    write(lake, 1)
    past = time.time() - 60
    os.utime(DeltaLog(lake).log_folder, (past, past))
    assert count(lake, known) == 1
    for file in lake.rglob("*.parquet"):
        file.unlink()
    reader = LakeReader(lake, ["acme"], snapshots=known)
    assert reader.query("SELECT count(*) FROM events").rows == [(0,)]
    assert "missing" in reader.problems[0]
    reader.close()


def test_spans_begin_with_the_newest_and_hold_more_and_more() -> None:
    files = [
        ActiveFile(str(n), "a", "d", 1, 1_000, n * 1_000, n * 1_000 + 999, 0) for n in range(9)
    ]
    found = starts(files, first=500)
    assert found == sorted(found, reverse=True)
    assert [rows_from(files, each) for each in found] == pytest.approx([500, 2_500], rel=0.02)
    assert back_to(files, 9_000) is None
    assert starts([], first=1) == []
