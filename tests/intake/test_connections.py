"""Syslog over TCP and TLS, with real sockets."""

import asyncio
import contextlib
import hashlib
import resource
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from midwatch.intake.certificates import CertificateFiles, Certificates
from midwatch.intake.connections import ConnectionServer
from midwatch.intake.limits import Flood, Limits, Places
from midwatch.intake.listening import run_in_fast_loop
from midwatch.intake.parcels import Transport
from midwatch.intake.rehearsal import Rehearsal, by_address, eventually, feed
from midwatch.kernel import ConfigurationError
from midwatch.tenants import Mark, MarkKind

Run = Callable[[Awaitable[None]], None]
LOCAL = feed("fw", by_address("127.0.0.1"))


@asynccontextmanager
async def serving(
    parts: Rehearsal, limits: Limits | None = None, certificates: Certificates | None = None
) -> AsyncIterator[ConnectionServer]:
    limits = limits or Limits()
    server = ConnectionServer(
        socket.create_server(("127.0.0.1", 0)),
        Transport.TLS if certificates else Transport.TCP,
        parts.delivery,
        parts.feeds.roll,
        limits,
        places=Places(limits),
        flood=Flood(limits),
        certificates=certificates,
    )
    server.start()
    try:
        yield server
    finally:
        await server.stop()


async def send(
    server: ConnectionServer, data: bytes, context: ssl.SSLContext | None = None
) -> None:
    _reader, writer = await asyncio.open_connection(
        "127.0.0.1", server.port, ssl=context, server_hostname="localhost" if context else None
    )
    writer.write(data)
    await writer.drain()
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def write_certificate(
    folder: Path, authority: trustme.CA, name: str = "localhost"
) -> CertificateFiles:
    issued = authority.issue_cert(name)
    issued.cert_chain_pems[0].write_to_path(folder / "server.pem")
    issued.private_key_pem.write_to_path(folder / "server.key")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return CertificateFiles(folder / "server.pem", folder / "server.key")


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_lines_of_both_framings_reach_the_spool(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts) as server:
            await send(server, b"<13>one\n<13>two\n<13>no end")
            await parts.sink.until_lines(3)
            await send(server, b"9 <13>three8 <13>four")
            await parts.sink.until_lines(5)

        assert sorted(parts.sink.lines) == [
            b"<13>four", b"<13>no end", b"<13>one", b"<13>three", b"<13>two",
        ]  # fmt: skip
        assert {(each.tenant, each.feed, each.peer) for each in parts.sink.parcels} == {
            ("acme", "fw", "127.0.0.1")
        }
        flow = parts.counters.snapshot().flows[0]
        assert (flow.transport, flow.feed, flow.lines) == ("tcp", "fw", 5)

    run(test())


def test_what_a_stranger_sends_goes_to_quarantine(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal()
        async with serving(parts) as server:
            await send(server, b"<13>one\n")
            await parts.quarantine.until_lines(1)

        assert parts.sink.parcels == []
        assert parts.quarantine.kept == [(Transport.TCP, "127.0.0.1", server.port, (b"<13>one",))]

    run(test())


def test_a_feed_that_is_added_counts_for_open_connections_too(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal()
        async with serving(parts) as server:
            _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"<13>stranger\n")
            await parts.quarantine.until_lines(1)
            parts.feeds.put(LOCAL)
            writer.write(b"<13>known\n")
            await parts.sink.until_lines(1)
            writer.close()

        assert parts.sink.lines == [b"<13>known"]

    run(test())


def test_nothing_is_read_while_the_spool_has_not_synced(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        parts.sink.open.clear()
        line = b"<13>" + b"x" * 1000 + b"\n"
        async with serving(parts) as server:
            _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.transport.set_write_buffer_limits(high=1)
            writer.write(line)
            await eventually(lambda: parts.sink.asked == 1)
            writer.write(line * 12_000)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.drain(), 0.3)
            assert parts.sink.asked == 1
            parts.sink.open.set()
            await parts.sink.until_lines(12_001)
            writer.close()

    run(test())


def test_a_full_spool_is_asked_again_until_it_has_room(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        parts.sink.full = True
        async with serving(parts) as server:
            await send(server, b"<13>one\n<13>two\n")
            await eventually(lambda: parts.sink.asked >= 2)
            parts.sink.full = False
            await parts.sink.until_lines(2)

        assert parts.sink.lines == [b"<13>one", b"<13>two"]
        assert parts.events()["waited for room"] >= 2

    run(test())


def test_stopping_waits_until_all_that_came_is_on_disk(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        parts.sink.open.clear()
        async with serving(parts) as server:
            _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"<13>one\n<13>half")
            await eventually(lambda: parts.sink.asked == 1)
            stopping = asyncio.create_task(server.stop())
            parts.sink.open.set()
            await stopping
            writer.close()

        assert parts.sink.lines == [b"<13>one", b"<13>half"]

    run(test())


def pour_while_anybody_listens(port: int, context: ssl.SSLContext | None) -> int:
    """Send numbered lines, looking before each whether the other side has ended; how many."""
    sent = 0
    with (
        socket.create_connection(("127.0.0.1", port), 20) as stream,
        contextlib.ExitStack() as also,
    ):
        looking = also.enter_context(stream.dup())
        looking.setblocking(False)
        secured = context.wrap_socket(stream, server_hostname="localhost") if context else stream
        also.callback(secured.close)
        while True:
            with contextlib.suppress(BlockingIOError):
                # Whatever TLS itself says to us comes as bytes; an end comes as none.
                if not looking.recv(4096 if context else 1):
                    return sent
            secured.sendall(b"<13>line %d\n" % sent)
            sent += 1


@pytest.mark.parametrize("secure", [False, True], ids=["tcp", "tls"])
def test_a_sender_that_looks_before_it_sends_loses_nothing_when_we_stop(
    run: Run, tmp_path: Path, secure: bool
) -> None:
    authority = trustme.CA()
    certificates = Certificates(write_certificate(tmp_path, authority)) if secure else None
    context = trusting(authority) if secure else None

    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts, certificates=certificates) as server:
            pouring = asyncio.create_task(
                asyncio.to_thread(pour_while_anybody_listens, server.port, context)
            )
            await parts.sink.until_lines(100)
            await server.stop()
            sent = await pouring

        assert parts.sink.lines == [b"<13>line %d" % number for number in range(sent)]

    run(test())


def test_a_wrong_count_closes_the_connection_and_is_counted(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"7 <13>oneand then garbage")
            assert await asyncio.wait_for(reader.read(), 20) == b""
            writer.close()
            await parts.sink.until_lines(1)

        assert parts.sink.lines == [b"<13>one"]
        assert parts.events()["closed: bad count"] == 1

    run(test())


def test_a_sender_of_garbage_holds_little_memory(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        limits = Limits(unfinished=100_000)
        async with serving(parts, limits) as server:
            _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for _ in range(50):
                writer.write(b"<13>" + b"\xff" * 60_000)
                await writer.drain()
                assert server.unfinished <= limits.unfinished
            writer.write(b"\n<13>next\n")
            writer.close()
            await parts.sink.until(lambda sink: b"<13>next" in sink.lines)

        assert parts.sink.lines[-1] == b"<13>next"
        assert parts.events()["memory short: message cut"] >= 1
        assert server.unfinished == 0

    run(test())


def test_when_memory_is_short_the_longest_message_is_cut_and_no_other(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts, Limits(unfinished=100_000)) as server:
            _reader, quiet = await asyncio.open_connection("127.0.0.1", server.port)
            quiet.write(b"<13>half of ")
            await eventually(lambda: server.unfinished > 0)
            _reader, greedy = await asyncio.open_connection("127.0.0.1", server.port)
            greedy.write(b"<13>" + b"x" * 99_990)
            await eventually(lambda: parts.events().get("memory short: message cut") == 1)
            quiet.write(b"a line\n")
            await parts.sink.until(lambda sink: b"<13>half of a line" in sink.lines)
            quiet.close()
            greedy.close()

    run(test())


def test_silent_connections_are_closed(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts, Limits(idle=0.2)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"<13>half a li")
            assert await asyncio.wait_for(reader.read(), 20) == b""
            writer.close()
            await parts.sink.until_lines(1)

        assert parts.sink.lines == [b"<13>half a li"]
        assert parts.events()["closed: idle"] == 1
        assert parts.counters.snapshot().open == {"tcp": 0}

    run(test())


def test_a_slow_sender_loses_nothing_and_holds_up_nobody(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts) as server:
            _reader, slow = await asyncio.open_connection("127.0.0.1", server.port)
            slow.transport.get_extra_info("socket").setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
            )
            for byte in b"<13>slow":
                slow.write(bytes([byte]))
                await send(server, b"<13>quick\n")
            slow.write(b"\n")
            await parts.sink.until_lines(9)
            slow.close()

        assert sorted(parts.sink.lines) == [b"<13>quick"] * 8 + [b"<13>slow"]

    run(test())


def test_one_who_floods_is_slowed_and_loses_nothing(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts, Limits(lines_per_second=1000, burst=100)) as server:
            began = asyncio.get_running_loop().time()
            _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for _ in range(4):
                writer.write(b"<13>x\n" * 100)
                await parts.sink.until_lines(100)
            await parts.sink.until_lines(400)
            writer.write(b"<13>last\n")
            await parts.sink.until_lines(401)
            assert asyncio.get_running_loop().time() - began > 0.25
            writer.close()

        assert parts.events()["slowed"] >= 1

    run(test())


def test_connections_beyond_the_limit_are_refused_and_counted(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts, Limits(connections_per_address=2)) as server:
            kept = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
            await eventually(lambda: len(server.connections) == 2)
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 20) == b""
            writer.close()
            kept[0][1].close()
            await eventually(lambda: len(server.connections) == 1)
            await send(server, b"<13>room again\n")
            await parts.sink.until_lines(1)
            kept[1][1].close()

        assert parts.events()["refused: too many connections from one address"] == 1

    run(test())


def test_ten_thousand_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Each needs a handle on either side, both in this process.
    count = min(9_900 if hard >= 20_000 else 10_000, (hard - 200) // 2)

    async def test() -> None:
        parts = Rehearsal(LOCAL)
        limits = Limits(connections=count, connections_per_address=count)
        clients: list[socket.socket] = []
        async with serving(parts, limits) as server:
            loop = asyncio.get_running_loop()
            for number in range(count):
                client = socket.socket()
                client.settimeout(0)
                await loop.sock_connect(client, ("127.0.0.1", server.port))
                clients.append(client)
                client.send(b"<13>line %d\n" % number)
            await parts.sink.until_lines(count)
            assert len(server.connections) == count
            for client in clients:
                client.close()

        assert len(set(parts.sink.lines)) == count
        assert parts.counters.snapshot().open == {"tcp": 0}

    try:
        run_in_fast_loop(test)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# ---------------------------------------------------------------- TLS


def test_lines_come_over_tls(run: Run, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificates = Certificates(write_certificate(tmp_path, authority))

    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts, certificates=certificates) as server:
            await send(server, b"7 <13>one7 <13>two", trusting(authority))
            await parts.sink.until_lines(2)

        assert parts.sink.parcels[0].transport is Transport.TLS

    run(test())


def test_a_client_certificate_tells_the_feed(run: Run, tmp_path: Path) -> None:
    authority = trustme.CA()
    files = write_certificate(tmp_path, authority)
    certificates = Certificates(
        CertificateFiles(files.certificate, files.key, clients=tmp_path / "ca.pem")
    )
    client = authority.issue_cert("sensor")
    shown = trusting(authority)
    client.configure_cert(shown)
    der = ssl.PEM_cert_to_DER_cert(client.cert_chain_pems[0].bytes().decode())
    mark = Mark(MarkKind.CERTIFICATE, hashlib.sha256(der).hexdigest())

    async def test() -> None:
        parts = Rehearsal(LOCAL, feed("sensor", mark))
        async with serving(parts, certificates=certificates) as server:
            await send(server, b"<13>with\n", shown)
            await send(server, b"<13>without\n", trusting(authority))
            await parts.sink.until_lines(2)

        assert {each.feed: each.lines for each in parts.sink.parcels} == {
            "sensor": (b"<13>with",),
            "fw": (b"<13>without",),
        }

    run(test())


def test_where_certificates_are_demanded_no_other_client_comes_in(run: Run, tmp_path: Path) -> None:
    authority = trustme.CA()
    files = write_certificate(tmp_path, authority)
    certificates = Certificates(
        CertificateFiles(files.certificate, files.key, tmp_path / "ca.pem", demand=True)
    )

    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts, certificates=certificates) as server:
            with contextlib.suppress(OSError):
                await send(server, b"<13>without\n", trusting(authority))
            await eventually(lambda: parts.events().get("refused: handshake") == 1)

        assert parts.sink.parcels == []

    run(test())


def test_a_new_certificate_is_used_without_cutting_connections(run: Run, tmp_path: Path) -> None:
    old, new = trustme.CA(), trustme.CA()
    certificates = Certificates(write_certificate(tmp_path, old))

    async def test() -> None:
        parts = Rehearsal(LOCAL)
        async with serving(parts, certificates=certificates) as server:
            _reader, writer = await asyncio.open_connection(
                "127.0.0.1", server.port, ssl=trusting(old), server_hostname="localhost"
            )
            assert not certificates.reload_if_changed()
            write_certificate(tmp_path, new)
            assert certificates.reload_if_changed()
            await send(server, b"<13>new\n", trusting(new))
            with pytest.raises(ssl.SSLCertVerificationError):
                await send(server, b"<13>old\n", trusting(old))
            writer.write(b"<13>still there\n")
            await parts.sink.until_lines(2)
            writer.close()

        assert parts.sink.lines == [b"<13>new", b"<13>still there"]

    run(test())


def test_a_certificate_without_its_key_leaves_all_as_it_was(tmp_path: Path) -> None:
    authority = trustme.CA()
    files = write_certificate(tmp_path, authority)
    certificates = Certificates(files)
    before = certificates.context
    files.certificate.write_bytes(authority.issue_cert("localhost").cert_chain_pems[0].bytes())

    assert not certificates.reload_if_changed()
    assert certificates.context is before
    write_certificate(tmp_path, authority)
    assert certificates.reload_if_changed()
    assert certificates.context is not before


def test_files_that_are_no_certificate_are_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "server.pem").write_text("nothing")

    with pytest.raises(ConfigurationError, match="PEM"):
        Certificates(CertificateFiles(tmp_path / "server.pem", tmp_path / "server.key"))


def test_old_versions_of_tls_are_refused(run: Run, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificates = Certificates(write_certificate(tmp_path, authority))

    assert certificates.context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert certificates.lasting.minimum_version is ssl.TLSVersion.TLSv1_2


def test_over_https_no_client_certificate_is_asked_for(tmp_path: Path) -> None:
    files = write_certificate(tmp_path, trustme.CA())
    certificates = Certificates(
        CertificateFiles(files.certificate, files.key, tmp_path / "ca.pem", demand=True)
    )

    assert certificates.context.verify_mode is ssl.CERT_REQUIRED
    assert certificates.lasting.verify_mode is ssl.CERT_NONE


def test_one_who_never_shakes_hands_is_let_go(run: Run, tmp_path: Path) -> None:
    certificates = Certificates(write_certificate(tmp_path, trustme.CA()))

    async def test() -> None:
        parts = Rehearsal(LOCAL)
        limits = Limits(handshake=0.2)
        async with serving(parts, limits, certificates) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 20) == b""
            writer.close()
            await eventually(lambda: parts.events().get("refused: handshake") == 1)

    run(test())
