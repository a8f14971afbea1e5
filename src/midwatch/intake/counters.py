"""What came in, what was refused and why, as plain numbers.

``Counters`` is written by the listeners, all in one event loop; ``snapshot`` gives one frozen
value for whoever publishes it. No line and no token ever reaches it, and what a stranger sends
cannot add to its keys.
"""

from __future__ import annotations

from collections import Counter

import msgspec


class Flow(msgspec.Struct, frozen=True):
    """What came by one transport for one feed; the empty feed is quarantine."""

    transport: str
    feed: str
    lines: int
    bytes: int
    parcels: int


class Count(msgspec.Struct, frozen=True):
    """How often something happened on a transport (or path of HTTP)."""

    transport: str
    what: str
    count: int


class Snapshot(msgspec.Struct, frozen=True):
    """All counts since the start of the process.

    ``refused``: lines that were not taken, by reason. ``cut``: lines that were shortened.
    ``events``: everything else that is worth a count, such as connections refused, by reason.
    ``open``: connections that are open now. ``kernel_drops`` and ``receive_buffers`` (bytes
    that the kernel granted), by ``address:port``. ``requests``: answers of HTTP, by way in and
    status.
    """

    flows: tuple[Flow, ...]
    refused: tuple[Count, ...]
    cut: dict[str, int]
    events: tuple[Count, ...]
    open: dict[str, int]
    kernel_drops: dict[str, int]
    receive_buffers: dict[str, int]
    requests: tuple[Count, ...]


class Counters:
    """The running counts of one process."""

    def __init__(self) -> None:
        self._lines: Counter[tuple[str, str]] = Counter()
        self._bytes: Counter[tuple[str, str]] = Counter()
        self._parcels: Counter[tuple[str, str]] = Counter()
        self._refused: Counter[tuple[str, str]] = Counter()
        self._cut: Counter[str] = Counter()
        self._events: Counter[tuple[str, str]] = Counter()
        self._open: Counter[str] = Counter()
        self._requests: Counter[tuple[str, str]] = Counter()
        self.kernel_drops: dict[str, int] = {}
        self.receive_buffers: dict[str, int] = {}

    def took(self, transport: str, feed: str, lines: int, size: int) -> None:
        """A parcel is on disk."""
        key = (transport, feed)
        self._lines[key] += lines
        self._bytes[key] += size
        self._parcels[key] += 1

    def refused(self, transport: str, reason: str, lines: int) -> None:
        """Lines were not taken."""
        self._refused[transport, reason] += lines

    def cut(self, transport: str, lines: int) -> None:
        """Lines were shortened."""
        if lines:
            self._cut[transport] += lines

    def event(self, transport: str, what: str, count: int = 1) -> None:
        """Something happened."""
        if count:
            self._events[transport, what] += count

    def opened(self, transport: str) -> None:
        """A connection was opened."""
        self._open[transport] += 1
        self._events[transport, "connection"] += 1

    def closed(self, transport: str, reason: str) -> None:
        """A connection was closed, by ``reason``."""
        self._open[transport] -= 1
        self._events[transport, f"closed: {reason}"] += 1

    def answered(self, way: str, status: int) -> None:
        """A request was answered."""
        self._requests[way, str(status)] += 1

    def snapshot(self) -> Snapshot:
        """All counts as they are now."""
        return Snapshot(
            flows=tuple(
                Flow(transport, feed, lines, self._bytes[transport, feed], parcels)
                for (transport, feed), parcels in sorted(self._parcels.items())
                for lines in (self._lines[transport, feed],)
            ),
            refused=_counts(self._refused),
            cut=dict(self._cut),
            events=_counts(self._events),
            open=dict(self._open),
            kernel_drops=dict(self.kernel_drops),
            receive_buffers=dict(self.receive_buffers),
            requests=_counts(self._requests),
        )


def _counts(counter: Counter[tuple[str, str]]) -> tuple[Count, ...]:
    return tuple(Count(*key, count) for key, count in sorted(counter.items()))
