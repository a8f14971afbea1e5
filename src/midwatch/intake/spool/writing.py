"""Gathers the parcels of many listeners and commits them together, by a thread of its own.

A sync costs milliseconds however little is synced, so everything that comes while one is
under way waits for the next and shares it. The queue is bounded in bytes: who delivers waits
for room, so that a TCP sender feels it; who offers is told that there is none.

A parcel is either *patient*: while the spool is full or down it stays in the queue and is
tried again, in order; or not: then the error goes to whoever brought it, to be handed on to
the sender (HTTP 503).

>>> import tempfile, pathlib
>>> from midwatch.intake.parcels import Parcel, Transport
>>> from midwatch.intake.spool import SqliteSpool
>>> folder = tempfile.TemporaryDirectory()
>>> spool = SqliteSpool(pathlib.Path(folder.name))
>>> writer = SpoolWriter(spool)
>>> parcel = Parcel("harbour", "main", "gate", "", Transport.TLS, "192.0.2.1", 0, (b"a line",))
>>> offset = writer.put(parcel).result()
>>> spool.read(0, 1000)[0].offset == offset
True
>>> writer.close(); spool.close(); folder.cleanup()
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from midwatch.intake.parcels import Parcel, Spool, SpoolDownError, SpoolFullError
from midwatch.intake.spool.packing import GROUP_BYTES, size_of
from midwatch.kernel import MidwatchError

GATHER_SECONDS: Final = 0.002
MOST_WAITING_BYTES: Final = 64 << 20
RETRY_SECONDS: Final = 0.5


@dataclass(slots=True, eq=False)
class _Entry:
    """A parcel in the queue, and whoever waits for it: a thread, a coroutine, or nobody."""

    parcel: Parcel
    size: int
    patient: bool
    future: Future[int] | None = None
    awaited: asyncio.Future[int] | None = None


class SpoolWriter:
    """See the module's documentation. Any thread and any event loop may deliver."""

    def __init__(
        self,
        spool: Spool,
        *,
        gather_seconds: float = GATHER_SECONDS,
        gather_bytes: int = GROUP_BYTES,
        most_waiting_bytes: int = MOST_WAITING_BYTES,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        """Begin to write into ``spool``, which stays the caller's to close.

        Args:
            spool: Where parcels go.
            gather_seconds: How long the first parcel of a commit waits for others.
            gather_bytes: With so many bytes a commit waits no longer.
            most_waiting_bytes: What the queue holds; one larger parcel is let in alone.
            retry_seconds: How long to wait before a full or failing spool is tried again.
        """
        self._spool = spool
        self._gather_seconds = gather_seconds
        self._gather_bytes = gather_bytes
        self._most_waiting = most_waiting_bytes
        self._retry_seconds = retry_seconds
        self._queue: deque[_Entry] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._came = threading.Condition(self._lock)
        self._went = threading.Condition(self._lock)
        self._wanting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = deque()
        self._closed = False
        self._trouble: MidwatchError | None = None
        self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> MidwatchError | None:
        """Why parcels do not get into the spool now; None while they do."""
        return self._trouble

    @property
    def waiting_bytes(self) -> int:
        """Bytes of parcels in the queue, about."""
        return self._bytes

    def put(self, parcel: Parcel, *, patient: bool = True) -> Future[int]:
        """Hand a parcel in from a thread; waits while the queue is full.

        The future gives the offset once the parcel is durable.

        Raises:
            SpoolDownError: The writer was closed.
        """
        entry = _Entry(parcel, size_of(parcel), patient, future=Future())
        with self._lock:
            while not self._admit(entry):
                self._went.wait()
        assert entry.future is not None  # noqa: S101  # it was given two lines above
        return entry.future

    def offer(self, parcel: Parcel) -> bool:
        """Hand a parcel in without waiting for anything; False when the queue is full.

        For senders that cannot wait (UDP). What was taken is patient.

        Raises:
            SpoolDownError: The writer was closed.
        """
        with self._lock:
            return self._admit(_Entry(parcel, size_of(parcel), patient=True))

    async def deliver(self, parcel: Parcel, *, patient: bool = True) -> int:
        """Hand a parcel in from a coroutine; returns its offset once it is durable.

        A caller that is cancelled does not take the parcel back.

        Raises:
            SpoolFullError, SpoolDownError: The parcel was not kept and is not patient, or the
                writer was closed before it could be kept.
        """
        loop = asyncio.get_running_loop()
        entry = _Entry(parcel, size_of(parcel), patient, awaited=loop.create_future())
        while True:
            with self._lock:
                if self._admit(entry):
                    break
                room = asyncio.Event()
                self._wanting.append((loop, room))
            await room.wait()
        assert entry.awaited is not None  # noqa: S101  # it was given above
        return await entry.awaited

    def close(self, seconds: float = 10.0) -> None:
        """Write what is in the queue, for so long at most, and end.

        What cannot be written fails with the spool's own error.
        """
        with self._lock:
            self._closed = True
            self._came.notify_all()
            self._wake()
        self._thread.join(seconds)
        with self._lock:
            left = list(self._queue)
            self._queue.clear()
            self._bytes = 0
        _fail(left, self._trouble or _closed())

    def _admit(self, entry: _Entry) -> bool:
        """Let an entry into the queue if there is room. Locked."""
        if self._closed:
            raise _closed()
        if self._bytes and self._bytes + entry.size > self._most_waiting:
            return False
        self._queue.append(entry)
        self._bytes += entry.size
        self._came.notify()
        return True

    def _wake(self) -> None:
        """Tell those who wait for room to look again. Locked."""
        self._went.notify_all()
        while self._wanting:
            loop, room = self._wanting.popleft()
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(room.set)

    def _run(self) -> None:
        while batch := self._gather():
            try:
                last = self._spool.append([entry.parcel for entry in batch])
            except (SpoolFullError, SpoolDownError) as error:
                self._stand_off(batch, error)
            except Exception as error:  # noqa: BLE001  # whoever waits must hear of any failure
                self._trouble = SpoolDownError(
                    f"the spool failed: {error!r}", remedy="please report this; it is tried again"
                )
                self._stand_off(batch, self._trouble)
            else:
                self._trouble = None
                self._remove(batch)
                _settle(batch, last)

    def _gather(self) -> list[_Entry]:
        """The entries of the next commit; they stay in the queue. None: closed, all is written."""
        with self._lock:
            while not self._queue:
                if self._closed:
                    return []
                self._came.wait()
            until = time.monotonic() + self._gather_seconds
            while self._bytes < self._gather_bytes and not self._closed:
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._came.wait(left)
            batch: list[_Entry] = []
            size = 0
            for entry in self._queue:
                if batch and size + entry.size > self._gather_bytes:
                    break
                batch.append(entry)
                size += entry.size
            return batch

    def _remove(self, batch: Sequence[_Entry]) -> None:
        with self._lock:
            for entry in batch:
                if self._queue and self._queue[0] is entry:
                    self._queue.popleft()
                    self._bytes -= entry.size
            self._wake()

    def _stand_off(self, batch: Sequence[_Entry], error: MidwatchError) -> None:
        """The spool did not take a batch: who is not patient hears of it, the rest waits."""
        self._trouble = error
        hasty = [entry for entry in batch if not entry.patient]
        with self._lock:
            if hasty:
                gone = {id(entry) for entry in hasty}
                self._queue = deque(entry for entry in self._queue if id(entry) not in gone)
                self._bytes = sum(entry.size for entry in self._queue)
                self._wake()
            until = time.monotonic() + self._retry_seconds
        _fail(hasty, error)
        if len(hasty) == len(batch):
            return
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))


def _closed() -> SpoolDownError:
    return SpoolDownError("the spool's writer was closed", remedy="start Midwatch again")


def _settle(batch: Sequence[_Entry], last: int) -> None:
    """Tell each its offset: those of one call end with the call's last."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int], int]]] = {}
    for offset, entry in enumerate(batch, last - len(batch) + 1):
        if entry.future is not None:
            entry.future.set_result(offset)
        elif entry.awaited is not None:
            loops.setdefault(entry.awaited.get_loop(), []).append((entry.awaited, offset))
    for loop, done in loops.items():
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, done)


def _resolve(done: Sequence[tuple[asyncio.Future[int], int]]) -> None:
    for future, offset in done:
        if not future.done():
            future.set_result(offset)


def _fail(batch: Sequence[_Entry], error: MidwatchError) -> None:
    for entry in batch:
        if entry.future is not None:
            entry.future.set_exception(error)
        elif entry.awaited is not None:
            with suppress(RuntimeError):
                entry.awaited.get_loop().call_soon_threadsafe(_refuse, entry.awaited, error)


def _refuse(future: asyncio.Future[int], error: MidwatchError) -> None:
    if not future.done():
        future.set_exception(error)
