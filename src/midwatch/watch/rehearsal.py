"""A whole watch in a folder, of real processes: to try the chain from the socket to the lake.

Tests and benchmarks use it. Each process is what a service would start; what they know of
each other is the state folder. Senders are told apart by loopback addresses of their own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from midwatch.kernel import RemoteFailureError
from midwatch.lake import LakeReader
from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant, TenantStore
from midwatch.watch.health import HealthStore
from midwatch.watch.state_folder import StateFolder

PROCESSES: Final = ("intake", "pipeline", "clock")
PATIENCE: Final = 60.0
"""Seconds after which waiting is given up."""
_LOOK: Final = 0.02
_WAYS: Final = ("udp", "tcp", "tls", "http", "metrics")


def free_port() -> int:
    """A port of the loopback interface that nobody has now, for TCP and UDP."""
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind(("127.0.0.1", 0))
        port = int(stream.getsockname()[1])
        datagrams.bind(("127.0.0.1", port))
        return port


def eventually(holds: Callable[[], object], patience: float = PATIENCE) -> float:
    """Wait until this holds; the seconds that it took.

    Raises:
        RemoteFailureError: It did not within ``patience`` seconds.
    """
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > patience:
            raise RemoteFailureError(
                f"what was waited for did not happen within {patience:g} s",
                remedy="the processes' log in the state folder tells more",
            )
        time.sleep(_LOOK)
    return time.monotonic() - began


def as_long_as_it_moves(
    holds: Callable[[], object], moves: Callable[[], object], patience: float = PATIENCE
) -> None:
    """Wait until this holds, however long, unless ``moves`` stays the same.

    Raises:
        RemoteFailureError: ``moves`` gave the same for ``patience`` seconds.
    """
    since, seen = time.monotonic(), moves()
    while not holds():
        if (now := moves()) != seen:
            since, seen = time.monotonic(), now
        elif time.monotonic() - since > patience:
            raise RemoteFailureError(
                f"nothing moved for {patience:g} s, at {seen}",
                remedy="the processes' log in the state folder tells more",
            )
        time.sleep(_LOOK)


class RehearsedWatch:
    """See the module's documentation. Leaving its context kills all processes."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, Mapping[str, object]] | None = None,
        certificate: Path | None = None,
    ) -> None:
        """Make the state folder; nothing is started.

        Args:
            folder: A new folder for everything.
            settings: Added to the configuration, by table.
            certificate: A PEM file with chain and key, for TLS.
        """
        self.state = StateFolder(folder / "state").open()
        self.ports = {way: free_port() for way in _WAYS}
        self.log = folder / "log"
        self.tenants = TenantStore(self.state.database)
        self.health = HealthStore(self.state.database)
        self.config = folder / "midwatch.toml"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.config.write_text(self._configuration(settings or {}, certificate), "utf-8")

    def __enter__(self) -> Self:
        """Nothing more is needed."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill what runs."""
        for name in list(self._running):
            self.kill(name)
        self.tenants.close()
        self.health.close()

    # ------------------------------------------------------------ processes

    def start(self, *names: str) -> None:
        """Start processes and wait until each is at work."""
        began = time.time_ns() // 1000
        self.launch(*names)
        for name in names:
            eventually(lambda name=name: self._at_work(name, began))  # type: ignore[misc]  # bound at once

    def launch(self, *names: str) -> None:
        """Start processes."""
        for name in names:
            command = [sys.executable, "-m", "midwatch", "watch", name]
            command += ["--state", str(self.state.path), "--config", str(self.config)]
            with self.log.open("ab") as log:
                self._running[name] = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603  # our own command

    def kill(self, name: str) -> None:
        """End a process as a crash would."""
        self._end(name, signal.SIGKILL)

    def stop(self, name: str) -> None:
        """Ask a process to end, and wait until it has."""
        self._end(name, signal.SIGTERM)

    def send_signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP."""
        self._running[name].send_signal(number)

    def pid(self, name: str) -> int:
        """The process id."""
        return self._running[name].pid

    def child(self, name: str) -> int:
        """The process id of the one process that a process has started (Linux)."""
        pid = self.pid(name)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        if len(children) != 1:
            raise RemoteFailureError(
                f"{name} has {len(children)} processes of its own, not one",
                remedy="it may still be starting, or has ended; see its log",
            )
        return int(children[0])

    def kill_child(self, name: str) -> bool:
        """End the one process that a process has started; False if there is none just now."""
        try:
            os.kill(self.child(name), signal.SIGKILL)
        except (KeyError, OSError, RemoteFailureError):
            return False
        return True

    def alive(self, name: str) -> bool:
        """Whether a process that was started has not ended."""
        return name in self._running and self._running[name].poll() is None

    def _end(self, name: str, number: signal.Signals) -> None:
        process = self._running.pop(name)
        if process.poll() is None:
            process.send_signal(number)
        process.wait(PATIENCE)

    def _at_work(self, name: str, began: int) -> bool:
        process = self._running[name]
        if process.poll() is not None:
            raise RemoteFailureError(
                f"{name} ended with status {process.returncode}: {self.told()[-800:]}",
                remedy="its log tells more",
            )
        return any(
            beat.process == name and beat.pid == process.pid and beat.beat >= began
            for beat in self.health.heartbeats()
        )

    def told(self) -> str:
        """What the processes logged."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    # ------------------------------------------------------------ who sends, what is kept

    def client(self, tenant: str) -> None:
        """Add a client with one office."""
        self.tenants.save_tenant(Tenant(tenant, tenant.capitalize()))
        self.tenants.save_office(Office("main", tenant, "Main"))

    def source(self, tenant: str, feed: str, *marks: Mark, silence: int = 0) -> None:
        """Add a source; ``silence`` in seconds."""
        self.tenants.save_feed(Feed(feed, tenant, "main", feed, marks=marks, silence=silence))

    def policy(self, name: str, text: str) -> None:
        """Put a policy into force."""
        self.state.policies.mkdir(exist_ok=True)
        (self.state.policies / f"{name}.toml").write_text(text, "utf-8")

    def lake(self, tenant: str | None, columns: str = "raw") -> list[tuple[object, ...]]:
        """All rows of a client, or of everybody's, in the lake."""
        if not (self.state.lake / "events" / "_delta_log").is_dir():
            return []
        reader = LakeReader(self.state.lake, None if tenant is None else [tenant])
        try:
            return reader.query(f"SELECT {columns} FROM events", limit=5_000_000).rows  # noqa: S608  # column names of the caller's
        finally:
            reader.close()

    def rows(self, tenant: str) -> int:
        """How many rows of a client are in the lake."""
        found = self.lake(tenant, "count(*)")
        return int(str(found[0][0])) if found else 0

    def _configuration(
        self, settings: Mapping[str, Mapping[str, object]], certificate: Path | None
    ) -> str:
        ports = self.ports
        tables: dict[str, dict[str, object]] = {
            "syslog": {
                "address": "127.0.0.1", "udp": ports["udp"], "tcp": ports["tcp"],
                "tls": ports["tls"] if certificate else 0,
            },
            "http": {"port": ports["http"]},
            "self": {"metrics_port": ports["metrics"]},
        }  # fmt: skip
        if certificate:
            tables["syslog"] |= {"certificate": str(certificate), "key": str(certificate)}
        for table, values in settings.items():
            tables.setdefault(table, {}).update(values)
        lines = []
        for table, values in tables.items():
            lines.append(f"[{table}]")
            lines += [
                f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
                for name, value in values.items()
            ]
        return "\n".join([*lines, ""])


def by_address(address: str, host: str = "") -> Mark:
    """A mark of one address."""
    return Mark(MarkKind.ADDRESS, f"{address}/32", host=host)


def send_datagrams(lines: list[bytes], port: int, address: str) -> None:
    """Send lines over UDP from an address of the loopback interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((address, 0))
        for line in lines:
            sender.sendto(line, ("127.0.0.1", port))


def processor_seconds(pid: int) -> float:
    """Processor time that a process has taken so far (Linux)."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
