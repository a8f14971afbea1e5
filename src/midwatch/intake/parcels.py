"""What travels from the listeners to the watch: parcels of raw lines, and the spool they wait in.

A ``Parcel`` holds lines of one feed that came together, as bytes, exactly as they came but
for framing. A ``Spool`` keeps parcels in order from the moment ``append`` returns until
``release`` says that everything up to an offset is done with, over crashes and power cuts.

Every spool keeps the same contract, and one set of tests holds all of them to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from midwatch.kernel import MidwatchError


class Transport(StrEnum):
    """The way lines came."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"
    HTTP = "http"
    FILE = "file"
    EVTX = "evtx"
    SOCKET = "socket"
    SELF = "self"
    """Midwatch's own: canary lines and the sample office."""


class Parcel(msgspec.Struct, frozen=True, array_like=True):
    """Lines of one feed that came together.

    ``received``: UTC microseconds at which they came. ``peer``: address of the sender, or path
    of the file. ``product``: the log source that the feed names; empty: recognise.
    ``place``: for files, where the lines came from (path and offset behind them), so that a
    reader that restarts knows how far the spool has them; else empty.
    """

    tenant: str
    office: str
    feed: str
    product: str
    transport: Transport
    peer: str
    received: int
    lines: tuple[bytes, ...]
    place: str = ""


class Spooled(msgspec.Struct, frozen=True, array_like=True):
    """A parcel and its offset. Offsets grow; they need not be consecutive."""

    offset: int
    parcel: Parcel


class Usage(msgspec.Struct, frozen=True):
    """How full a spool is. ``oldest``: when the oldest waiting parcel came (UTC microseconds)."""

    waiting: int
    bytes_used: int
    budget: int
    oldest: int | None


class SpoolFullError(MidwatchError):
    """The spool has reached its budget, or the disk is full; nothing of the call was kept."""


class Spool(Protocol):
    """See the module's documentation. One writer process, one reading process."""

    def append(self, parcels: Sequence[Parcel]) -> int:
        """Keep parcels, all or none; on return they are on disk. The offset of the last.

        Raises:
            SpoolFullError: There is no room; the caller must not acknowledge.
        """
        ...

    def read(self, after: int, most_bytes: int) -> Sequence[Spooled]:
        """Parcels behind an offset, in order, about ``most_bytes`` of them, at least one."""
        ...

    def release(self, offset: int) -> None:
        """All up to and with this offset are done with; their room may be used again."""
        ...

    @property
    def released(self) -> int:
        """The offset that was released last; 0 at first. Survives a restart."""
        ...

    def usage(self) -> Usage:
        """How full it is."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
