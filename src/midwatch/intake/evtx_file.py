"""Windows event log files (EVTX) → one JSON text per record.

Records of damaged blocks that cannot be recovered are counted, not lost silently. Windows
makes these files larger than need be: what follows the last record is free space.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from evtx import PyEvtxParser

from midwatch.intake.files import Chunk
from midwatch.intake.opening import name_of
from midwatch.kernel import BadInputError

_MOST_FAILURES: Final = 10_000
_HEADER: Final = 4096
_BLOCK: Final = 1 << 16


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
        try:
            size = self.path.stat().st_size
            parser = PyEvtxParser(str(self.path), number_of_threads=1)
        except (OSError, RuntimeError, ValueError) as error:
            raise BadInputError(
                f"cannot be read as EVTX: {error}",
                remedy="export the log again with wevtutil epl",
                path=name_of(self.path),
            ) from error
        records = parser.records_json()
        lines: list[str] = []
        first = 1
        lost = _Lost()
        while True:
            try:
                record = next(records)
            except StopIteration:
                break
            except (RuntimeError, OSError, ValueError) as error:
                if not lost.note(error):
                    break
                continue
            if record is None:
                continue
            lost.go_on(record["event_record_id"])
            lines.append(record["data"])
            if len(lines) >= self._per_chunk:
                yield Chunk(lines, first, min(size, first * 1024))
                first += len(lines)
                lines = []
        self.problem = self._damage(lost, size)
        if lines:
            yield Chunk(lines, first, size)

    def _damage(self, lost: _Lost, size: int) -> BadInputError | None:
        count = lost.count
        if count:
            cause = f"{count} {'record' if count == 1 else 'records'} could not be recovered"
        elif size <= _HEADER or (size - _HEADER) % _BLOCK:
            cause = "breaks off in the middle; its last records may be missing"
        else:
            return None
        return BadInputError(
            cause,
            remedy="the others were read; export the log again if you can",
            path=name_of(self.path),
        )


class _Lost:
    """Counts records that could not be read.

    A damaged block is one failure, however many records it held; the numbers of the
    records around it tell how many are missing. Blocks that fail after the last record
    are free space that never held any.
    """

    def __init__(self) -> None:
        self.count = 0
        self._failures = 0
        self._blocks = 0
        self._last: int | None = None

    def note(self, error: Exception) -> bool:
        """One failure; whether it is worth going on."""
        if "chunk" in str(error):
            self._blocks += 1
        else:
            self.count += 1
        self._failures += 1
        return self._failures <= _MOST_FAILURES

    def go_on(self, number: int) -> None:
        """A record was read, and bears this number."""
        if self._blocks:
            missing = 0 if self._last is None else number - self._last - 1
            self.count += missing if 0 < missing < self._blocks * _BLOCK // 64 else self._blocks
            self._blocks = 0
        self._last = number
