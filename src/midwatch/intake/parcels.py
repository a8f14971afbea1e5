"""What travels from the listeners to the watch: parcels of raw lines, and the spool they wait in.

A ``Parcel`` holds lines of one feed that came together, as bytes, exactly as they came but
for framing. A ``Spool`` keeps parcels in order from the moment ``append`` returns until
``release`` says that everything up to an offset is done with, over crashes and power cuts.

Every spool keeps the same contract, and one set of tests holds all of them to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from midwatch.kernel import MidwatchError

_WARN_AT: Final = 0.9
_FULL_AT: Final = 0.99


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
    """A parcel and its offset.

    Offsets grow; those of one ``append`` are consecutive, others need not be. No offset is
    given twice, even if a spool was lost and began anew.
    """

    offset: int
    parcel: Parcel


class Fullness(StrEnum):
    """What somebody should think of a spool's ``Usage.fraction``."""

    ROOMY = "roomy"
    WARNING = "warning"
    """Nine tenths of the budget are used: whatever reads the spool has fallen behind."""
    FULL = "full"


class Usage(msgspec.Struct, frozen=True):
    """How full a spool is.

    ``waiting``: parcels behind ``released``. ``bytes_used`` of ``budget`` bytes on disk.
    ``oldest``: when the oldest waiting parcel came (UTC microseconds). ``damaged``: parcels
    that could not be read and were set aside.
    """

    waiting: int
    bytes_used: int
    budget: int
    oldest: int | None
    damaged: int = 0

    @property
    def fraction(self) -> float:
        """How much of the budget is used; 1.0 is all of it."""
        return self.bytes_used / self.budget

    @property
    def fullness(self) -> Fullness:
        """Whether somebody should look: at nine tenths, and when hardly anything fits."""
        if self.fraction >= _FULL_AT:
            return Fullness.FULL
        return Fullness.WARNING if self.fraction >= _WARN_AT else Fullness.ROOMY


class SpoolFullError(MidwatchError):
    """The spool has reached its budget, or the disk is full; nothing of the call was kept."""


class SpoolDownError(MidwatchError):
    """The spool cannot be written or reached now; trying again may help.

    The call must not be acknowledged. When the very same parcels are appended next, they are
    kept once, even if they had been kept before the failure showed.
    """


class Spool(Protocol):
    """See the module's documentation. One writer process, one reading process."""

    def append(self, parcels: Sequence[Parcel]) -> int:
        """Keep parcels, all or none; on return they are on disk. The offset of the last.

        Without parcels nothing happens, and the offset is that of the newest parcel.

        Raises:
            SpoolFullError: There is no room; the caller must not acknowledge.
            SpoolDownError: It could not be written; the caller must not acknowledge.
        """
        ...

    def read(self, after: int, most_bytes: int) -> Sequence[Spooled]:
        """Parcels behind an offset, in order: about ``most_bytes`` of lines, at least one parcel.

        Empty when nothing is behind it. What cannot be read any more is set aside, reported,
        and passed over.

        Raises:
            SpoolDownError: It cannot be reached now.
        """
        ...

    def wait(self, after: int, seconds: float) -> bool:
        """Wait until there is a parcel behind an offset; False when the time is up first."""
        ...

    def release(self, offset: int) -> None:
        """All up to and with this offset are done with; their room may be used again.

        An offset before the one released last changes nothing. A restart or a crash does not
        undo it; a power cut may undo the last ones, and the parcels come again.

        Raises:
            SpoolDownError: It could not be written down; nothing was released.
        """
        ...

    @property
    def released(self) -> int:
        """The offset that was released last; 0 at first. Survives a restart and a crash."""
        ...

    def usage(self) -> Usage:
        """How full it is."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
