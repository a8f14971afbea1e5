"""A disk that is full, or fails: nothing acknowledged is lost, and it resumes by itself."""

import os
import resource
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.small_disk import mounted

from midwatch.intake.parcels import Parcel, SpoolFullError, Transport
from midwatch.intake.spool import SqliteSpool

DISK = 12 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 12 MiB."""
    with mounted(tmp_path / "disk", DISK) as place:
        yield place


def large(number: int) -> Parcel:
    lines = (f"{number}".encode(), os.urandom(40_000))
    return Parcel("t", "o", "f", "", Transport.TLS, "", number, lines)


def fill(spool: SqliteSpool, first: int) -> list[int]:
    """Append until the disk is full; the numbers that were acknowledged."""
    kept: list[int] = []
    for number in range(first, first + 10_000):
        try:
            spool.append([large(number)])
        except SpoolFullError:
            return kept
        kept.append(number)
    pytest.fail("the disk never filled")


def numbers(spool: SqliteSpool) -> list[int]:
    return [each.parcel.received for each in spool.read(spool.released, 1 << 30)]


def test_a_full_disk_refuses_and_resumes_when_room_is_back(small_disk: Path) -> None:
    spool = SqliteSpool(small_disk / "spool", budget=16 << 20)
    other = small_disk / "other"
    other.write_bytes(bytes(4 << 20))

    kept = fill(spool, 0)
    with pytest.raises(SpoolFullError, match="disk is full"):
        spool.append([large(0), large(0)])
    assert len(kept) > 50
    assert numbers(spool) == kept

    other.unlink()
    again = fill(spool, 100_000)

    assert len(again) > 20
    assert numbers(spool) == kept + again
    spool.close()


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
def test_a_disk_without_a_byte_left_can_still_be_released(restart: bool, small_disk: Path) -> None:
    spool = SqliteSpool(small_disk / "spool", budget=16 << 20)
    kept = fill(spool, 0)
    if restart:
        spool.close()
    with (small_disk / "other").open("wb") as other, suppress(OSError):
        while True:
            os.write(other.fileno(), bytes(4096))
    assert shutil.disk_usage(small_disk).free < 4096
    if restart:
        spool = SqliteSpool(small_disk / "spool", budget=16 << 20)

    read = spool.read(0, 1 << 30)
    assert [each.parcel.received for each in read] == kept
    spool.release(read[-1].offset)
    more = fill(spool, 100_000)

    assert len(more) > len(kept) // 2
    assert numbers(spool) == more
    spool.close()


_LIMITED = """
    import resource, signal, sys
    from pathlib import Path
    from midwatch.intake.parcels import Parcel, SpoolDownError, SpoolFullError, Transport
    from midwatch.intake.spool import SqliteSpool

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    spool = SqliteSpool(Path(sys.argv[1]), budget=16 << 20)
    first = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    failed = 0
    for number in range(first, first + 600):
        if failed == 20:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        parcel = Parcel("t", "o", "f", "", Transport.TLS, "", number, (random_bytes(9000),))
        try:
            spool.append([parcel])
            print("ack", number)
        except (SpoolDownError, SpoolFullError):
            failed += 1
    print("failed", failed)
"""


@pytest.mark.parametrize("limit", [100_000, 300_000, 1_000_000])
def test_writes_that_fail_lose_nothing_and_are_tried_again(limit: int, tmp_path: Path) -> None:
    """A limit on the size of files: SQLite is told of a failed write (EFBIG), as with EIO."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    program = textwrap.dedent(_LIMITED).replace("random_bytes", "__import__('os').urandom")
    told = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "spool", "0", str(limit)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    acks = [int(line.split()[1]) for line in told if line.startswith("ack")]

    assert told[-1] == "failed 20"
    assert len(acks) == 580
    spool = SqliteSpool(tmp_path / "spool", budget=16 << 20)
    read = numbers(spool)
    spool.close()
    assert set(acks) <= set(read)
    assert read == sorted(set(read))


def test_a_budget_warns_before_it_is_full(tmp_path: Path, parcel: Callable[..., Parcel]) -> None:
    spool = SqliteSpool(tmp_path / "spool", budget=2 << 20)
    seen = set()
    with pytest.raises(SpoolFullError):  # noqa: PT012  # what leads there is what is looked at
        while True:
            spool.append([parcel(1), large(2)])
            seen.add(str(spool.usage().fullness))
    spool.close()

    assert {"roomy", "warning"} <= seen


def test_a_reader_that_is_stuck_costs_budget_not_the_disk(tmp_path: Path) -> None:
    """A reader that never ends its snapshot keeps SQLite's log from starting again."""
    spool = SqliteSpool(tmp_path / "spool", budget=4 << 20)
    stuck = SqliteSpool(tmp_path / "spool", budget=4 << 20)
    spool.append([large(0), large(1)])
    snapshot = stuck._reader._open()
    snapshot.execute("BEGIN")
    snapshot.execute("SELECT count(*) FROM parcels").fetchone()

    with pytest.raises(SpoolFullError):  # noqa: PT012  # it takes many to fill it
        for number in range(2, 1000):
            spool.append([large(number)])
    taken = sum(path.stat().st_size for path in (tmp_path / "spool").rglob("*") if path.is_file())
    snapshot.execute("ROLLBACK")
    spool.append([large(1001)])

    assert taken < 6 << 20
    stuck.close()
    spool.close()
