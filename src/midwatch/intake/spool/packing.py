"""Parcels ⇄ packed bytes: MessagePack in one Zstandard frame, with a checksum beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import zstandard

from midwatch.intake.parcels import Parcel

GROUP_BYTES: Final = 1 << 20
"""Lines of about this many bytes are packed together at most; one parcel may be larger."""

_LEVEL: Final = 1
_CHECKSUM_BYTES: Final = 8
_PARCEL_BYTES: Final = 100


class DamagedGroupError(Exception):
    """Packed bytes that are not what was packed."""


class Group(msgspec.Struct, frozen=True):
    """Parcels packed together. ``oldest``: when the first of them came (UTC microseconds)."""

    content: bytes
    count: int
    oldest: int


class Packer:
    """Packs and unpacks; to be used by one thread at a time."""

    def __init__(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(list[Parcel]).decode
        self._pack = zstandard.ZstdCompressor(level=_LEVEL).compress
        self._unpack = zstandard.ZstdDecompressor().decompress

    def pack(self, parcels: Sequence[Parcel]) -> Group:
        """Parcels as one group."""
        content = self._pack(self._encode(list(parcels)))
        return Group(content, len(parcels), min(parcel.received for parcel in parcels))

    def checked(self, group: Group, last: int, expected: bytes) -> list[Parcel]:
        """The parcels of a group that belongs to ``last`` and had that checksum.

        Raises:
            DamagedGroupError: It is not what was packed.
        """
        if checksum(last, group) != expected:
            raise DamagedGroupError("its checksum is wrong")
        try:
            parcels = self._decode(self._unpack(group.content))
        except (zstandard.ZstdError, msgspec.DecodeError) as error:
            raise DamagedGroupError(str(error)) from error
        if len(parcels) != group.count:
            raise DamagedGroupError(f"{len(parcels)} parcels where {group.count} were")
        return parcels


def size_of(parcel: Parcel) -> int:
    """About how many bytes a parcel is before packing."""
    return _PARCEL_BYTES + sum(map(len, parcel.lines)) + 2 * len(parcel.lines)


def in_groups(parcels: Sequence[Parcel]) -> Iterator[Sequence[Parcel]]:
    """Parcels in runs of about ``GROUP_BYTES``."""
    start, size = 0, 0
    for position, parcel in enumerate(parcels):
        more = size_of(parcel)
        if size and size + more > GROUP_BYTES:
            yield parcels[start:position]
            start, size = position, 0
        size += more
    if start < len(parcels):
        yield parcels[start:]


def checksum(last: int, group: Group) -> bytes:
    """Over a group and where it belongs."""
    head = f"{last},{group.count},{group.oldest}:".encode()
    return hashlib.blake2b(head + group.content, digest_size=_CHECKSUM_BYTES).digest()
