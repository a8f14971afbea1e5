"""Syslog over UDP, with real sockets."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from midwatch.intake.datagrams import DatagramServer, grant_buffer
from midwatch.intake.limits import Flood, Limits
from midwatch.intake.parcels import Transport
from midwatch.intake.rehearsal import Rehearsal, by_address, eventually, feed
from midwatch.tenants import Mark, MarkKind

Run = Callable[[Awaitable[None]], None]
LOCAL = feed("fw", by_address("127.0.0.1"))


@asynccontextmanager
async def serving(
    parts: Rehearsal,
    limits: Limits | None = None,
    reader: socket.socket | None = None,
    path: str = "",
) -> AsyncIterator[DatagramServer]:
    limits = limits or Limits()
    if reader is None:
        reader = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        reader.bind(("127.0.0.1", 0))
    server = DatagramServer(
        reader, Transport.SOCKET if path else Transport.UDP, parts.delivery, parts.feeds.roll,
        limits, flood=Flood(limits), path=path,
    )  # fmt: skip
    server.start()
    try:
        yield server
    finally:
        await server.stop()


def send(port: int, *datagrams: bytes, source: str = "127.0.0.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        for datagram in datagrams:
            sender.sendto(datagram, ("127.0.0.1", port))


def test_datagrams_are_grouped_by_sender(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL, feed("ap", by_address("127.0.0.2")))
        async with serving(parts) as server:
            for number in range(100):
                send(server.port, b"<13>a %d\n" % number)
                send(server.port, b"<13>b %d\0" % number, b"", source="127.0.0.2")
            await parts.sink.until_lines(200)

        found = {
            name: [line for each in parts.sink.parcels if each.feed == name for line in each.lines]
            for name in ("fw", "ap")
        }
        assert found["fw"] == [b"<13>a %d" % number for number in range(100)]
        assert found["ap"] == [b"<13>b %d" % number for number in range(100)]
        assert len(parts.sink.parcels) < 20

    run(test())


def test_strangers_go_to_quarantine_and_hold_up_nobody(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts) as server:
            send(server.port, b"<13>who", source="127.0.0.9")
            await parts.quarantine.until_lines(1)
            parts.quarantine.full = True
            send(server.port, b"<13>who else", source="127.0.0.9")
            send(server.port, b"<13>known")
            await parts.sink.until_lines(1)
            await eventually(lambda: parts.refused() == {"quarantine full": 1})

        assert parts.quarantine.kept == [(Transport.UDP, "127.0.0.9", server.port, (b"<13>who",))]

    run(test())


def test_a_flood_is_refused_and_counted(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL, feed("ap", by_address("127.0.0.2")))
        async with serving(parts, Limits(lines_per_second=1, burst=10)) as server:
            send(server.port, *(b"<13>x %d" % number for number in range(60)))
            send(server.port, b"<13>quiet", source="127.0.0.2")
            await parts.sink.until(lambda sink: b"<13>quiet" in sink.lines)
            await eventually(lambda: parts.refused().get("flood", 0) >= 49)

        assert parts.sink.lines.count(b"<13>quiet") == 1
        assert len(parts.sink.lines) - 1 + parts.refused()["flood"] == 60

    run(test())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what it dropped")
def test_what_the_kernel_drops_is_counted(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        limits = Limits(receive_buffer=8192)
        async with serving(parts, limits) as server:
            # The loop does not run meanwhile, so that nobody reads.
            send(server.port, *(b"<13>%04d" % number + b"x" * 1000 for number in range(200)))
            await parts.sink.until_lines(1)
            send(server.port, b"<13>last")
            await parts.sink.until(lambda sink: b"<13>last" in sink.lines)

            told = parts.counters.snapshot()
            name = f"127.0.0.1:{server.port}"
            assert told.kernel_drops[name] + len(parts.sink.lines) == 201
            assert told.kernel_drops[name] > 0
            assert told.receive_buffers[name] <= 8192

    run(test())


def test_while_the_disk_is_slow_few_datagrams_wait(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        parts.sink.open.clear()
        async with serving(parts, Limits(waiting=10_000)) as server:
            send(server.port, b"<13>first")
            await eventually(lambda: parts.sink.asked == 1)
            send(server.port, *(b"<13>" + b"x" * 996 for _ in range(20)))
            await eventually(lambda: parts.events().get("reading paused") == 1)
            parts.sink.open.set()
            await parts.sink.until_lines(21)

    run(test())


def test_the_granted_buffer_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reader:
        granted = grant_buffer(reader, 1 << 16)

        assert 0 < granted <= reader.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def test_a_unix_datagram_socket_is_told_by_its_path(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "eve.sock")

    async def test() -> None:
        reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        reader.bind(path)
        parts = Rehearsal(feed("ids", Mark(MarkKind.PATH, path)))
        async with serving(parts, reader=reader, path=path):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.connect(path)
                sender.send(b'{"event_type":"alert"}\n')
            await parts.sink.until_lines(1)

        parcel = parts.sink.parcels[0]
        assert (parcel.feed, parcel.transport, parcel.peer) == ("ids", Transport.SOCKET, path)
        assert parcel.lines == (b'{"event_type":"alert"}',)

    run(test())


def test_stopping_reads_what_is_there(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts) as server:
            send(server.port, *(b"<13>%d" % number for number in range(50)))
        assert len(parts.sink.lines) == 50

    run(test())


def test_the_loop_is_not_needed_to_stop_twice(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts) as server:
            await server.stop()
            await asyncio.sleep(0)

    run(test())
