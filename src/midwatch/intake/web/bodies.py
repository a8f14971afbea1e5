"""The body of a request: read within bounds of size and time, and unpacked within bounds.

A few bytes can unpack to gigabytes, so unpacking goes step by step and stops at the bound.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import zlib
from collections.abc import AsyncIterator
from typing import IO, Final, cast

import zstandard

from midwatch.intake.limits import Limits
from midwatch.intake.web.refusals import Refusal, no_room, too_large

_STEP: Final = 1 << 16
_ZSTD_WINDOW: Final = 8 << 20
_INLINE: Final = 1 << 18
"""Packed bytes that are unpacked at once; more are unpacked in a thread."""


class Bodies:
    """Reads bodies, and knows how many bytes all requests hold together."""

    def __init__(self, limits: Limits) -> None:
        """``limits``: sizes and seconds."""
        self._limits = limits
        self._held = 0

    async def read(self, chunks: AsyncIterator[bytes], encoding: str) -> bytes:
        """The whole body, unpacked.

        Raises:
            Refusal: It is too large, too slow, damaged, or packed in an unknown way.
        """
        limits, parts, size = self._limits, list[bytes](), 0
        try:
            try:
                async with asyncio.timeout(limits.body_seconds):
                    async for chunk in chunks:
                        size += len(chunk)
                        self._held += len(chunk)
                        if size > limits.body:
                            raise too_large(limits.body)
                        if self._held > limits.bodies:
                            raise no_room()
                        parts.append(chunk)
            except TimeoutError as error:
                raise Refusal(
                    408, "too_slow", "the request did not arrive in time", remedy="send it again"
                ) from error
            data = b"".join(parts)
            if encoding in ("", "identity"):
                if size > limits.unpacked:
                    raise too_large(limits.unpacked)
                return data
            if size <= _INLINE:
                return unpack(data, encoding, limits.unpacked)
            return await asyncio.to_thread(unpack, data, encoding, limits.unpacked)
        finally:
            self._held -= size


def unpack(data: bytes, encoding: str, most: int) -> bytes:
    """What a body packed by gzip, deflate or zstd holds.

    Raises:
        Refusal: It holds more than ``most`` bytes, is damaged, or the encoding is unknown.
    """
    try:
        match encoding:
            case "gzip" | "x-gzip":
                return _drain(cast("IO[bytes]", gzip.GzipFile(fileobj=io.BytesIO(data))), most)
            case "zstd":
                unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
                reader = unpacker.stream_reader(data, read_across_frames=True)
                return _drain(cast("IO[bytes]", reader), most)
            case "deflate":
                return _inflate(data, most)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise Refusal(
            400,
            "damaged",
            f"the body is not what its Content-Encoding ({encoding}) says",
            remedy="send it again; if it stays so, switch compression off",
        ) from error
    raise Refusal(
        415,
        "encoding",
        "the Content-Encoding is unknown",
        remedy="use gzip, zstd, deflate or none",
    )


def _drain(stream: IO[bytes], most: int) -> bytes:
    parts, size = list[bytes](), 0
    while part := stream.read(_STEP):
        size += len(part)
        if size > most:
            raise too_large(most)
        parts.append(part)
    return b"".join(parts)


def _inflate(data: bytes, most: int) -> bytes:
    """Deflate as the standard says (with zlib's header), or as some send it (without)."""
    wrapped = len(data) > 1 and data[0] & 15 == 8 and (data[0] * 256 + data[1]) % 31 == 0
    machine = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
    unpacked = machine.decompress(data, most + 1)
    if len(unpacked) > most:
        raise too_large(most)
    if not machine.eof:
        raise EOFError("the data breaks off")
    return unpacked
