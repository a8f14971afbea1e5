"""How much one sender may send, and how many connections there may be.

Times are seconds of a monotonic clock and are arguments; nothing here waits.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Final

import msgspec

_MOST_SENDERS: Final = 65_536


class Limits(msgspec.Struct, frozen=True):
    """What the listeners allow.

    ``lines_per_second`` and ``burst``: lines of one sender, on average and at once; 0 means no
    limit. ``idle``: seconds after which a silent connection is closed. ``handshake``: seconds
    for TLS. ``unfinished``: bytes of unfinished messages held for all connections together.
    ``receive_buffer``: bytes asked of the kernel for each UDP socket. ``waiting``: bytes of
    datagrams that wait for the disk before no more are read. ``body`` and ``unpacked``: bytes
    of an HTTP request as sent and decompressed. ``bodies``: bytes of all requests at once.
    ``body_seconds``: how long a request may take to arrive.
    """

    connections: int = 10_000
    connections_per_address: int = 500
    lines_per_second: float = 20_000
    burst: int = 100_000
    idle: float = 3_600
    handshake: float = 15
    unfinished: int = 128 << 20
    receive_buffer: int = 16 << 20
    waiting: int = 16 << 20
    body: int = 32 << 20
    unpacked: int = 64 << 20
    bodies: int = 256 << 20
    body_seconds: float = 60


class Bucket:
    """A token bucket: refills at a rate, holds a burst.

    >>> bucket = Bucket(rate=10, burst=20, now=0.0)
    >>> bucket.grant(25, 0.0), bucket.grant(25, 1.0)
    (20, 10)
    >>> bucket.owe(15, 1.0), bucket.owe(0, 2.0)
    (1.5, 0.5)
    """

    __slots__ = ("_burst", "_level", "_rate", "_then")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        """``rate``: lines a second, more than 0."""
        self._rate = rate
        self._burst = float(max(burst, 1))
        self._level = self._burst
        self._then = now

    def grant(self, wanted: int, now: float) -> int:
        """How many of so many lines may pass; the others are refused."""
        self._refill(now)
        granted = min(wanted, int(self._level)) if self._level > 0 else 0
        self._level -= granted
        return granted

    def owe(self, lines: int, now: float) -> float:
        """Take so many in any case; the seconds to wait before more."""
        self._refill(now)
        self._level -= lines
        return max(0.0, -self._level / self._rate)

    def _refill(self, now: float) -> None:
        self._level = min(self._burst, self._level + (now - self._then) * self._rate)
        self._then = now


class Flood:
    """A bucket for each sender, the least recent forgotten, so that strangers cannot fill it."""

    def __init__(self, limits: Limits) -> None:
        """``limits``: rate and burst."""
        self._rate, self._burst = limits.lines_per_second, limits.burst
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def grant(self, sender: str, wanted: int, now: float) -> int:
        """See ``Bucket.grant``."""
        if self._rate <= 0:
            return wanted
        return self._bucket(sender, now).grant(wanted, now)

    def owe(self, sender: str, lines: int, now: float) -> float:
        """See ``Bucket.owe``."""
        if self._rate <= 0:
            return 0.0
        return self._bucket(sender, now).owe(lines, now)

    def _bucket(self, sender: str, now: float) -> Bucket:
        bucket = self._buckets.get(sender)
        if bucket is None:
            bucket = self._buckets[sender] = Bucket(self._rate, self._burst, now)
            if len(self._buckets) > _MOST_SENDERS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(sender)
        return bucket


class Places:
    """How many connections are open, in all and from each address."""

    def __init__(self, limits: Limits) -> None:
        """``limits``: connections."""
        self._most = limits.connections
        self._most_each = limits.connections_per_address
        self._open: Counter[str] = Counter()
        self._total = 0

    def enter(self, address: str) -> str:
        """Count a connection in; or the reason why it may not come in."""
        if self._total >= self._most:
            return "too many connections"
        if self._open[address] >= self._most_each:
            return "too many connections from one address"
        self._open[address] += 1
        self._total += 1
        return ""

    def leave(self, address: str) -> None:
        """Count a connection out."""
        self._total -= 1
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]
