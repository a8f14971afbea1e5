"""The writer that many listeners share."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from midwatch.intake.parcels import Parcel, SpoolDownError, SpoolFullError
from midwatch.intake.spool import SpoolWriter, SqliteSpool

Make = Callable[..., Parcel]


class Recorder:
    """Stands in for a spool whose speed and refusals the test decides."""

    def __init__(self) -> None:
        self.calls: list[list[Parcel]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.refusal: Exception | None = None
        self.kept = 0

    def append(self, parcels: Sequence[Parcel]) -> int:
        self.gate.wait(20)
        if self.refusal is not None:
            raise self.refusal
        self.calls.append(list(parcels))
        self.kept += len(parcels)
        return self.kept


def writer_on(recorder: Recorder, **given: float) -> SpoolWriter:
    return SpoolWriter(recorder, retry_seconds=0.02, **given)  # type: ignore[arg-type]  # it needs only append


def test_parcels_of_threads_and_coroutines_become_durable(tmp_path: Path, parcel: Make) -> None:
    spool = SqliteSpool(tmp_path / "spool")
    writer = SpoolWriter(spool)

    async def many() -> list[int]:
        return await asyncio.gather(*(writer.deliver(parcel(n)) for n in range(100)))

    threaded = [writer.put(parcel(n)) for n in range(100, 200)]
    offsets = asyncio.run(many())

    assert offsets == sorted(set(offsets))
    by_offset = {each.offset: each.parcel for each in spool.read(0, 1 << 20)}
    assert [by_offset[offset] for offset in offsets] == [parcel(n) for n in range(100)]
    told = [by_offset[future.result()] for future in threaded]
    assert told == [parcel(n) for n in range(100, 200)]
    writer.close()
    spool.close()


def test_what_comes_during_a_commit_shares_the_next(parcel: Make) -> None:
    recorder = Recorder()
    recorder.gate.clear()
    writer = writer_on(recorder, gather_seconds=0)
    futures = [writer.put(parcel(n)) for n in range(50)]
    recorder.gate.set()
    assert [future.result(20) for future in futures] == list(range(1, 51))
    writer.close()

    assert len(recorder.calls) <= 3


def test_a_full_queue_holds_threads_and_coroutines_and_refuses_offers(parcel: Make) -> None:
    recorder = Recorder()
    recorder.gate.clear()
    size = 1000
    writer = writer_on(recorder, most_waiting_bytes=10 * size)
    taken = 0
    while writer.offer(parcel(taken, size=size)):
        taken += 1
    assert 5 <= taken <= 10

    held = threading.Thread(target=writer.put, args=[parcel(100, size=size)])
    held.start()

    async def deliver() -> int:
        waiting = asyncio.ensure_future(writer.deliver(parcel(101, size=size)))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        assert held.is_alive()
        recorder.gate.set()
        return await waiting

    assert asyncio.run(deliver()) > taken
    held.join(20)
    writer.close()
    assert recorder.kept == taken + 2


def test_while_the_spool_is_full_the_patient_wait_in_order_and_the_hasty_are_told(
    parcel: Make,
) -> None:
    recorder = Recorder()
    recorder.refusal = SpoolFullError("no room", remedy="make room")
    writer = writer_on(recorder)
    patient = [writer.put(parcel(n)) for n in range(3)]
    hasty = writer.put(parcel(9), patient=False)

    with pytest.raises(SpoolFullError):
        hasty.result(20)
    with pytest.raises(SpoolFullError):
        asyncio.run(writer.deliver(parcel(10), patient=False))
    patient.append(writer.put(parcel(3)))
    assert not any(future.done() for future in patient)
    told = writer.trouble
    assert told is recorder.refusal

    recorder.refusal = None
    assert [future.result(20) for future in patient] == [1, 2, 3, 4]
    writer.close()
    assert writer.trouble is None
    assert [each for call in recorder.calls for each in call] == [parcel(n) for n in range(4)]


def test_a_failure_nobody_thought_of_is_told_and_survived(parcel: Make) -> None:
    recorder = Recorder()
    recorder.refusal = ZeroDivisionError("surprise")
    writer = writer_on(recorder)
    future = writer.put(parcel(1))
    until = time.monotonic() + 20
    while writer.trouble is None and time.monotonic() < until:
        time.sleep(0.005)
    assert "surprise" in str(writer.trouble)

    recorder.refusal = None

    assert future.result(20) == 1
    writer.close()


def test_closing_writes_what_is_left_and_refuses_more(parcel: Make) -> None:
    recorder = Recorder()
    writer = writer_on(recorder, gather_seconds=5)
    futures = [writer.put(parcel(n)) for n in range(10)]

    writer.close()

    assert [future.result(0) for future in futures] == list(range(1, 11))
    with pytest.raises(SpoolDownError):
        writer.put(parcel(11))
    with pytest.raises(SpoolDownError):
        asyncio.run(writer.deliver(parcel(11)))


def test_closing_gives_up_in_time_and_says_so(parcel: Make) -> None:
    recorder = Recorder()
    recorder.refusal = SpoolDownError("gone", remedy="none")
    writer = writer_on(recorder)
    future = writer.put(parcel(1))
    begun = time.monotonic()

    writer.close(0.2)

    assert time.monotonic() - begun < 5
    with pytest.raises(SpoolDownError):
        future.result(0)


def test_a_caller_that_was_cancelled_does_not_trouble_the_rest(parcel: Make) -> None:
    recorder = Recorder()
    recorder.gate.clear()
    writer = writer_on(recorder)

    async def cancel_one() -> int:
        one = asyncio.ensure_future(writer.deliver(parcel(1)))
        two = asyncio.ensure_future(writer.deliver(parcel(2)))
        await asyncio.sleep(0.05)
        one.cancel()
        recorder.gate.set()
        return await two

    assert asyncio.run(cancel_one()) == 2
    writer.close()
    assert recorder.kept == 2
