"""Which watch runs in a state folder: one at a time, and none over the remains of another."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import click

from midwatch.kernel import ConfigurationError
from midwatch.watch.state_folder import StateFolder

_PATIENCE: Final = 40.0
"""Seconds; processes that were left behind end within twenty, or kill themselves."""
_LOOK: Final = 0.1


def running_pid(folder: StateFolder) -> int | None:
    """The process of the watch that runs in this folder; None where none does."""
    try:
        pid = int((folder.path / "up.pid").read_text(encoding="ascii"))
        os.kill(pid, 0)
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if b"up" in words else None


def expect_none(folder: StateFolder) -> None:
    """No watch runs in this folder.

    Raises:
        ConfigurationError: One does.
    """
    running = running_pid(folder)
    if running is not None:
        raise ConfigurationError(
            f"a watch runs already in this state folder (process {running})",
            remedy="stop it with midwatch down, or name another folder with --state",
            path=str(folder.path),
        )


@contextmanager
def claimed(folder: StateFolder) -> Iterator[int]:
    """The folder for one watch; gives the descriptor of the lock, which its processes hold too.

    What is left of a watch that was killed is waited for: it ends by itself.

    Raises:
        ConfigurationError: A watch runs there, or what is left of one does not end.
    """
    path = folder.path / "up.lock"
    with path.open("w") as lock:
        until = time.monotonic() + _PATIENCE
        told = False
        while not _locked(lock):
            expect_none(folder)
            if time.monotonic() > until:
                raise ConfigurationError(
                    "processes of a watch that ran here before do not end",
                    remedy=f"see which they are (fuser -v {path}) and end them",
                    path=str(folder.path),
                )
            if not told:
                told = True
                click.echo("Waiting for what is left of the last watch to end.", err=True)
            time.sleep(_LOOK)
        yield lock.fileno()


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
