"""Messages in, readings out: which source understands a message, and what it says.

Headers are off. The sources that the tag's program announces read the messages of a program
together, as do those that may be tried on any message without a program. What they leave is
looked at message by message: literal marks, sources that claim all of their program's
messages, fallbacks, and last the generic reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from midwatch.events.plain_text import read_plain
from midwatch.events.recognition import Recogniser
from midwatch.events.runs import Gathered, Run, pick, placed, read_messages
from midwatch.events.schema import Logsource
from midwatch.events.source import Reader, Reading, Source

PLAIN: Final = Source(
    name="plain",
    title="Software nobody wrote a source for",
    logsource=Logsource(),
    readers=(),
)
"""The source of lines that only the generic reader understood."""


class Findings:
    """What was read of a run of lines, source by source."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self._runs: dict[Source, list[Run]] = {}
        self._single: dict[Source, Gathered] = {}

    def add(self, source: Source, run: Run) -> None:
        """Take a run of a source's readings."""
        self._runs.setdefault(source, []).append(run)

    def add_one(self, source: Source, row: int, reading: Reading) -> None:
        """Take the reading of one row; rows come in ascending order."""
        gathered = self._single.get(source)
        if gathered is None:
            gathered = self._single[source] = Gathered()
        gathered.add(row, reading)

    def runs(self) -> dict[Source, list[Run]]:
        """All runs of each source; several may be of one form."""
        found = {source: [*runs] for source, runs in self._runs.items()}
        for source, gathered in self._single.items():
            found.setdefault(source, []).extend(gathered.runs())
        return found


class MessageReader:
    """Finds the source of messages and has it read them."""

    def __init__(
        self, recogniser: Recogniser, forced: Source | None, preferred: Source | None = None
    ) -> None:
        """``forced`` names the product instead of recognising it.

        ``preferred`` is asked first, and takes what nobody recognises.
        """
        self._recogniser = recogniser
        self._forced = forced
        self._preferred = preferred
        self._own = [] if preferred is None else [(preferred, each) for each in preferred.readers]

    def announced(
        self, program: str, rows: Sequence[int], messages: Sequence[str], found: Findings
    ) -> Sequence[int]:
        """Have the sources that a program announces read its rows; the rows they leave."""
        rows = _read_together(self._own, rows, messages, found)
        return _read_together(self._recogniser.readers[program], rows, messages, found)

    def unannounced(
        self, rows: Sequence[int], messages: Sequence[str], found: Findings
    ) -> Sequence[int]:
        """The same for rows without a program, by the sources that know their own."""
        rows = _read_together(self._own, rows, messages, found)
        return _read_together(self._recogniser.distinct_readers, rows, messages, found)

    def forced(
        self, rows: Sequence[int], messages: Sequence[str], found: Findings
    ) -> Sequence[int]:
        """The same, all rows by the forced source, which claims what its readers leave."""
        source = self._forced
        if source is None:
            return rows
        left = _read_together([(source, each) for each in source.readers], rows, messages, found)
        failed = []
        for row in left:
            reading = _claim(source, messages[row])
            if reading is None:
                failed.append(row)
            else:
                found.add_one(source, row, reading)
        return failed

    def remaining(
        self, program: str | None, message: str, *, anchored: bool
    ) -> tuple[Source, Reading] | None:
        """What one message says that the announced sources left; None is a failure.

        ``anchored``: its header states a time or a program.
        """
        recogniser = self._recogniser
        announced = recogniser.by_program(program) if program is not None else ()
        for source in recogniser.by_marks(message):
            if source not in announced and (reading := _first_reading(source, message)) is not None:
                return source, reading
        for source in announced:
            if source.claims:
                reading = _claim(source, message)
                return None if reading is None else (source, reading)
        if self._preferred is not None:
            reading = _claim(self._preferred, message)
            return None if reading is None else (self._preferred, reading)
        for source in recogniser.fallbacks:
            reading = _first_reading(source, message)
            if reading is not None:
                return source, reading
        reading = read_plain(message, anchored=anchored)
        return None if reading is None else (PLAIN, reading)


def _read_together(
    readers: Iterable[tuple[Source, Reader]],
    rows: Sequence[int],
    messages: Sequence[str],
    found: Findings,
) -> Sequence[int]:
    texts = pick(messages, rows)
    for source, reader in readers:
        runs, left = read_messages(reader, texts)
        for run in runs:
            found.add(source, placed(run, rows))
        if not left:
            return ()
        if runs:
            rows, texts = pick(rows, left), pick(texts, left)
    return rows


def _first_reading(source: Source, message: str) -> Reading | None:
    for reader in source.readers:
        reading = reader.read(message)
        if reading is not None:
            return reading
    return None


def _claim(source: Source, message: str) -> Reading | None:
    """What the generic reader finds in a message that certainly is of ``source``."""
    return read_plain(message, anchored=True, logins=source.plain_login)
