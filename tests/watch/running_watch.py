"""A real watch on a state folder of its own, for tests; all its processes end with it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant, TenantStore, hash_of_token

TOKEN = secrets.token_urlsafe(16)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def midwatch(*words: str | Path, columns: int = 80) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "midwatch", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ, COLUMNS=str(columns)),
        timeout=120,
    )


def until(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether a process lives; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def tree_of(pid: int) -> list[int]:
    """A process with all that it started, directly or not."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                found += tree_of(int(child))
    return found


class RunningWatch:
    """``midwatch up`` on ``state``; as a context it is stopped at the end."""

    def __init__(self, state: Path, *words: str) -> None:
        self.state = state
        self.words = words or ("--no-demo",)
        self.udp, self.http, self.metrics = free_port(socket.SOCK_DGRAM), free_port(), free_port()
        self.desk = free_port()
        self.config = state.with_suffix(".toml")
        self.config.write_text(
            f'[syslog]\naddress = "127.0.0.1"\nudp = {self.udp}\ntcp = 0\n'
            f"[http]\nport = {self.http}\n"
            f"[lake]\nflush = 1\n[self]\nmetrics_port = {self.metrics}\ncanary = 10\n"
            f"[desk]\nport = {self.desk}\n"
        )

    def __enter__(self) -> Self:
        done = self("up", "--detach", *self.words)
        assert done.returncode == 0, done.stderr
        return self

    def __exit__(self, *_: object) -> None:
        done = midwatch("down", "--state", self.state)
        assert done.returncode == 0, done.stderr

    def __call__(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return midwatch(*words, "--state", self.state, "--config", self.config)

    def send(self, text: str) -> None:
        """Send lines over HTTP; on return they are on disk."""
        request = urllib.request.Request(  # our own server
            f"http://127.0.0.1:{self.http}/v1/ingest",
            data=text.encode(),
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/plain"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # our own server
            answer.read()


def add_source(state: Path) -> None:
    """A client whose one source shows ``TOKEN``."""
    store = TenantStore(state / "state.sqlite")
    store.save_tenant(Tenant("quay", "Quay"))
    store.save_office(Office("main", "quay", "Main"))
    marks = (Mark(MarkKind.TOKEN, hash_of_token(TOKEN)),)
    store.save_feed(Feed("quay-ssh", "quay", "main", "SSH", marks=marks))
    store.close()
