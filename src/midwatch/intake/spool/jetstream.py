"""The spool across machines: a NATS JetStream stream, behind the same contract.

Needs the extra ``nats`` and a NATS server of 2.12 or newer with ``sync_interval: always`` in
its ``jetstream`` block: only then is what it acknowledged on disk. By default it syncs every
two minutes, and a power cut takes what came since. No client can tell, so it is the
operator's to set.

One ``append`` becomes one message, or an atomic batch where it is larger than the server's
largest message. Every append bears an identifier and the sequence it must follow, so that one
that is tried again after a broken connection is kept once, however long NATS was away.

An offset is a message's sequence and the parcel's place in it. A stream that is made anew
begins at the clock's milliseconds, so that offsets are never given twice.

What was released last, and messages that could not be read, are kept in a second stream.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import TimeoutError as NotInTimeError
from typing import Any, Final, TypeVar

import msgspec

from midwatch.intake.parcels import Parcel, SpoolDownError, Spooled, SpoolFullError, Usage
from midwatch.intake.spool.damage import Damage, Report, log_damage
from midwatch.intake.spool.packing import DamagedGroupError, Group, Packer, checksum, size_of
from midwatch.intake.spool.stream import Headers, Kept, Stream, StreamLostError, StreamMovedError

BUDGET: Final = 4 << 30
PATIENCE: Final = 5.0
_PLACE_BITS: Final = 20
_MOST_PARCELS: Final = 1 << _PLACE_BITS
_SHORTEST_NAP: Final = 0.005
_LONGEST_NAP: Final = 0.1
_READ_AT_ONCE: Final = 1 << 20
_Answer = TypeVar("_Answer")


class _Doubtful(msgspec.Struct, frozen=True):
    """An append of which nobody knows whether it was kept."""

    digest: bytes
    name: str
    after: int


class JetStreamSpool:
    """A ``Spool`` in a stream; see the module's documentation. Any thread may call."""

    def __init__(
        self,
        servers: Sequence[str],
        *,
        name: str = "midwatch",
        budget: int = BUDGET,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.time,
        report: Report = log_damage,
        options: dict[str, Any] | None = None,
    ) -> None:
        """Nothing is reached for before the first call.

        Args:
            servers: Addresses, such as ``nats://127.0.0.1:4222``.
            name: The stream's name; made when missing.
            budget: Bytes the stream may hold; it refuses more.
            patience: Seconds a call tries for when NATS does not answer.
            clock: Seconds since 1970, UTC.
            report: Hears of what cannot be read.
            options: More for ``nats.connect``: user, password, credentials, tls.

        Raises:
            ConfigurationError: The extra ``nats`` is not installed.
        """
        self._budget = budget
        self._patience = patience
        self._report = report
        self._stream = Stream(servers, name, budget, clock, options or {})
        self._packer = Packer()
        self._lock = threading.Lock()
        self._doubtful: _Doubtful | None = None
        self._read_whole: tuple[int, int] = (0, 0)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()

    def append(self, parcels: Sequence[Parcel]) -> int:
        """See ``Spool.append``."""
        if not parcels:
            return self._tried(self._newest)
        if len(parcels) >= _MOST_PARCELS:
            raise ValueError(f"{len(parcels)} parcels in one call; {_MOST_PARCELS - 1} may be")
        with self._lock:
            group = self._packer.pack(parcels)
            digest = hashlib.blake2b(group.content, digest_size=16).digest()
            doubtful = self._doubtful
            name = doubtful.name if doubtful and doubtful.digest == digest else uuid.uuid4().hex
            sequence = self._tried(lambda: self._append(group, digest, name))
            self._doubtful = None
        return _offset(sequence, group.count - 1)

    def read(self, after: int, most_bytes: int) -> Sequence[Spooled]:
        """See ``Spool.read``."""
        with self._lock:
            return self._tried(lambda: self._read(after, most_bytes))

    def wait(self, after: int, seconds: float) -> bool:
        """See ``Spool.wait``: asks every 5 to 100 ms."""
        until = time.monotonic() + seconds
        nap = _SHORTEST_NAP
        while self._tried(self._newest) <= after:
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(nap, left))
            nap = min(nap * 1.5, _LONGEST_NAP)
        return True

    def release(self, offset: int) -> None:
        """See ``Spool.release``."""
        self._tried(lambda: self._release(offset))

    @property
    def released(self) -> int:
        """See ``Spool.released``."""
        return self._tried(self._stream.position)

    def usage(self) -> Usage:
        """See ``Spool.usage``. The server counts what messages take, headers included."""
        return self._tried(self._usage)

    def close(self) -> None:
        """See ``Spool.close``."""
        if self._loop.is_closed():
            return
        self._run(self._stream.close(), self._patience)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, _Answer], seconds: float) -> _Answer:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except NotInTimeError:
            future.cancel()
            raise StreamLostError("no answer in time") from None

    def _tried(self, work: Callable[[], Coroutine[Any, Any, _Answer]]) -> _Answer:
        """Do it, again while the connection fails, until patience ends."""
        until = time.monotonic() + self._patience
        while True:
            try:
                return self._run(work(), max(until - time.monotonic(), 0.05))
            except StreamLostError as error:
                if time.monotonic() + _LONGEST_NAP >= until:
                    raise SpoolDownError(
                        f"NATS does not answer: {error}",
                        remedy="see that the NATS server runs; it goes on by itself",
                    ) from error
                time.sleep(_LONGEST_NAP)

    async def _newest(self) -> int:
        """The offset of the newest parcel, or that released last when none waits."""
        state = await self._stream.state()
        position = await self._stream.position()
        if not state.messages:
            return position
        last = await self._stream.message(state.last)
        return max(position, _offset(state.last, last.headers.count - 1 if last else 0))

    async def _append(self, group: Group, digest: bytes, name: str) -> int:
        """The sequence under which a group is kept, whoever of several tries kept it."""
        await self._stream.ready()
        while True:
            doubtful = self._doubtful
            tried = doubtful is not None and doubtful.name == name
            if doubtful is not None:
                # Whether it was kept, and so what the stream ends with, is not known here.
                await self._stream.refresh()
            after = self._stream.last
            if doubtful is not None and tried:
                kept = await self._stream.find(name, doubtful.after)
                if kept is not None:
                    return kept
            self._doubtful = _Doubtful(digest, name, after)
            total = self._stream.total + group.count
            headers = Headers(name, group.count, group.oldest, total, checksum(0, group))
            try:
                return await self._stream.publish(group.content, headers, after)
            except SpoolFullError:
                self._doubtful = None
                raise
            except StreamMovedError:
                # Refused for sure: only an earlier try of it may have been kept.
                if not tried:
                    self._doubtful = None
                await self._stream.refresh()

    async def _read(self, after: int, most_bytes: int) -> list[Spooled]:
        sequence, place = after >> _PLACE_BITS, after & (_MOST_PARCELS - 1)
        if (sequence, place) == self._read_whole:
            sequence += 1
        found: list[Spooled] = []
        size = 0
        while True:
            wanted = min(max(most_bytes - size, 1), _READ_AT_ONCE)
            batch = await self._stream.messages(sequence, wanted)
            for kept in batch:
                sequence = kept.sequence + 1
                for each in await self._spooled(kept):
                    if each.offset <= after:
                        continue
                    size += size_of(each.parcel)
                    if found and size > most_bytes:
                        return found
                    found.append(each)
            if not batch or size >= most_bytes:
                return found

    async def _spooled(self, kept: Kept) -> list[Spooled]:
        """The parcels of a message; none, and a report, when it cannot be read."""
        headers = kept.headers
        group = Group(kept.content, headers.count, headers.oldest)
        try:
            parcels = self._packer.checked(group, 0, headers.checksum)
        except DamagedGroupError as error:
            if await self._stream.set_aside(kept):
                place = f"NATS stream {self._stream.aside}, message {kept.sequence}"
                self._report(Damage(str(error), place, headers.count or None))
            return []
        self._read_whole = kept.sequence, headers.count - 1
        return [
            Spooled(_offset(kept.sequence, place), parcel) for place, parcel in enumerate(parcels)
        ]

    async def _release(self, offset: int) -> None:
        offset = min(offset, await self._newest())
        if offset <= await self._stream.position():
            return
        sequence, place = offset >> _PLACE_BITS, offset & (_MOST_PARCELS - 1)
        last = await self._stream.message(sequence)
        await self._stream.set_position(offset, last.headers.name if last else "")
        if last is not None and place < last.headers.count - 1:
            await self._stream.purge_before(sequence - last.headers.parts + 1)
        else:
            await self._stream.purge_before(sequence + 1)

    async def _usage(self) -> Usage:
        state = await self._stream.state()
        position = await self._stream.position()
        waiting, oldest = 0, None
        first = await self._stream.message(position >> _PLACE_BITS)
        if first is None or (position & (_MOST_PARCELS - 1)) >= first.headers.count - 1:
            following = await self._stream.messages((position >> _PLACE_BITS) + 1, 1)
            first = following[0] if following else None
        if first is not None and state.messages:
            last = await self._stream.message(state.last) or first
            waiting = last.headers.total - first.headers.total + first.headers.count
            if first.sequence == position >> _PLACE_BITS:
                waiting -= (position & (_MOST_PARCELS - 1)) + 1
            oldest = first.headers.oldest
        damaged = await self._stream.damaged()
        return Usage(waiting, state.size, self._budget, oldest, damaged)


def _offset(sequence: int, place: int) -> int:
    return sequence << _PLACE_BITS | place
