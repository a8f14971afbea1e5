"""Retention, compaction, vacuum and erasure, while others read and write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midwatch.events.batch import ParseFailure
from midwatch.lake import LakeKeeper, LakeReader, LakeWriter, Placed, read_batches
from midwatch.lake import files as files_room
from midwatch.lake.maintaining import KEPT_SECONDS
from midwatch.tenants import Tenant

Place = Callable[..., list[Placed]]
Rows = Callable[..., list[tuple[Any, ...]]]
DAY = 86_400_000_000
COUNT = "SELECT count(*) FROM events"


def files(lake: Path) -> list[str]:
    return sorted(path.relative_to(lake).as_posix() for path in lake.glob("events/tenant=*/*/*"))


@pytest.fixture
def filled(lake: Path, place: Place, ssh: tuple[str, ...]) -> Path:
    """Ten commits of one tenant, one of another."""
    writer = LakeWriter(lake)
    for offset in range(1, 11):
        writer.commit(place(ssh), "spool", offset)
    writer.commit(place(ssh, tenant="other"), "spool", 11)
    return lake


def test_what_is_too_old_expires(filled: Path, rows: Rows, noon: int) -> None:
    keeper = LakeKeeper(filled)
    kept = keeper.maintain(noon + 9 * DAY, [Tenant("acme", "Acme", retention_days=10)])
    assert kept.expired_rows == 0

    done = keeper.maintain(noon + 10 * DAY, [Tenant("acme", "Acme", retention_days=10)])
    assert done.expired_rows == 10, "the ten rows of the day before"
    assert rows(filled, COUNT) == [(30,)]
    assert rows(filled, COUNT, ["other"]) == [(4,)], "tenants that are not named keep theirs"


def test_a_legal_hold_wins(filled: Path, rows: Rows, noon: int) -> None:
    held = Tenant("acme", "Acme", retention_days=1, legal_hold=True)

    assert LakeKeeper(filled).maintain(noon + 900 * DAY, [held]).expired_rows == 0
    assert rows(filled, COUNT) == [(40,)]


def test_small_files_become_day_files_with_the_same_rows(
    filled: Path, rows: Rows, noon: int
) -> None:
    everything = "SELECT * FROM events ORDER BY id"
    before = rows(filled, everything)
    done = LakeKeeper(filled).maintain(noon + 2 * DAY)

    assert (done.compacted_files, done.written_files, done.more) == (20, 2, False)
    assert rows(filled, everything) == before
    assert LakeKeeper(filled).maintain(noon + 2 * DAY).compacted_files == 0


def test_work_is_bounded_and_says_that_there_is_more(filled: Path, noon: int) -> None:
    first = LakeKeeper(filled).maintain(noon + 2 * DAY, rows=1)
    second = LakeKeeper(filled).maintain(noon + 2 * DAY, rows=1)

    assert (first.written_files, first.more) == (1, True)
    assert (second.written_files, second.more) == (1, False)


def test_a_reader_of_an_older_snapshot_can_finish(filled: Path, noon: int) -> None:
    reader = LakeReader(filled, ["acme"])
    keeper = LakeKeeper(filled)
    keeper.maintain(noon + 2 * DAY)
    keeper.maintain(noon + 2 * DAY)
    assert reader.query(COUNT).rows == [(40,)]
    assert reader.problems == []


def test_leftovers_go_once_they_are_old(filled: Path, rows: Rows, noon: int) -> None:
    keeper = LakeKeeper(filled)
    (filled / "events/tenant=acme/day=2026-11-20/events-orphan.parquet").write_bytes(b"of a crash")
    keeper.maintain(noon + 2 * DAY)
    count = len(files(filled))
    newest = max(path.stat().st_mtime for path in filled.rglob("*.parquet"))

    early, late = newest + KEPT_SECONDS - 1000, newest + KEPT_SECONDS + 1000
    assert keeper.maintain(int(early * 1_000_000)).vacuumed_files == 0
    assert keeper.maintain(int(late * 1_000_000)).vacuumed_files == 21
    assert len(files(filled)) == count - 21
    assert rows(filled, COUNT) == [(40,)]


def test_a_writer_commits_while_compaction_is_at_work(
    filled: Path,
    place: Place,
    rows: Rows,
    ssh: tuple[str, ...],
    noon: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer, keeper = LakeWriter(filled), LakeKeeper(filled)
    original, offsets = files_room.sync_files, iter(range(12, 99))

    def interfere(*given: Any) -> None:  # passed on as it came
        original(*given)
        writer.commit(place(ssh), "spool", next(offsets))

    monkeypatch.setattr("midwatch.lake.maintaining.sync_files", interfere)
    done = keeper.maintain(noon + 2 * DAY)

    assert done.written_files == 2
    assert rows(filled, "SELECT count(*), count(DISTINCT id) FROM events") == [(44, 44)]


def test_compaction_gives_way_to_an_erasure(
    filled: Path, rows: Rows, noon: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = files_room.sync_files

    def interfere(*given: Any) -> None:  # passed on as it came
        original(*given)
        LakeKeeper(filled).erase("acme")

    monkeypatch.setattr("midwatch.lake.maintaining.sync_files", interfere)
    LakeKeeper(filled).maintain(noon + 2 * DAY)

    assert rows(filled, COUNT) == [(0,)]
    assert rows(filled, COUNT, ["other"]) == [(4,)]


def test_an_erased_tenant_is_gone_from_the_disk(filled: Path, rows: Rows, noon: int) -> None:
    LakeKeeper(filled).maintain(noon + 2 * DAY)
    digests = {
        path.relative_to(filled / "events").as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in filled.glob("events/tenant=acme/*/*")
    }
    done = LakeKeeper(filled).erase("acme")

    assert {file.path: file.digest for file in done.files} == digests, "old files too"
    assert done.rows == 40
    assert done.remaining == ()
    assert not (filled / "events/tenant=acme").exists()
    assert rows(filled, COUNT, None) == [(4,)]
    for path in filled.rglob("*"):
        if path.is_file() and "tenant=other" not in str(path):
            assert b"203.0.113.9" not in path.read_bytes()
            assert b"mia" not in path.read_bytes()
    assert LakeKeeper(filled).erase("acme").files == ()


def test_an_erasure_leaves_the_spools_offset(filled: Path) -> None:
    LakeKeeper(filled).erase("acme")

    assert LakeWriter(filled).last_offset("spool") == 11


def test_a_damaged_file_is_set_aside_and_the_rest_stays(filled: Path, rows: Rows) -> None:
    damaged = next(filled.glob("events/tenant=acme/day=2026-11-20/*.parquet"))
    content = bytearray(damaged.read_bytes())
    content[200] ^= 0xFF
    damaged.write_bytes(content)
    problems = LakeKeeper(filled).check()

    assert len(problems) == 1
    assert "with 3 rows is damaged and has been set aside" in problems[0]
    assert rows(filled, COUNT) == [(37,)]
    assert (filled / "set-aside" / damaged.relative_to(filled / "events")).read_bytes() == content
    assert LakeKeeper(filled).check() == ()


def test_all_files_are_checked_bit_by_bit(filled: Path) -> None:
    damaged = next(filled.glob("events/tenant=acme/day=2026-11-20/*.parquet"))
    content = bytearray(damaged.read_bytes())
    content[200] ^= 0xFF
    damaged.write_bytes(content)
    files = len(list(filled.glob("events/tenant=*/day=*/*.parquet")))
    assert files > 1

    told = [LakeKeeper(filled).check_next(size=1) for _ in range(files)]

    assert sorted(map(len, told)) == [0] * (files - 1) + [1]
    assert "acme" not in (filled / "checked").read_text()


def test_a_torn_last_entry_is_set_aside(
    filled: Path, place: Place, rows: Rows, ssh: tuple[str, ...]
) -> None:
    last = max(filled.glob("events/_delta_log/*.json"))
    whole = last.read_bytes()
    for torn in (whole[: len(whole) // 2], b"", whole[:-1] + b"\0\0\0"):
        last.write_bytes(torn)
        reader = LakeReader(filled, None)
        assert reader.query(COUNT).rows == [(40,)]
        assert ["damaged and was left out" in problem for problem in reader.problems] == [True]

        writer = LakeWriter(filled)
        assert len(writer.repaired) == 1
        assert writer.commit(place(ssh, tenant="other"), "spool", 11).rows == 4, (
            "the spool still has it"
        )
        assert rows(filled, COUNT, None) == [(44,)]


def test_checkpoints_are_written_and_serve(lake: Path, noon: int, rows: Rows) -> None:
    writer = LakeWriter(lake)
    for offset in range(1, 102):
        failure = ParseFailure(1, "why", f"line {offset}")
        writer.commit([Placed("acme", "hq", "gate", noon, None, [failure])], "spool", offset)
    done = LakeKeeper(lake).maintain(noon + 2 * DAY)

    assert done.checkpointed
    assert LakeWriter(lake).last_offset("spool") == 101
    assert rows(lake, "SELECT count(*), count(DISTINCT raw) FROM events") == [(101, 101)]


def test_batches_come_back_as_they_were(
    lake: Path, place: Place, ssh: tuple[str, ...], noon: int
) -> None:
    given = place(ssh, delivery=5)
    LakeWriter(lake).commit(given, "spool", 5)

    def told(batches: list[Placed]) -> list[tuple[object, ...]]:
        return sorted(
            (line, time, raw, message, sorted(row.items()))
            for each in batches if each.batch is not None
            for line, time, raw, message, row in zip(
                each.batch.lines, each.batch.times, each.batch.raws, each.batch.messages, each.batch.rows(), strict=True)
        )  # fmt: skip

    found = list(read_batches(lake, "acme", noon - 2 * DAY, noon + DAY))
    assert told(found) == told(given)
    assert {(each.office, each.feed, each.received) for each in found} == {("hq", "gate", noon)}
    assert {delivery for each in found for delivery in each.deliveries or ()} == {5}
    assert told(list(read_batches(lake, "acme", noon - DAY // 2, noon + DAY))) == told(given)[:2]
    assert list(read_batches(lake, "other", 0, noon + DAY)) == []
