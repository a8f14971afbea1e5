"""A real rsyslog sends over TLS, and the receiver restarts in between."""

import asyncio
from pathlib import Path

import pytest
import trustme
from tests.rsyslog_daemon import certify, needs_rsyslog, program, rsyslog, said

from midwatch.intake.certificates import CertificateFiles
from midwatch.intake.listening import Listening, ListenSettings
from midwatch.intake.rehearsal import Rehearsal, by_address, feed

pytestmark = needs_rsyslog


async def log(folder: Path, *messages: bytes) -> None:
    """Say something to the daemon, as programs do."""

    def say() -> None:
        with program(folder) as sender:
            for message in messages:
                sender.sendall(said(message))

    await asyncio.to_thread(say)


@pytest.mark.parametrize("framing", ["octet-counted", "traditional"])
def test_rsyslog_goes_on_after_the_receiver_was_restarted(tmp_path: Path, framing: str) -> None:
    certify(trustme.CA(), tmp_path)
    files = CertificateFiles(
        tmp_path / "server.pem", tmp_path / "server.key", tmp_path / "ca.pem", demand=True
    )

    async def test() -> None:
        parts = Rehearsal(feed("gate", by_address("127.0.0.0/8"), by_address("::1")))

        def listening(port: int) -> Listening:
            settings = ListenSettings(tls=(("127.0.0.1", port),), certificates=files)
            return Listening(settings, parts.sink, parts.quarantine, parts.feeds.roll)

        first = listening(0)
        await first.start()
        port = first.ports["tls"][0]
        with rsyslog(tmp_path, port, framing):
            await log(tmp_path, *(b"before %d" % number for number in range(50)))
            await parts.sink.until_lines(50)
            await first.stop()
            # The sender learns only by sending that nobody is there: plain syslog has no
            # acknowledgement, and what it sends until then is lost. The page on sending syslog
            # says so.
            second = listening(port)
            await second.start()
            while not any(b"into the void" in line for line in parts.sink.lines):
                await log(tmp_path, b"into the void")
                await asyncio.sleep(0.2)
            await log(tmp_path, *(b"after %d" % number for number in range(50)))
            await parts.sink.until(lambda sink: any(b"after 49" in line for line in sink.lines))
            await second.stop()

        lines = parts.sink.lines
        for number in range(50):
            assert sum(line.endswith(b"before %d" % number) for line in lines) == 1
            assert sum(line.endswith(b"after %d" % number) for line in lines) == 1
        assert all(line.startswith(b"<86>1 ") and b" gate sshd 7 " in line for line in lines)
        assert {each.peer for each in parts.sink.parcels} == {"127.0.0.1"}

    try:
        asyncio.run(test())
    except TimeoutError as error:
        error.add_note((tmp_path / "told.txt").read_text())
        raise
