"""A damaged spool: what can be read is saved, the damage is reported, offsets go on."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from midwatch.intake.parcels import Parcel, Spooled
from midwatch.intake.spool import Damage, SqliteSpool
from midwatch.kernel import ConfigurationError

Make = Callable[..., Parcel]
PAGE = 4096


class Bench:
    """A spool on disk that is opened again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "current" / "spool.sqlite"
        self.reports: list[Damage] = []
        self._opened: list[SqliteSpool] = []

    def open(self) -> SqliteSpool:
        spool = SqliteSpool(self.folder, report=self.reports.append)
        self._opened.append(spool)
        return spool

    def close(self) -> None:
        for spool in self._opened:
            spool.close()

    def spoil(self, pages: range) -> None:
        """Overwrite pages (counted from 0) of the closed database."""
        with self.database.open("r+b") as file:
            file.seek(pages.start * PAGE)
            file.write(b"\xa5" * PAGE * len(pages))

    def aside(self) -> list[Path]:
        return sorted(self.folder.glob("damaged-*"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "spool")
    yield bench
    bench.close()


def everything(spool: SqliteSpool, after: int = 0) -> list[Spooled]:
    return list(spool.read(after, 1 << 30))


def filled(bench: Bench, parcel: Make, groups: int = 40) -> int:
    spool = bench.open()
    last = 0
    for number in range(groups):
        last = spool.append([parcel(2 * number, size=3000), parcel(2 * number + 1)])
    spool.close()
    return last


@pytest.mark.parametrize("reader", [True, False], ids=["met by a reader", "met by a writer"])
def test_a_spoiled_header_costs_the_file_but_not_the_spool(
    reader: bool, bench: Bench, parcel: Make
) -> None:
    last = filled(bench, parcel)
    bench.spoil(range(1))

    spool = bench.open()
    if reader:
        assert everything(spool) == []
    offset = spool.append([parcel(7)])

    assert offset > last
    assert [each.parcel for each in everything(spool)] == [parcel(7)]
    assert len(bench.aside()) == len(bench.reports) == 1
    assert str(bench.aside()[0]) in str(bench.reports[0])
    assert bench.reports[0].parcels is None


def test_spoiled_pages_cost_the_rows_on_them(bench: Bench, parcel: Make) -> None:
    last = filled(bench, parcel, groups=400)
    size = bench.database.stat().st_size // PAGE
    bench.spoil(range(size // 2, size // 2 + 2))

    spool = bench.open()
    read = everything(spool)

    numbers = [each.parcel.received - 1_700_000_000_000_000 for each in read]
    assert numbers == sorted(set(numbers))
    assert {0, 1, 798, 799} <= set(numbers)
    assert 700 <= len(numbers) < 800
    assert all(
        each.parcel in (parcel(n, size=3000), parcel(n))
        for n, each in zip(numbers, read, strict=True)
    )
    assert bench.reports
    assert spool.append([parcel(9)]) > last
    spool.release(last)
    assert spool.usage().waiting == 1


def test_what_was_released_is_not_read_again_after_damage(bench: Bench, parcel: Make) -> None:
    last = filled(bench, parcel, groups=400)
    spool = bench.open()
    spool.release(last - 101)
    spool.close()
    with bench.database.open("r+b") as file:
        size = file.seek(0, 2) // PAGE
    bench.spoil(range(size // 2, size // 2 + 1))
    bench.spoil(range(1, 2))

    spool = bench.open()
    spool.append([parcel(5)])

    read = everything(spool, spool.released)
    assert read[-1].parcel == parcel(5)
    assert all(each.offset > last - 101 for each in read)
    assert spool.released == last - 101


def test_both_processes_go_on_with_the_new_file(bench: Bench, parcel: Make) -> None:
    filled(bench, parcel)
    bench.spoil(range(1, bench.database.stat().st_size // PAGE))
    writing, reading = bench.open(), bench.open()

    offset = writing.append([parcel(1)])

    assert [each.offset for each in everything(reading)][-1] == offset
    reading.release(offset)
    assert writing.released == offset
    assert len(bench.aside()) == 1, "only one of them sets the file aside"


def test_a_crash_while_setting_aside_leaves_one_of_both(bench: Bench, parcel: Make) -> None:
    filled(bench, parcel, groups=3)
    current, following = bench.folder / "current", bench.folder / "next"
    current.rename(following)

    assert len(everything(bench.open())) == 6, "the next one was complete: go on with it"

    bench.close()
    following.mkdir()
    (following / "spool.sqlite").write_bytes(b"half made")
    assert len(everything(bench.open())) == 6, "the next one was not complete: drop it"
    assert not following.exists()


def test_a_deleted_file_begins_anew_behind_all_older_offsets(bench: Bench, parcel: Make) -> None:
    last = filled(bench, parcel)
    bench.database.unlink()

    assert bench.open().append([parcel(1)]) > last


def test_a_file_of_a_newer_midwatch_is_refused_not_changed(bench: Bench, parcel: Make) -> None:
    filled(bench, parcel)
    with closing(sqlite3.connect(bench.database)) as database:
        database.execute("PRAGMA user_version=99")

    with pytest.raises(ConfigurationError, match="newer Midwatch"):
        bench.open()
    assert not bench.aside()
