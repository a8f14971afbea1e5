"""All ways in together."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import trustme

from midwatch.intake.certificates import CertificateFiles
from midwatch.intake.following import Places
from midwatch.intake.listening import Listening, ListenSettings, run_in_fast_loop, run_listening
from midwatch.intake.rehearsal import Rehearsal, by_address, by_token, eventually, feed
from midwatch.kernel import ConfigurationError
from midwatch.tenants import Mark, MarkKind

Run = Callable[[Awaitable[None]], None]
ANY = (("127.0.0.1", 0),)


def everything(folder: Path) -> ListenSettings:
    issued = trustme.CA().issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(folder / "c.pem")
    issued.private_key_pem.write_to_path(folder / "k.pem")
    return ListenSettings(
        udp=ANY, tcp=ANY, tls=ANY, http=ANY, https=ANY,
        streams=(folder / "s.sock",), datagrams=(folder / "d.sock",),
        certificates=CertificateFiles(folder / "c.pem", folder / "k.pem"),
    )  # fmt: skip


def test_every_way_in_leads_to_the_spool(run: Run, tmp_path: Path) -> None:
    async def test() -> None:
        settings = everything(tmp_path)
        parts = Rehearsal(
            feed("fw", by_address("127.0.0.1"), by_token("t")),
            feed("eve", Mark(MarkKind.PATH, str(tmp_path / "s.sock"))),
            feed("eve2", Mark(MarkKind.PATH, str(tmp_path / "d.sock"))),
            feed("file", Mark(MarkKind.PATH, str(tmp_path / "a.log"))),
        )
        places = Places(tmp_path / "state.db")
        listening = Listening(settings, parts.sink, parts.quarantine, parts.feeds.roll, places)
        await listening.start()
        ports = {name: numbers[0] for name, numbers in listening.ports.items()}

        (tmp_path / "a.log").write_text("file\n")
        with socket.create_connection(("127.0.0.1", ports["tcp"])) as sender:
            sender.sendall(b"tcp\n")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"udp", ("127.0.0.1", ports["udp"]))
        with socket.socket(socket.AF_UNIX) as sender:
            sender.connect(str(tmp_path / "s.sock"))
            sender.sendall(b"stream\n")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"datagram\n", str(tmp_path / "d.sock"))
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(
                f"http://127.0.0.1:{ports['http']}/v1/ingest",
                content=b"http", headers={"Authorization": "Bearer t"},
            )  # fmt: skip
        assert answer.status_code == 200
        await parts.sink.until_lines(6)
        listening.reload()
        await listening.stop()
        await listening.stop()
        places.close()

        assert {(each.feed, line) for each in parts.sink.parcels for line in each.lines} == {
            ("fw", b"tcp"), ("fw", b"udp"), ("fw", b"http"), ("eve", b"stream"),
            ("eve2", b"datagram"), ("file", b"file"),
        }  # fmt: skip
        assert parts.quarantine.kept == []
        assert not (tmp_path / "s.sock").exists()
        told = listening.snapshot()
        assert {flow.transport for flow in told.flows} == {"udp", "tcp", "http", "socket", "file"}

    run(test())


def test_a_taken_port_is_told_and_nothing_stays_open(run: Run) -> None:
    async def test() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            parts = Rehearsal()
            settings = ListenSettings(udp=ANY, tcp=(("127.0.0.1", port),))
            listening = Listening(settings, parts.sink, parts.quarantine, parts.feeds.roll)
            with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}"):
                await listening.start()

    run(test())


def test_tls_without_a_certificate_is_told() -> None:
    parts_settings = ListenSettings(tls=ANY)

    async def test() -> None:
        parts = Rehearsal()
        with pytest.raises(ConfigurationError, match="certificate"):
            Listening(parts_settings, parts.sink, parts.quarantine, parts.feeds.roll)

    asyncio.run(test())


def test_new_sources_are_seen_while_listening(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal()
        listening = Listening(
            ListenSettings(tcp=ANY), parts.sink, parts.quarantine, parts.feeds.roll
        )
        await listening.start()
        parts.feeds.feeds = [feed("fw", by_address("127.0.0.1"))]
        parts.feeds.revision += 1
        await eventually(lambda: parts.feeds.roll.generation == 2)
        await listening.stop()

    run(test())


def test_signals_reload_and_end_it() -> None:
    steps: list[str] = []

    async def test() -> None:
        parts = Rehearsal()
        listening = Listening(
            ListenSettings(tcp=ANY), parts.sink, parts.quarantine, parts.feeds.roll
        )

        async def ready() -> None:
            parts.feeds.revision += 1
            os.kill(os.getpid(), signal.SIGHUP)
            await eventually(lambda: parts.feeds.roll.generation == 2)
            steps.append("reloaded")
            os.kill(os.getpid(), signal.SIGTERM)

        await run_listening(listening, ready)
        steps.append("ended")

    run_in_fast_loop(test)

    assert steps == ["reloaded", "ended"]


def test_both_families_are_listened_on_when_no_host_is_named(run: Run) -> None:
    async def test() -> None:
        parts = Rehearsal(feed("fw", by_address("127.0.0.1")))
        settings = ListenSettings(tcp=(("", 0),))
        listening = Listening(settings, parts.sink, parts.quarantine, parts.feeds.roll)
        await listening.start()
        with socket.create_connection(("127.0.0.1", listening.ports["tcp"][0])) as sender:
            sender.sendall(b"one\n")
        await parts.sink.until_lines(1)
        await listening.stop()
        assert parts.sink.parcels[0].peer == "127.0.0.1"

    run(test())


def test_the_logger_of_the_system_is_understood(run: Run) -> None:
    logger = shutil.which("logger")
    if logger is None:
        pytest.skip("logger is not installed; scripts/install-test-parts installs it")

    async def test() -> None:
        parts = Rehearsal(feed("fw", by_address("127.0.0.1")))
        settings = ListenSettings(udp=ANY, tcp=ANY)
        listening = Listening(settings, parts.sink, parts.quarantine, parts.feeds.roll)
        await listening.start()
        forms = [
            ["--udp", "--rfc3164"], ["--udp", "--rfc5424"], ["--tcp", "--rfc3164"],
            ["--tcp", "--rfc5424"], ["--tcp", "--rfc5424", "--octet-count"],
        ]  # fmt: skip
        for form in forms:
            port = listening.ports[form[0][2:]][0]
            command = [
                logger,
                "--server",
                "127.0.0.1",
                "--port",
                str(port),
                *form,
                "-t",
                "me",
                "hi",
            ]
            await asyncio.to_thread(subprocess.run, command, check=True, timeout=20)
        await parts.sink.until_lines(len(forms))
        await listening.stop()

        assert all(line.startswith(b"<13>") for line in parts.sink.lines)
        assert all(line.endswith(b"hi") for line in parts.sink.lines)

    run(test())
