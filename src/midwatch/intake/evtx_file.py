"""Windows event log files (EVTX) → one JSON text per record.

The file is read block by block. What is damaged is told by record numbers and blocks, and
all else is read. Windows makes these files larger than need be: what follows the last
record is free space.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from midwatch.intake.evtx_block import BLOCK, BlockReading, is_free, read_block
from midwatch.intake.files import Chunk
from midwatch.intake.opening import name_of
from midwatch.kernel import BadInputError

_HEADER: Final = 4096
_MAGIC: Final = b"ElfFile\x00"
_MOST_TOLD: Final = 4
_MOST_RECORDS: Final = BLOCK // 64
"""Records that a block can hold, generously."""


class EvtxFile:
    """One EVTX file as chunks of JSON texts; a line's number is its record's position."""

    def __init__(self, path: Path, *, lines_per_chunk: int = 2000) -> None:
        """``path`` must be a file on disk."""
        self.path = path
        self.problem: BadInputError | None = None
        self._per_chunk = lines_per_chunk

    def chunks(self) -> Iterator[Chunk]:
        """All records in order; ``problem`` tells of those that could not be read.

        Raises:
            BadInputError: the file is no EVTX file at all.
        """
        damage = _Damage()
        lines: list[str] = []
        first, size = 1, _HEADER
        for number, block, size in self._blocks(damage):  # the size is told at the end
            if is_free(block):
                damage.pass_over(number)
                continue
            reading = read_block(damage.header, block)
            damage.note(number, reading)
            lines.extend(reading.texts)
            while len(lines) >= self._per_chunk:
                yield Chunk(lines[: self._per_chunk], first, size)
                first += self._per_chunk
                lines = lines[self._per_chunk :]
        told = damage.told()
        if told:
            self.problem = BadInputError(
                told,
                remedy="the others were read; export the log again if you can",
                path=name_of(self.path),
            )
        if lines:
            yield Chunk(lines, first, size)

    def _blocks(self, damage: _Damage) -> Iterator[tuple[int, bytes, int]]:
        """(number from 1, bytes, bytes of the file read so far) of each block."""
        try:
            with self.path.open("rb") as stream:
                damage.header = stream.read(_HEADER)
                if len(damage.header) < _HEADER or not damage.header.startswith(_MAGIC):
                    raise self._refusal("it does not begin as such a file does")
                number = 0
                while block := stream.read(BLOCK):
                    number += 1
                    damage.cut = number if len(block) < BLOCK else 0
                    yield number, block, _HEADER + (number - 1) * BLOCK + len(block)
                damage.blocks = number
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error

    def _refusal(self, reason: str) -> BadInputError:
        return BadInputError(
            f"cannot be read as EVTX: {reason}",
            remedy="export the log again with wevtutil epl",
            path=name_of(self.path),
        )


class _Damage:
    """Collects what could not be read.

    A block's own header says which record numbers it holds. Where that is lost too, the
    numbers of the records around it tell how many are missing. Free blocks after the last
    record never held any.
    """

    def __init__(self) -> None:
        self.header = b""
        self.blocks = 0
        self.cut = 0
        self._lost = 0
        self._places: list[str] = []
        self._unread: list[int] = []
        self._last: int | None = None

    def pass_over(self, number: int) -> None:
        """A block without records, whose place tells what it is."""
        self._unread.append(number)

    def note(self, number: int, reading: BlockReading) -> None:
        """What came of one block."""
        if not reading.numbers:
            if not reading.whole:
                if reading.promised is not None:
                    self._miss([number], reading.missing())
                    self._last = reading.promised[1]
                else:
                    self._unread.append(number)
            return
        if self._unread:
            self._between(reading.numbers[0])
        missing = reading.missing()
        if missing:
            self._miss([number], missing)
        elif not reading.whole and reading.promised is None:
            self._places.append(f"part of {_blocks([number])} may be missing")
        self._last = reading.numbers[-1]

    def _between(self, after: int) -> None:
        """Judge the unread blocks before a record of that number."""
        before, unread = self._last, self._unread
        self._unread = []
        if before is not None and 0 <= after - before - 1 <= len(unread) * _MOST_RECORDS:
            if after > before + 1:
                self._miss(unread, list(range(before + 1, after)))
        else:
            self._places.append(f"what {_blocks(unread)} held is missing")

    def _miss(self, blocks: list[int], numbers: list[int]) -> None:
        self._lost += len(numbers)
        begin = numbers[0]
        for number, following in zip(numbers, [*numbers[1:], None], strict=True):
            if following != number + 1:
                several = number > begin
                told = f"numbers {begin} to {number}" if several else f"number {number}"
                self._places.append(f"{told} in {_blocks(blocks)}")
                begin = number if following is None else following

    def told(self) -> str:
        """What is wrong with the file, in words; empty if nothing is."""
        parts: list[str] = []
        if self._lost:
            count = "1 record" if self._lost == 1 else f"{self._lost} records"
            parts.append(f"{count} could not be recovered")
        parts.extend(self._places[:_MOST_TOLD])
        if len(self._places) > _MOST_TOLD:
            parts.append(f"and {len(self._places) - _MOST_TOLD} more places")
        text = f"{parts[0]}: {', '.join(parts[1:])}" if self._lost else ", ".join(parts)
        if self.cut or not self.blocks:
            (wanted,) = struct.unpack_from("<H", self.header, 42)
            where = f"in block {self.cut} of {max(wanted, self.cut)}" if self.cut else "at its head"
            cut = f"breaks off {where}; its last records may be missing"
            return f"{text}; {cut}" if text else cut
        return text


def _blocks(numbers: list[int]) -> str:
    """The blocks in words; they follow each other."""
    first, last = numbers[0], numbers[-1]
    return f"block {first}" if first == last else f"blocks {first} to {last}"
