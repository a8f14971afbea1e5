"""Log files as one stream of read chunks, oldest first across files.

Each rotated set is read in time order; several sets are interleaved chunk by chunk, the
one that lies furthest back first, so that what happened together is seen together.
Only one chunk is held at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from typing import Final

from midwatch.events.json_runs import ReadResult
from midwatch.events.reading import LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.source import Source
from midwatch.events.timestamps import ClockContext, StampReader
from midwatch.intake.files import Chunk
from midwatch.intake.folder import LogFile
from midwatch.kernel import BadInputError

_PEEKED_LINES: Final = 40
_MOST_INTERLEAVED: Final = 200
_SECOND: Final = 1_000_000
_LATEST: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Clock:
    """How stamps are completed: ``zone`` for those that state none, ``now`` in microseconds."""

    zone: tzinfo
    now: int


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """A chunk of one file, read. ``consumed`` counts bytes of that file read so far."""

    file: LogFile
    chunk: Chunk
    result: ReadResult
    consumed: int


class LogStreams:
    """Reads sets of log files; see the module's documentation."""

    def __init__(
        self,
        sets: Sequence[Sequence[LogFile]],
        sources: Sequence[Source],
        clock: Clock,
        forced: Source | None = None,
        *,
        recogniser: Recogniser | None = None,
    ) -> None:
        """``forced`` names the product of all files instead of recognising it.

        ``recogniser`` is that of the same sources, where one is at hand.

        While ``chunks`` runs, ``problems`` fills with what went wrong, and ``unread`` with
        the files of which nothing at all could be read.
        """
        self.problems: list[BadInputError] = []
        self.unread: list[LogFile] = []
        self.watermark = -_LATEST
        self._sets = sets
        self._recogniser = recogniser or Recogniser(sources)
        self._clock = clock
        self._forced = forced
        self._following: LineReader | None = None

    def chunks(self) -> Iterator[ReadChunk]:
        """All chunks.

        ``watermark`` meanwhile tells the time before which nothing more is to come, as far
        as the files are in order.
        """
        streams = [
            _Stream(self._start_of(files), self._read_set(files)) for files in self._sets if files
        ]
        interleave = len(streams) <= _MOST_INTERLEAVED
        while streams:
            stream = min(streams, key=lambda each: each.position)
            while True:
                chunk = next(stream.chunks, None)
                if chunk is None:
                    streams.remove(stream)
                    break
                latest = _latest(chunk.result)
                if latest is not None:
                    stream.position = max(stream.position, latest)
                self.watermark = min(each.position for each in streams)
                yield chunk
                if interleave:
                    break
        self.watermark = _LATEST

    def _context(self, file: LogFile) -> ClockContext:
        reference = self._clock.now
        if file.modified is not None:
            reference = min(reference, int(file.modified * _SECOND))
        return ClockContext(reference=reference, zone=self._clock.zone)

    def _start_of(self, files: Sequence[LogFile]) -> int:
        """The time of the first line of a set, to begin with the oldest one."""
        if files[0].read_once or len(self._sets) == 1:
            return -_LATEST
        stamps = StampReader(self._context(files[0]))
        try:
            chunk = next(files[0].open(_PEEKED_LINES).chunks(), None)
        except BadInputError:
            return -_LATEST
        for line in chunk.lines if chunk is not None else ():
            found = stamps.find(line[:4096])
            if found is not None:
                return found[0]
        return -_LATEST

    def _reader(self, file: LogFile) -> LineReader:
        return LineReader((), self._context(file), forced=self._forced, recogniser=self._recogniser)

    def _read_set(self, files: Sequence[LogFile]) -> Iterator[ReadChunk]:
        for file in files:
            reader = self._reader(file)
            for chunk in self.raw_chunks(file):
                yield _read(reader, file, chunk)

    def raw_chunks(self, file: LogFile) -> Iterator[Chunk]:
        """The chunks of one file, unread; what goes wrong is noted."""
        opened = file.open()
        empty, problem = True, None
        try:
            for chunk in opened.chunks():
                empty = False
                yield chunk
        except BadInputError as error:
            problem = error
        problem = problem or opened.problem
        if problem is not None:
            self.problems.append(problem)
            if empty:
                self.unread.append(file)

    def read_apart(self, file: LogFile, chunk: Chunk) -> ReadChunk:
        """Read a chunk as if it were the file's first."""
        return _read(self._reader(file), file, chunk)

    def read_next(self, file: LogFile, chunk: Chunk) -> ReadChunk:
        """Read a chunk that follows on those read so before; of one file only."""
        if self._following is None:
            self._following = self._reader(file)
        return _read(self._following, file, chunk)


@dataclass(slots=True, eq=False)
class _Stream:
    position: int
    chunks: Iterator[ReadChunk]


def _read(reader: LineReader, file: LogFile, chunk: Chunk) -> ReadChunk:
    result = reader.read(chunk.lines, chunk.first_line)
    if chunk.numbers is not None:
        _renumber(result, chunk)
    return ReadChunk(file, chunk, result, chunk.consumed)


def _latest(result: ReadResult) -> int | None:
    """The latest time in a chunk, or None; of what comes in runs only the last line is read."""
    ends = [
        time
        for batch in result.single
        for time in islice(reversed(batch.times), 1)
        if time is not None
    ]
    last = max(result.runs, key=lambda run: run.lines[-1], default=None)
    if last is not None:
        ends.extend(
            time
            for batch in last.take([len(last) - 1]).batches
            for time in batch.times
            if time is not None
        )
    return max(ends, default=None)


def _renumber(result: ReadResult, chunk: Chunk) -> None:
    """Give documents the numbers of the lines on which they begin."""
    numbers, first = chunk.numbers or (), chunk.first_line
    result.renumber(lambda line: numbers[line - first])
