"""One block (chunk) of a Windows event log, 64 KiB with records in it → JSON texts.

A block that is damaged is mended as far as its bytes allow and read again: the words by
which its header and records begin, and the tables that only speed the reading up. No
record's content is touched, and a record of a mended block counts only if it says what every
event says: what happened, when, and on which machine. Layout: Microsoft's EVTX, as described at
https://github.com/libyal/libevtx/blob/main/documentation/
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from evtx import PyEvtxParser

BLOCK: Final = 1 << 16
_MAGIC: Final = b"ElfChnk\x00"
_RECORD: Final = b"**\x00\x00"
_FIRST_RECORD: Final = 512
_TABLES: Final = slice(128, 512)
_SMALLEST: Final = 28
_MOST_RECORDS: Final = BLOCK // _SMALLEST


@dataclass(slots=True)
class BlockReading:
    """Texts and record numbers in order; ``whole`` is false where something failed.

    ``promised`` are the first and last record number of the block's header, if they make sense.
    """

    texts: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    whole: bool = True
    promised: tuple[int, int] | None = None

    def missing(self) -> list[int]:
        """The promised numbers that were not read, in order."""
        if self.whole or self.promised is None:
            return []
        first, last = self.promised
        return sorted(set(range(first, last + 1)).difference(self.numbers))


def read_block(header: bytes, block: bytes) -> BlockReading:
    """What one block holds; ``header`` is the file's. A block cut short may be given as it is."""
    # The record at which a block breaks off must not be read as if it ended in zeros.
    reading = _parse(header, block) if len(block) == BLOCK else BlockReading(whole=False)
    if not reading.whole:
        for mended in (_mended(block), _mended(block, tables=False)):
            again = _parse(header, mended, strict=True)
            if len(again.numbers) > len(reading.numbers):
                reading = again
    reading.whole = reading.whole and len(block) == BLOCK and block.startswith(_MAGIC)
    reading.promised = _promised(block, reading.numbers)
    return reading


def is_free(block: bytes) -> bool:
    """Whether a block was never used."""
    return not block.startswith(_MAGIC) and not _is_sound(block, _FIRST_RECORD)


def _parse(header: bytes, block: bytes, *, strict: bool = False) -> BlockReading:
    """``strict``: a record counts only if it says what every event does."""
    reading = BlockReading()
    try:
        records = PyEvtxParser(io.BytesIO(header + block), number_of_threads=1).records_json()
    except (RuntimeError, OSError, ValueError):
        return BlockReading(whole=False)
    for _ in range(_MOST_RECORDS):
        try:
            record = next(records, None)
        except (RuntimeError, OSError, ValueError):
            reading.whole = False
            continue
        if record is None:
            break
        number, text = record["event_record_id"], record["data"]
        if strict and not _speaks(text):
            reading.whole = False
            continue
        reading.numbers.append(number)
        reading.texts.append(text)
    return reading


def _speaks(text: str) -> bool:
    """Whether a record says what every event does: what, when, and on which machine."""
    try:
        system: Any = msgspec.json.decode(text)["Event"]["System"]
        time = system["TimeCreated"]["#attributes"]["SystemTime"]
    except (msgspec.MsgspecError, LookupError, TypeError):
        return False
    return bool(time) and all(name in system for name in ("Provider", "EventID", "Computer"))


def _is_sound(block: bytes | bytearray, begin: int) -> bool:
    """Whether a record begins there, and ends with its own size as records do."""
    if block[begin : begin + 4] != _RECORD or begin + _SMALLEST > len(block):
        return False
    (size,) = struct.unpack_from("<I", block, begin + 4)
    end = begin + size
    return (
        size >= _SMALLEST
        and end <= len(block)
        and block[end - 4 : end] == block[begin + 4 : begin + 8]
    )


def _mended(block: bytes, *, tables: bool = True) -> bytes:
    """The block so that a reader passes over what is damaged; ``tables`` are kept or cleared."""
    mended = bytearray(block)
    begin = last = _FIRST_RECORD
    while begin + _SMALLEST <= len(mended):
        if not _is_sound(mended, begin):
            after = mended.find(_RECORD, begin + _SMALLEST)
            while after >= 0 and not _is_sound(mended, after):
                after = mended.find(_RECORD, after + 1)
            if after < 0:
                break
            size = after - begin
            mended[begin : begin + 8] = _RECORD + struct.pack("<I", size)
            struct.pack_into("<I", mended, after - 4, size)
        last = begin
        begin += struct.unpack_from("<I", mended, begin + 4)[0]
    whole = mended.ljust(BLOCK, b"\0")
    whole[:8] = _MAGIC
    struct.pack_into("<3I", whole, 40, 128, last, begin)
    if not tables:
        whole[_TABLES] = bytes(_TABLES.stop - _TABLES.start)
    return bytes(whole)


def _promised(block: bytes, numbers: list[int]) -> tuple[int, int] | None:
    if len(block) < _FIRST_RECORD:
        return None
    first, last = struct.unpack_from("<QQ", block, 24)
    sane = 0 < first <= last < first + _MOST_RECORDS
    if not sane or any(not first <= number <= last for number in numbers):
        return None
    return first, last
