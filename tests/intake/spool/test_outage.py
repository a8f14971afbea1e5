"""NATS goes down and comes back: nothing acknowledged is lost, nothing doubled."""

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

import pytest

from midwatch.intake.parcels import Parcel, Spool, SpoolDownError
from midwatch.intake.spool import SpoolWriter

Make = Callable[..., Parcel]


class Server(Protocol):
    """What ``conftest`` starts."""

    address: str

    def start(self) -> None: ...

    def kill(self) -> None: ...


@pytest.fixture
def spool(nats_server: Server) -> Iterator[Spool]:
    pytest.importorskip("nats", reason="the extra nats is not installed")
    from midwatch.intake.spool.jetstream import JetStreamSpool  # noqa: PLC0415  # an extra, perhaps not installed

    name = f"outage-{time.time_ns()}"
    spool = JetStreamSpool([nats_server.address], name=name, patience=1.5)
    yield spool
    spool.close()


def numbers(spool: Spool, after: int = 0) -> list[int]:
    return [each.parcel.received % 1_000_000 for each in spool.read(after, 1 << 30)]


def test_a_spool_opened_while_nats_is_down_works_once_it_is_up(
    nats_server: Server, spool: Spool, parcel: Make
) -> None:
    nats_server.kill()
    with pytest.raises(SpoolDownError, match="NATS server runs"):
        spool.append([parcel(1)])
    nats_server.start()

    spool.append([parcel(2)])

    assert numbers(spool)[-1] == 2


def test_what_is_appended_again_after_an_outage_is_kept_once(
    nats_server: Server, spool: Spool, parcel: Make
) -> None:
    for number in range(5):
        spool.append([parcel(number)])
        nats_server.kill()
        with pytest.raises(SpoolDownError):
            spool.append([parcel(1000 + number)])
        nats_server.start()
        spool.append([parcel(1000 + number)])

    assert numbers(spool) == [each for n in range(5) for each in (n, 1000 + n)]
    assert spool.usage().waiting == 10


def test_an_acknowledgement_that_was_lost_does_not_double(
    spool: Spool, parcel: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from midwatch.intake.spool.stream import Headers, StreamLostError  # noqa: PLC0415  # an extra, perhaps not installed

    stream = spool._stream  # type: ignore[attr-defined]  # the one thing to break
    publish: Callable[..., Awaitable[int]] = stream.publish
    fails = iter([True, False])

    async def publish_and_lose(content: bytes, headers: Headers, after: int) -> int:
        sequence = await publish(content, headers, after)
        if next(fails, False):
            raise StreamLostError("the connection broke before the answer came")
        return sequence

    spool.append([parcel(0)])
    monkeypatch.setattr(stream, "publish", publish_and_lose)

    offset = spool.append([parcel(1), parcel(2)])

    assert numbers(spool) == [0, 1, 2]
    assert spool.read(0, 1 << 20)[-1].offset == offset


def release_all(spool: Spool) -> list[int]:
    """Take what is there, as the watch does; the numbers of it."""
    taken = spool.read(spool.released, 1 << 30)
    if taken:
        spool.release(taken[-1].offset)
    return [each.parcel.received % 1_000_000 for each in taken]


def test_what_follows_a_lost_acknowledgement_is_kept_though_all_was_taken_since(
    spool: Spool, parcel: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from midwatch.intake.spool.stream import Headers, StreamLostError  # noqa: PLC0415  # an extra, perhaps not installed

    stream = spool._stream  # type: ignore[attr-defined]  # the one thing to break
    publish: Callable[..., Awaitable[int]] = stream.publish
    fails = iter([True, False])

    async def publish_and_lose(content: bytes, headers: Headers, after: int) -> int:
        sequence = await publish(content, headers, after)
        if next(fails, False):
            # As a killed server leaves the client: it never learns where the stream ends.
            stream.last = after
            raise StreamLostError("the connection broke before the answer came")
        return sequence

    spool.append([parcel(0)])
    monkeypatch.setattr(stream, "publish", publish_and_lose)
    spool.append([parcel(1)])
    assert release_all(spool) == [0, 1]

    spool.append([parcel(2)])

    assert release_all(spool) == [2]


@pytest.mark.parametrize("arrives", [True, False], ids=["kept", "lost"])
def test_what_nobody_knows_of_is_never_taken_for_something_else(
    spool: Spool, parcel: Make, monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    from midwatch.intake.spool.stream import Headers, StreamLostError, StreamMovedError  # noqa: PLC0415  # an extra, perhaps not installed

    stream = spool._stream  # type: ignore[attr-defined]  # the one thing to break
    publish: Callable[..., Awaitable[int]] = stream.publish

    async def nobody_finds(name: str, after: int) -> int:
        raise StreamLostError("no answer in time")

    async def nobody_answers(content: bytes, headers: Headers, after: int) -> int:
        with contextlib.suppress(StreamMovedError):
            if arrives:
                await publish(content, headers, after)
        stream.last = after
        raise StreamLostError("no answer in time")

    async def lose_the_first(content: bytes, headers: Headers, after: int) -> int:
        if next(fails, False):
            raise StreamLostError("the connection broke before anything was sent")
        return await publish(content, headers, after)

    spool.append([parcel(0)])
    with monkeypatch.context() as broken:
        broken.setattr(stream, "publish", nobody_answers)
        broken.setattr(stream, "find", nobody_finds)
        with pytest.raises(SpoolDownError):
            spool.append([parcel(1)])
    taken = release_all(spool)
    assert taken == ([0, 1] if arrives else [0])
    fails = iter([True])
    monkeypatch.setattr(stream, "publish", lose_the_first)

    spool.append([parcel(2)])

    assert release_all(spool) == [2]


def test_a_writer_holds_its_parcels_over_an_outage(
    nats_server: Server, spool: Spool, parcel: Make
) -> None:
    writer = SpoolWriter(spool, retry_seconds=0.05)
    first = writer.put(parcel(0))
    first.result(30)
    nats_server.kill()
    waiting = [writer.put(parcel(number)) for number in range(1, 50)]
    time.sleep(2)
    assert not any(future.done() for future in waiting)
    told = writer.trouble
    assert isinstance(told, SpoolDownError)
    nats_server.start()

    offsets = [future.result(60) for future in waiting]

    writer.close()
    assert writer.trouble is None
    assert offsets == sorted(set(offsets))
    assert numbers(spool) == list(range(50))
