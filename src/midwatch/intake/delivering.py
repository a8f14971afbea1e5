"""Lines that came in → parcels of their owners, handed to the spool; strangers' to quarantine.

Whoever calls ``deliver`` may acknowledge when it returns: all lines are on disk then. The
spool and the quarantine are seen through ``Sink`` and ``Quarantine``; the composition root
joins the real ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, Protocol

from midwatch.intake.counters import Counters
from midwatch.intake.identification import Origin, Owner
from midwatch.intake.parcels import Parcel, SpoolFullError, Transport

QUARANTINE_FEED: Final = ""
"""The feed under which quarantined lines are counted."""

_MOST_LINES: Final = 20_000
_MOST_BYTES: Final = 4 << 20
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0


class Sink(Protocol):
    """Where parcels go."""

    def submit(self, parcels: Sequence[Parcel]) -> Awaitable[object]:
        """Keep all or none; what is returned is done when they are on disk.

        Raises:
            SpoolFullError: There is no room (also when awaited); nothing was kept.
        """
        ...


class Quarantine(Protocol):
    """Where the lines of unknown senders go."""

    def keep(
        self, transport: Transport, peer: str, port: int, received: int, lines: Sequence[bytes]
    ) -> Awaitable[object]:
        """Keep lines; what is returned is done when they are on disk.

        ``port``: the local port they were sent to. ``received``: UTC microseconds.

        Raises:
            SpoolFullError: There is no room (also when awaited); nothing was kept.
        """
        ...


def microseconds() -> int:
    """Now, in UTC microseconds."""
    return time.time_ns() // 1000


class Delivery:
    """See the module's documentation."""

    def __init__(
        self,
        sink: Sink,
        quarantine: Quarantine,
        counters: Counters,
        clock: Callable[[], int] = microseconds,
    ) -> None:
        """``clock``: UTC microseconds."""
        self._sink, self._quarantine = sink, quarantine
        self.counters = counters
        self.clock = clock

    async def deliver(  # what is known of the lines, each a plain value
        self,
        origin: Origin,
        transport: Transport,
        peer: str,
        lines: Sequence[bytes],
        *,
        port: int = 0,
        received: int | None = None,
        place: str = "",
    ) -> None:
        """Return when all lines are on disk.

        Raises:
            SpoolFullError: Nothing, or only what belongs to another owner, was kept.
        """
        received = self.clock() if received is None else received
        parcels: list[Parcel] = []
        strangers: list[Sequence[bytes]] = []
        for owner, part in origin.split(lines):
            for batch in batches(part):
                if owner is None:
                    strangers.append(batch)
                else:
                    parcels.append(parcel(owner, transport, peer, received, batch))
        if place and parcels:
            parcels[-1] = placed(parcels[-1], place)
        if parcels:
            await self.submit(parcels)
        for batch in strangers:
            await self.quarantine(transport, peer, port, received, batch)

    async def submit(self, parcels: Sequence[Parcel]) -> None:
        """Return when the parcels are on disk.

        Raises:
            SpoolFullError: Nothing was kept.
        """
        await self._sink.submit(parcels)
        for each in parcels:
            self.counters.took(
                each.transport, each.feed, len(each.lines), sum(map(len, each.lines))
            )

    async def quarantine(
        self, transport: Transport, peer: str, port: int, received: int, lines: Sequence[bytes]
    ) -> None:
        """Return when the lines are in quarantine.

        Raises:
            SpoolFullError: Nothing was kept.
        """
        await self._quarantine.keep(transport, peer, port, received, lines)
        self.counters.took(transport, QUARANTINE_FEED, len(lines), sum(map(len, lines)))

    async def insist(self, transport: Transport, deliver: Callable[[], Awaitable[None]]) -> None:
        """Call until there is room, less and less often; each refusal is counted."""
        wait = _FIRST_WAIT
        while True:
            try:
                await deliver()
            except SpoolFullError:
                self.counters.event(transport, "waited for room")
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                return


def parcel(
    owner: Owner, transport: Transport, peer: str, received: int, lines: Sequence[bytes]
) -> Parcel:
    """Lines of one owner, as they travel."""
    return Parcel(
        owner.tenant, owner.office, owner.feed, owner.product, transport, peer, received,
        tuple(lines),
    )  # fmt: skip


def placed(given: Parcel, place: str) -> Parcel:
    """The parcel, with the place behind its lines."""
    return Parcel(
        given.tenant, given.office, given.feed, given.product, given.transport, given.peer,
        given.received, given.lines, place,
    )  # fmt: skip


def batches(lines: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Runs of lines that are not too large for one parcel."""
    if len(lines) <= _MOST_LINES and sum(map(len, lines)) <= _MOST_BYTES:
        yield lines
        return
    start = size = 0
    for spot, line in enumerate(lines):
        if spot > start and (spot - start >= _MOST_LINES or size + len(line) > _MOST_BYTES):
            yield lines[start:spot]
            start, size = spot, 0
        size += len(line)
    yield lines[start:]
