"""The parts that a listener needs, all in memory: to try listeners without a spool.

Tests and benchmarks use it; nothing here survives the process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from midwatch.intake.counters import Counters
from midwatch.intake.delivering import Delivery
from midwatch.intake.identification import Roll
from midwatch.intake.parcels import Parcel, SpoolFullError, Transport
from midwatch.tenants import Feed, Mark, MarkKind, hash_of_token

PATIENCE: Final = 20.0
"""Seconds after which waiting is given up."""


class MemorySink:
    """Keeps parcels; ``shut`` holds them back, ``full`` refuses them."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.full = False
        self.open = asyncio.Event()
        self.open.set()
        self.arrived = asyncio.Condition()
        self.asked = 0
        self.count = 0

    async def submit(self, parcels: Sequence[Parcel]) -> None:
        """See ``Sink``."""
        self.asked += 1
        await self.open.wait()
        if self.full:
            raise SpoolFullError("no room", remedy="wait")
        async with self.arrived:
            self.parcels += parcels
            self.count += sum(len(each.lines) for each in parcels)
            self.arrived.notify_all()

    @property
    def lines(self) -> list[bytes]:
        """All lines, in the order they came."""
        return [line for parcel in self.parcels for line in parcel.lines]

    async def until(self, holds: Callable[[MemorySink], bool]) -> None:
        """Wait until this holds of the sink."""
        async with asyncio.timeout(PATIENCE), self.arrived:
            await self.arrived.wait_for(lambda: holds(self))

    async def until_lines(self, count: int) -> None:
        """Wait until there are so many lines."""
        await self.until(lambda sink: sink.count >= count)


class MemoryQuarantine:
    """Keeps what strangers send; ``full`` refuses it."""

    def __init__(self) -> None:
        self.kept: list[tuple[Transport, str, int, tuple[bytes, ...]]] = []
        self.full = False
        self.arrived = asyncio.Condition()

    def keep(
        self, transport: Transport, peer: str, port: int, received: int, lines: Sequence[bytes]
    ) -> Awaitable[None]:
        """See ``Quarantine``."""
        del received
        return self._keep(transport, peer, port, lines)

    async def _keep(
        self, transport: Transport, peer: str, port: int, lines: Sequence[bytes]
    ) -> None:
        if self.full:
            raise SpoolFullError("no room", remedy="wait")
        async with self.arrived:
            self.kept.append((transport, peer, port, tuple(lines)))
            self.arrived.notify_all()

    async def until_lines(self, count: int) -> None:
        """Wait until there are so many lines."""
        async with asyncio.timeout(PATIENCE), self.arrived:
            await self.arrived.wait_for(lambda: sum(len(each[3]) for each in self.kept) >= count)


class Feeds:
    """Stands in for the tenants' store: feeds that may change."""

    def __init__(self, *feeds: Feed) -> None:
        self.feeds = list(feeds)
        self.revision = 1
        self.roll = Roll(lambda: self.revision, lambda: self.feeds)

    def put(self, *feeds: Feed) -> None:
        """Other feeds from now on."""
        self.feeds = list(feeds)
        self.revision += 1
        self.roll.refresh()


def feed(name: str, *marks: Mark, tenant: str = "acme") -> Feed:
    """A feed of that name."""
    return Feed(id=name, tenant=tenant, office="main", title=name, marks=marks)


def by_address(value: str, port: int = 0, host: str = "") -> Mark:
    """A mark: an address or network."""
    return Mark(MarkKind.ADDRESS, value, port, host)


def by_token(token: str) -> Mark:
    """A mark: a token."""
    return Mark(MarkKind.TOKEN, hash_of_token(token))


class Rehearsal:
    """What every listener is given."""

    def __init__(self, *feeds: Feed) -> None:
        """``feeds``: known at first."""
        self.sink = MemorySink()
        self.quarantine = MemoryQuarantine()
        self.counters = Counters()
        self.feeds = Feeds(*feeds)
        self.delivery = Delivery(self.sink, self.quarantine, self.counters)

    def events(self) -> dict[str, int]:
        """What happened, and how often."""
        return {each.what: each.count for each in self.counters.snapshot().events}

    def refused(self) -> dict[str, int]:
        """Lines refused, by reason."""
        return {each.what: each.count for each in self.counters.snapshot().refused}


async def eventually(holds: Callable[[], bool]) -> None:
    """Let the loop run until something holds; it is told by no event of its own."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  # what is waited for has no event
            await asyncio.sleep(0.002)
