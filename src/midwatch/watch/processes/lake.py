"""The process that writes the lake: what the pipeline hands it, on a core of its own.

It is started by the pipeline and speaks with it alone, over its standard input and output.
It ends when that does, but never within a commit; signals are the pipeline's to heed.
"""

from __future__ import annotations

import fcntl
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final

from midwatch.kernel import ConfigurationError, MidwatchError, RemoteFailureError
from midwatch.lake import LakeWriter, Masking
from midwatch.tenants import TenantStore
from midwatch.watch.feeds import FeedEvents
from midwatch.watch.lake_post import receive, send, unpacked
from midwatch.watch.maskings import Maskings
from midwatch.watch.processes.running import microseconds
from midwatch.watch.processes.sweeping import Sweeper
from midwatch.watch.sinks import LakeSink
from midwatch.watch.state_folder import StateFolder

_UNHEEDED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_lake(folder: StateFolder) -> None:
    """Take messages until there are no more."""
    for number in _UNHEEDED:
        signal.signal(number, signal.SIG_IGN)
    with _alone(folder):
        serve(folder, sys.stdin.buffer, sys.stdout.buffer)


def serve(folder: StateFolder, asked: IO[bytes], told: IO[bytes]) -> None:
    """Answer messages; see ``watch.lake_post``."""
    writer: LakeWriter | None = None
    maskings = _Chosen(folder)
    gathered: list[FeedEvents] = []
    sweeper = Sweeper(microseconds())
    while (message := receive(asked)) is not None:
        if message[0] == "events":
            gathered.append(unpacked(message))
            continue
        try:
            # Opened anew after it failed: what is wrong with it may have been mended.
            writer = writer or LakeWriter(folder.lake)
            # Before each commit: what a client has masked by now must not be written.
            writer.maskings = maskings.now()
            answer = _answer(LakeSink(writer), message, gathered)
        except MidwatchError as error:
            answer = ("refused", type(error).__name__, error.cause, error.remedy, error.path)
            writer = None
        gathered = []
        sweeper.sweep(microseconds())
        try:
            send(told, answer)
        except OSError:  # the pipeline is gone, and will ask what was committed
            return


class _Chosen:
    """What clients have masked, as it stands at this moment."""

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder
        self._store: TenantStore | None = None
        self._maskings = Maskings()

    def now(self) -> dict[str, Masking]:
        """The maskings in force.

        Raises:
            RemoteFailureError: They cannot be read just now; nothing must be written without.
        """
        try:
            self._store = self._store or TenantStore(self._folder.database)
            return self._maskings.of(self._store.maskings())
        except sqlite3.OperationalError as error:
            raise RemoteFailureError(
                f"what is to be masked cannot be read: {error}",
                remedy="it is tried again; see to the state file and the space left",
                path=str(self._folder.database),
            ) from error


def _answer(
    lake: LakeSink, message: tuple[Any, ...], gathered: list[FeedEvents]
) -> tuple[Any, ...]:
    if message[0] == "committed":
        return ("done", lake.committed(message[1]))
    _, application, offset = message
    lake.commit(gathered, application, offset)
    return ("done",)


@contextmanager
def _alone(folder: StateFolder) -> Iterator[None]:
    """Wait until no other process writes for a pipeline.

    Raises:
        ConfigurationError: The lake's folder cannot be used.
    """
    try:
        folder.lake.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder.lake / "writer.lock").open("w")
    except OSError as error:
        raise ConfigurationError(
            f"the lake cannot be opened: {error.strerror or error}",
            remedy="check the folder, its owner and the space left",
            path=str(folder.lake),
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
