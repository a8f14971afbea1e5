"""Windows event log files (EVTX) → one JSON text per record.

Records of damaged chunks that cannot be recovered are counted, not lost silently.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from evtx import PyEvtxParser

from midwatch.intake.files import Chunk
from midwatch.kernel import BadInputError

_MOST_FAILURES: Final = 10_000


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
            parser = PyEvtxParser(str(self.path), number_of_threads=1)
        except (OSError, RuntimeError, ValueError) as error:
            raise BadInputError(
                f"cannot be read as EVTX: {error}",
                remedy="export the log again with wevtutil epl",
                path=str(self.path),
            ) from error
        size = self.path.stat().st_size
        records = parser.records_json()
        lines: list[str] = []
        first = 1
        broken = 0
        while True:
            try:
                record = next(records)
            except StopIteration:
                break
            except (RuntimeError, OSError, ValueError):
                broken += 1
                if broken > _MOST_FAILURES:
                    break
                continue
            lines.append(record["data"])
            if len(lines) >= self._per_chunk:
                yield Chunk(lines, first, min(size, first * 1024))
                first += len(lines)
                lines = []
        if broken:
            self.problem = BadInputError(
                f"{broken} records could not be recovered",
                remedy="the others were read; export the log again if you can",
                path=str(self.path),
            )
        if lines:
            yield Chunk(lines, first, size)
