"""Hunting: every match of single-event rules in some files, as lines of JSON, in input order.

Work is shared among processes without changing a byte of the outcome. Small files and event
files go to a process each. A large file is read here and its chunks are handed out, as long
as all a chunk's lines stand for themselves; from the first chunk on whose lines carry
something over to later ones (a session's address, say), the rest of that file is read here.
Results wait their turn; only a few are under way at a time, so memory does not grow.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from midwatch.detection import Detector
from midwatch.events.batch import EventBatch, ParseFailure
from midwatch.events.catalogue import all_sources, source_named
from midwatch.events.json_runs import ReadResult
from midwatch.events.recognition import Recogniser
from midwatch.intake.files import Chunk
from midwatch.intake.folder import LogFile
from midwatch.kernel import BadInputError
from midwatch.rules import RuleSet
from midwatch.watch.streams import Clock, LogStreams, ReadChunk

_SMALL: Final = 1 << 26
"""Bytes: a file up to that size is read whole by one process."""
_AHEAD: Final = 3
"""Pieces of work under way for each process."""


@dataclass(slots=True)
class Outcome:
    """What came of a piece of work: encoded matches, one line each, and figures."""

    matches: list[bytes] = field(default_factory=list)
    events: int = 0
    failures: int = 0
    consumed: int = 0
    carries: bool = False
    problems: list[BadInputError] = field(default_factory=list)
    unread: bool = False


def rfc3339(time: int) -> str:
    """UTC microseconds since 1970 as text.

    >>> rfc3339(1_700_000_000_123_456)
    '2023-11-14T22:13:20.123456Z'
    """
    seconds, micros = divmod(time, 1_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{micros:06d}Z" if micros else f"{text}Z"


class Hunter:
    """Reads and matches in one process."""

    def __init__(self, ruleset: RuleSet, clock: Clock, product: str | None) -> None:
        """``product`` names the source of all lines instead of recognising it."""
        self.detector = Detector(ruleset)
        self._clock = clock
        self._forced = source_named(product) if product is not None else None
        self._encode = msgspec.json.Encoder().encode
        # Making it takes longer than reading a small file.
        self._recogniser = Recogniser(all_sources())
        self._carrying = {source.name for source in all_sources() if source.carry is not None}

    def streams(self, file: LogFile) -> LogStreams:
        """The reading of one file."""
        return LogStreams(
            [[file]], all_sources(), self._clock, self._forced, recogniser=self._recogniser
        )

    def file(self, file: LogFile) -> Iterator[Outcome]:
        """What a file holds, chunk by chunk."""
        streams = self.streams(file)
        for chunk in streams.chunks():
            yield self.chunk(chunk)
        yield Outcome(problems=streams.problems, unread=bool(streams.unread))

    def whole_file(self, file: LogFile) -> Outcome:
        """What a file holds, all at once."""
        together = Outcome()
        for part in self.file(file):
            together.matches.extend(part.matches)
            together.events += part.events
            together.failures += part.failures
            together.problems.extend(part.problems)
            together.unread = together.unread or part.unread
        together.consumed = file.size
        return together

    def apart(self, file: LogFile, chunk: Chunk) -> Outcome:
        """What a chunk holds whose lines are taken to stand for themselves."""
        return self.chunk(self.streams(file).read_apart(file, chunk))

    def chunk(self, chunk: ReadChunk) -> Outcome:
        """What a chunk holds."""
        result = chunk.result
        outcome = Outcome(
            matches=[line for _, line in sorted(self._lines(chunk), key=lambda each: each[0])],
            consumed=chunk.consumed,
            carries=any(batch.source in self._carrying for batch in result.single),
        )
        lost: Sequence[ParseFailure] = result.failures_so_far
        outcome.failures = sum(1 for failure in lost if failure.raw.strip())
        outcome.events = _events(result)
        return outcome

    def _lines(self, chunk: ReadChunk) -> Iterator[tuple[int, bytes]]:
        """(line number, encoded match), rules in their order for each line."""
        place = "record" if chunk.file.kind == "evtx" else "line"
        name, encode, result = chunk.file.name, self._encode, chunk.result
        matches = list(self.detector.match_batches(result.single))
        for run in result.runs:
            matches.extend(self.detector.match_run(run))
        for match in matches:
            rule, batch = match.rule, match.batch
            for row in match.rows:
                line, time = batch.lines[row], batch.times[row]
                yield (
                    line,
                    encode(
                        {
                            "rule_id": rule.id,
                            "rule_title": rule.title,
                            "level": rule.level.value,
                            "author": rule.author,
                            "licence": rule.licence,
                            "file": name,
                            place: line,
                            "time": None if time is None else rfc3339(time),
                        }
                    ),
                )


def _events(result: ReadResult) -> int:
    single: Sequence[EventBatch] = result.single
    return sum(map(len, single)) + sum(len(run) - len(run.failures) for run in result.runs)


def hunt(
    files: Sequence[LogFile], ruleset: RuleSet, clock: Clock, product: str | None, jobs: int
) -> Iterator[Outcome]:
    """What the files hold, in their order; ``jobs`` is the number of processes."""
    hunter = Hunter(ruleset, clock, product)
    if jobs <= 1:
        for file in files:
            yield from hunter.file(file)
        return
    # A forked process shares the rules; where there is no fork they are sent once.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    pool = ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_begin, initargs=(ruleset, clock, product)
    )
    try:
        yield from _shared(files, hunter, pool, jobs * _AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _shared(
    files: Sequence[LogFile], hunter: Hunter, pool: ProcessPoolExecutor, most: int
) -> Iterator[Outcome]:
    waiting: deque[Future[Outcome]] = deque()
    for file in files:
        if file.kind == "evtx" or (file.size <= _SMALL and not file.read_once):
            waiting.append(pool.submit(_whole_file, file))
            while len(waiting) >= most:
                yield waiting.popleft().result()
            continue
        while waiting:
            yield waiting.popleft().result()
        yield from _large(file, hunter, pool, most)
    while waiting:
        yield waiting.popleft().result()


def _large(
    file: LogFile, hunter: Hunter, pool: ProcessPoolExecutor, most: int
) -> Iterator[Outcome]:
    """A large file, its chunks handed out as long as their lines stand for themselves."""
    streams = hunter.streams(file)
    waiting: deque[tuple[Chunk, Future[Outcome]]] = deque()
    here = False

    def settled(chunk: Chunk, future: Future[Outcome]) -> Outcome:
        nonlocal here
        outcome = None if here else future.result()
        if outcome is None or outcome.carries:
            here = True
            future.cancel()
            outcome = hunter.chunk(streams.read_next(file, chunk))
        return outcome

    for chunk in streams.raw_chunks(file):
        if here:
            while waiting:
                yield settled(*waiting.popleft())
            yield hunter.chunk(streams.read_next(file, chunk))
            continue
        waiting.append((chunk, pool.submit(_apart, file, chunk)))
        if len(waiting) >= most:
            yield settled(*waiting.popleft())
    while waiting:
        yield settled(*waiting.popleft())
    yield Outcome(problems=streams.problems, unread=bool(streams.unread))


_hunters: list[Hunter] = []
"""The hunter of this process, where it is one of several."""


def _begin(ruleset: RuleSet, clock: Clock, product: str | None) -> None:
    # Ctrl-C reaches all processes of a terminal; only the first of them has something to say.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _hunters[:] = [Hunter(ruleset, clock, product)]


def _whole_file(file: LogFile) -> Outcome:
    return _hunters[0].whole_file(file)


def _apart(file: LogFile, chunk: Chunk) -> Outcome:
    return _hunters[0].apart(file, chunk)
