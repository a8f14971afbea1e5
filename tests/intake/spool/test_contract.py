"""The contract every spool keeps."""

import asyncio
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from midwatch.intake.parcels import Fullness, Parcel, Spool, Spooled, SpoolFullError
from midwatch.intake.spool import Damage, SqliteSpool

Make = Callable[[int], Parcel]
Open = Callable[..., Spool]


@pytest.fixture(params=["sqlite", "jetstream"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reports() -> list[Damage]:
    return []


@pytest.fixture
def opens(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, reports: list[Damage]
) -> Iterator[Open]:
    """Opens the same spool as often as asked, as several processes would."""
    name = f"spool-{uuid.uuid4().hex}"
    opened: list[Spool] = []

    def open_one(budget: int = 64 << 20) -> Spool:
        spool: Spool
        if kind == "sqlite":
            spool = SqliteSpool(tmp_path / "spool", budget=budget, report=reports.append)
        else:
            pytest.importorskip("nats", reason="the extra nats is not installed")
            from midwatch.intake.spool.jetstream import JetStreamSpool  # noqa: PLC0415  # an extra, perhaps not installed

            server = request.getfixturevalue("nats_server")
            spool = JetStreamSpool(
                [server.address], name=name, budget=budget, report=reports.append
            )
        opened.append(spool)
        return spool

    yield open_one
    for spool in opened:
        spool.close()


def lines_of(spool: Spool, after: int = 0) -> list[bytes]:
    found = []
    while batch := spool.read(after, 10_000):
        found += [each.parcel.lines[0] for each in batch]
        after = batch[-1].offset
    return found


def test_a_new_spool_is_empty(opens: Open) -> None:
    spool = opens()

    assert spool.read(0, 1000) == []
    assert spool.released == 0
    usage = spool.usage()
    assert (usage.waiting, usage.oldest, usage.damaged) == (0, None, 0)
    assert usage.fullness is Fullness.ROOMY


def test_what_was_appended_is_read_as_it_was(opens: Open, parcel: Make) -> None:
    spool = opens()

    last = spool.append([parcel(1), parcel(2)])

    read = spool.read(0, 10_000)
    assert [each.parcel for each in read] == [parcel(1), parcel(2)]
    assert [each.offset for each in read] == [last - 1, last]


def test_offsets_grow_over_calls_restarts_and_an_emptied_spool(opens: Open, parcel: Make) -> None:
    first = opens()
    offsets = [first.append([parcel(1)]), first.append([parcel(2), parcel(3)])]
    first.release(offsets[-1])
    first.close()

    again = opens()
    offsets.append(again.append([parcel(4)]))

    assert offsets == sorted(set(offsets))
    assert lines_of(again) == [b"line 4"]
    assert lines_of(again, again.released) == [b"line 4"]


def test_reading_begins_behind_any_offset(opens: Open, parcel: Make) -> None:
    spool = opens()
    spool.append([parcel(n) for n in range(5)])
    spool.append([parcel(n) for n in range(5, 8)])

    offsets = [each.offset for each in spool.read(0, 1 << 20)]

    assert len(offsets) == 8
    for number, offset in enumerate(offsets):
        behind = [f"line {n}".encode() for n in range(number + 1, 8)]
        assert [each.parcel.lines[0] for each in spool.read(offset, 1 << 20)] == behind


def test_a_read_gives_about_the_bytes_asked_for_but_at_least_one(
    opens: Open, parcel: Callable[..., Parcel]
) -> None:
    spool = opens()
    spool.append([parcel(n, size=1000) for n in range(20)])

    assert len(spool.read(0, 1)) == 1
    assert 2 <= len(spool.read(0, 5000)) <= 5
    assert len(spool.read(0, 1 << 20)) == 20


def test_another_opener_sees_new_parcels_at_once(opens: Open, parcel: Make) -> None:
    writing, reading = opens(), opens()
    assert reading.read(0, 1000) == []

    offset = writing.append([parcel(1)])

    assert [each.offset for each in reading.read(0, 1000)] == [offset]


def test_waiting_ends_when_a_parcel_comes_or_time_is_up(opens: Open, parcel: Make) -> None:
    writing, reading = opens(), opens()
    assert reading.wait(0, 0.05) is False
    offset = writing.append([parcel(1)])
    assert reading.wait(0, 5) is True
    assert reading.wait(offset, 0.05) is False

    later = threading.Timer(0.2, writing.append, [[parcel(2)]])
    later.start()
    begun = time.monotonic()

    assert reading.wait(offset, 30) is True
    assert time.monotonic() - begun < 10
    later.join()


def test_what_was_released_is_gone_and_the_rest_is_not(opens: Open, parcel: Make) -> None:
    spool = opens()
    spool.append([parcel(1), parcel(2)])
    offset = spool.append([parcel(3), parcel(4)])

    spool.release(offset - 1)

    assert spool.released == offset - 1
    assert lines_of(spool, spool.released) == [b"line 4"]
    usage = spool.usage()
    assert (usage.waiting, usage.oldest) == (1, parcel(3).received)
    spool.release(offset)
    assert (spool.usage().waiting, spool.usage().oldest) == (0, None)
    assert spool.read(0, 1000) == []


def test_what_was_released_survives_a_restart_and_never_goes_back(
    opens: Open, parcel: Make
) -> None:
    spool = opens()
    offset = spool.append([parcel(1), parcel(2), parcel(3)])
    spool.release(offset - 1)
    spool.release(offset - 2)
    spool.close()

    assert opens().released == offset - 1


def test_releasing_more_than_there_is_does_not_release_what_comes(
    opens: Open, parcel: Make
) -> None:
    spool = opens()
    last = spool.append([parcel(1)])

    spool.release(last + 1_000_000)
    coming = spool.append([parcel(2)])

    assert spool.released == last < coming
    assert lines_of(spool, spool.released) == [b"line 2"]


def test_equal_parcels_are_each_kept(opens: Open, parcel: Make) -> None:
    spool = opens()

    spool.append([parcel(1)])
    spool.append([parcel(1)])

    assert lines_of(spool) == [b"line 1", b"line 1"]


def test_appending_nothing_gives_the_newest_offset(opens: Open, parcel: Make) -> None:
    spool = opens()
    last = spool.append([parcel(1)])

    assert spool.append([]) == last
    assert lines_of(spool) == [b"line 1"]


def test_usage_counts_parcels_over_calls_and_restarts(opens: Open, parcel: Make) -> None:
    spool = opens()
    offset = spool.append([parcel(n) for n in range(10)])
    spool.append([parcel(n) for n in range(10, 13)])
    spool.release(offset)
    again = opens()
    again.append([parcel(13)])

    assert again.usage().waiting == 4
    assert again.usage().bytes_used > 0


def test_many_megabytes_in_one_call_are_kept_whole(opens: Open, parcel: Make) -> None:
    spool = opens()
    large = [
        Parcel("t", "o", "f", "", parcel(1).transport, "", n, (os.urandom(1_500_000),))
        for n in range(3)
    ]
    spool.append([parcel(0)])

    last = spool.append(large)
    spool.append([parcel(9)])

    read: list[Spooled] = []
    while batch := spool.read(read[-1].offset if read else 0, 100):
        read += batch
    assert [each.parcel for each in read] == [parcel(0), *large, parcel(9)]
    spool.release(last - 1)
    assert [each.parcel for each in spool.read(spool.released, 1 << 30)] == [large[2], parcel(9)]
    assert spool.usage().waiting == 2


def test_a_full_spool_refuses_keeps_what_it_has_and_resumes_by_itself(
    opens: Open, parcel: Make
) -> None:
    spool = opens(2 << 20)
    kept: list[Parcel] = []

    def fill() -> None:
        for n in range(1000):
            each = Parcel("t", "o", "f", "", parcel(1).transport, "", n, (os.urandom(50_000),))
            spool.append([each])
            kept.append(each)

    with pytest.raises(SpoolFullError) as caught:
        fill()
    assert "budget" in caught.value.remedy
    assert len(kept) > 10
    usage = spool.usage()
    assert usage.waiting == len(kept)
    assert 0.9 <= usage.fraction <= 1.0
    assert usage.fullness is not Fullness.ROOMY

    read = spool.read(0, 1 << 30)
    assert [each.parcel for each in read] == kept
    spool.release(read[-1].offset)
    spool.append([parcel(1)])

    assert lines_of(spool, spool.released) == [b"line 1"]
    assert spool.usage().fullness is Fullness.ROOMY


def test_what_cannot_be_read_is_set_aside_and_reported_and_the_rest_goes_on(
    kind: str,
    opens: Open,
    parcel: Make,
    reports: list[Damage],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    spool = opens()
    spool.append([parcel(1)])
    offset = spool.append([parcel(2), parcel(3)])
    if kind == "sqlite":
        spool.append([parcel(4)])
        with closing(sqlite3.connect(tmp_path / "spool/current/spool.sqlite")) as database:
            database.execute("UPDATE parcels SET content = zeroblob(50) WHERE last = ?", (offset,))
            database.commit()
    else:
        publish_garbage(request.getfixturevalue("nats_server").address, spool)
        spool.append([parcel(4)])

    read = spool.read(0, 1 << 20)

    assert [each.parcel for each in read][-1] == parcel(4)
    assert len(read) == (2 if kind == "sqlite" else 4)
    assert len(reports) == 1
    assert "checksum" in str(reports[0])
    assert spool.usage().damaged == (2 if kind == "sqlite" else 1)
    assert len(spool.read(0, 1 << 20)) == len(read)
    assert len(reports) == 1
    spool.release(read[-1].offset)
    assert spool.usage().waiting == 0
    assert spool.append([parcel(5)]) > read[-1].offset


def publish_garbage(address: str, spool: Spool) -> None:
    import nats  # noqa: PLC0415  # an extra, perhaps not installed

    async def publish() -> None:
        client = await nats.connect(address)
        name = spool._stream.name  # type: ignore[attr-defined]  # only this kind has a stream
        await client.jetstream().publish(f"{name}.parcels", b"this is no group")
        await client.close()

    asyncio.run(publish())


def test_many_threads_append_at_once(opens: Open, parcel: Make) -> None:
    spool = opens()
    offsets: list[int] = []

    def work(start: int) -> None:
        offsets.extend(spool.append([parcel(n)]) for n in range(start, start + 10))

    threads = [threading.Thread(target=work, args=[start]) for start in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(offsets)) == 40
    read = spool.read(0, 1 << 20)
    assert {each.offset for each in read} == set(offsets)
    for start in (0, 100, 200, 300):
        mine = [each.parcel for each in read if start <= each.parcel.received % 1000 < start + 10]
        assert mine == [parcel(n) for n in range(start, start + 10)]
