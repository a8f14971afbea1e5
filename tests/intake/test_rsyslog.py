"""A real rsyslog sends over TLS, and the receiver restarts in between."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from midwatch.intake.certificates import CertificateFiles
from midwatch.intake.listening import Listening, ListenSettings
from midwatch.intake.rehearsal import Rehearsal, by_address, feed

RSYSLOGD = shutil.which("rsyslogd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
TLS_DRIVERS = [
    path
    for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib")
    for path in Path(folder).glob("**/rsyslog/lmnsd_ossl.so")
]
pytestmark = pytest.mark.skipif(
    RSYSLOGD is None or not TLS_DRIVERS,
    reason="rsyslog with TLS is not installed; scripts/install-test-parts installs it",
)

SETTINGS = """
global(
    workDirectory="{folder}"
    net.enableDNS="off"
    defaultNetstreamDriver="ossl"
    defaultNetstreamDriverCAFile="{folder}/ca.pem"
    defaultNetstreamDriverCertFile="{folder}/client.pem"
    defaultNetstreamDriverKeyFile="{folder}/client.key"
)
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/log" CreatePath="off"
      RateLimit.Interval="0" UseSpecialParser="off" ParseHostname="on")
action(
    type="omfwd" target="localhost" port="{port}" protocol="tcp"
    TCP_Framing="{framing}"
    StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"
    StreamDriverPermittedPeers="localhost"
    template="RSYSLOG_SyslogProtocol23Format"
    queue.type="LinkedList" action.resumeRetryCount="-1" action.resumeInterval="1"
)
"""


@contextmanager
def rsyslog(folder: Path, port: int, framing: str) -> Iterator[None]:
    """A daemon of our own, with settings, state and socket in our own folder."""
    settings = folder / "rsyslog.conf"
    settings.write_text(SETTINGS.format(folder=folder, port=port, framing=framing))
    assert RSYSLOGD is not None
    told = (folder / "told.txt").open("w")
    command = [RSYSLOGD, "-n", "-f", str(settings), "-i", str(folder / "pid")]
    with subprocess.Popen(command, stdout=told, stderr=told) as daemon:
        try:
            yield
        finally:
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
            told.close()


async def log(folder: Path, *messages: bytes) -> None:
    """Say something to the daemon, as programs do; waits until it listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                    sender.connect(str(folder / "log"))
                    break
                await asyncio.sleep(0.01)
        for message in messages:
            await asyncio.to_thread(sender.sendall, b"<86>Nov  1 02:03:04 gate sshd[7]: " + message)


@pytest.mark.parametrize("framing", ["octet-counted", "traditional"])
def test_rsyslog_goes_on_after_the_receiver_was_restarted(tmp_path: Path, framing: str) -> None:
    authority = trustme.CA()
    for name, issued in (
        ("server", authority.issue_cert("localhost")),
        ("client", authority.issue_cert("gate")),
    ):
        issued.cert_chain_pems[0].write_to_path(tmp_path / f"{name}.pem")
        issued.private_key_pem.write_to_path(tmp_path / f"{name}.key")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
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
