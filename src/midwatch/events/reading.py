"""Lines in, event batches out.

A ``LineReader`` belongs to one stream (a file, a sender): it knows the stream's clock
and what its sessions carry over. It never raises on input and never loses a line: each
is in exactly one batch or is one ``ParseFailure``.

Example:
    >>> from midwatch.events.catalogue import all_sources
    >>> from midwatch.events.timestamps import ClockContext
    >>> reader = LineReader(all_sources(), ClockContext(reference=1_700_000_000_000_000))
    >>> result = reader.read(["Nov  1 02:03:04 gate sshd[7]: Connection closed"], 1)
    >>> len(result.batches), len(result.failures)
    (1, 0)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final

from midwatch.events.batch import ParseFailure
from midwatch.events.finishing import Finisher
from midwatch.events.header import Header, read_header
from midwatch.events.json_runs import ReadResult, Run
from midwatch.events.plain_text import read_plain
from midwatch.events.recognition import Recogniser
from midwatch.events.schema import Logsource
from midwatch.events.sessions import SessionMemory
from midwatch.events.source import Form, Reading, Source, Value
from midwatch.events.timestamps import ClockContext, StampReader

LONGEST_READ: Final = 32_768
"""Characters of a line that are looked at; the rest is kept but not read."""

PLAIN: Final = Source(
    name="plain",
    title="Software nobody wrote a source for",
    logsource=Logsource(),
    readers=(),
)
"""The source of lines that only the generic reader understood."""

_MOST_RECENT: Final = 4096
_LONGEST_RUN: Final = 1 << 24
_NO_FORM: Final = Form((), {})
_NO_PARTS: Final = ("", "", "", "", "")
_PLAIN_LINES: Final = re.compile(
    r"^(?:([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (?!\d+ )(?:([A-Za-z0-9][\w.-]{0,254}) )?"
    r"(?!(?:CE|LEE)F: )([A-Za-z][A-Za-z0-9]{0,63})(?:\[(\d{1,10})\])?: (?!\[ID |%))?(.*)$",
    re.ASCII | re.MULTILINE,
)
"""Stamp, host (which BSD systems leave out), program, process and message of plain RFC 3164
lines, for a whole run of lines at once; the first four of any other line are empty, and it
takes the complete way."""
_REPEATED: Final = re.compile(r"message repeated (\d{1,9}) times?: \[ ?(.*?) ?\]", re.DOTALL)
"""What rsyslog writes for a message that came several times in a row."""


Row = tuple[
    int, int | None, str | None, str | None, int | None, str | None, str, str, tuple[Value, ...]
]
"""Line number, time, host, program, process, severity, raw line, message, values."""


class LineReader:
    """Reads the lines of one stream; see the module's documentation."""

    def __init__(
        self,
        sources: Iterable[Source],
        context: ClockContext,
        *,
        forced: Source | None = None,
        recogniser: Recogniser | None = None,
    ) -> None:
        """``forced`` names the product instead of recognising it."""
        self._recogniser = recogniser or Recogniser(sources)
        self._stamps = StampReader(context)
        self._forced = forced
        self._finisher = Finisher(self._stamps)
        self._sessions = SessionMemory()
        self._repeated_forms: dict[Form, Form] = {}
        self._recent: dict[str, int] = {}

    def read(self, lines: Sequence[str], first_line: int) -> ReadResult:
        """Read lines numbered from ``first_line`` (1 for the first of a file)."""
        if not any(line[:1] == "{" for line in (*lines[:1], *lines[-1:])):
            return self._read_each(lines, first_line)
        places: Sequence[int] = range(len(lines))
        runs: list[Run] = []
        forced = self._forced
        for source in self._recogniser.in_runs if forced is None else (forced,):
            if source.runs is not None:
                found, places = source.runs.find(lines, first_line, source, self._finisher)
                runs.extend(found)
        if not runs:
            return self._read_each(lines, first_line)
        left = self._read_each([lines[place] for place in places], 0)
        left.renumber(lambda number: first_line + places[number])
        return ReadResult(left.single, left.lost, runs)

    def _read_each(self, lines: Sequence[str], first_line: int) -> ReadResult:  # noqa: C901  # one loop over all lines; calls cost
        """Read lines one by one."""
        lines, parts = _plain_parts(lines)
        buckets: dict[tuple[Source, Form], list[Row]] = {}
        failures: list[ParseFailure] = []
        recent = self._recent
        readers = self._recogniser.readers
        forced = self._forced is not None
        number = first_line - 1
        row: Row | None
        for raw, (stamp, host, program, pid, message) in zip(lines, parts, strict=True):
            number += 1
            source, form, row = PLAIN, _NO_FORM, None
            if stamp and not forced:
                # The short way: the tag announces the source and one of its readers knows the
                # sentence. It gives what the complete way would give.
                time = recent.get(stamp)
                if time is None:
                    time = self._plain_time(stamp)
                for source, read in readers[program]:
                    reading = read(message)
                    if reading is None:
                        continue
                    if time is None or message.startswith("message repeated "):
                        break
                    process = int(pid) if pid else None
                    if source.carry is not None:
                        reading = self._sessions.carry(
                            source.carry, source.name, host or None, process, reading
                        )
                    form, values = reading
                    row = (
                        number, time, host or None, program, process, None, raw, message, values,
                    )  # fmt: skip
                    break
            if row is None:
                source, form, row = self._completely(number, raw)
                if row is None:
                    reason = "blank line" if not raw.strip() else "nothing known was found in it"
                    failures.append(ParseFailure(number, reason, raw))
                    continue
            try:
                buckets[source, form].append(row)
            except KeyError:
                buckets[source, form] = [row]
        batches = [
            self._finisher.batch(source, form, rows) for (source, form), rows in buckets.items()
        ]
        return ReadResult(batches, failures)

    def _completely(self, number: int, raw: str) -> tuple[Source, Form, Row | None]:
        """Read one line by the complete way; a row of None is a failure."""
        header = read_header(raw[:LONGEST_READ], self._stamps)
        message = header.message
        repeats = None
        if message.startswith("message repeated ") and (many := _REPEATED.fullmatch(message)):
            repeats, message = many.groups()
        source, reading = self._understand(header, message)
        if reading is None:
            return source, _NO_FORM, None
        if source.carry is not None:
            reading = self._sessions.carry(
                source.carry, source.name, header.host, header.pid, reading
            )
        form, values = reading
        if repeats is not None:
            form, values = self._repeated(form), (*values, repeats)
        row = (
            number, header.time, header.host, header.program, header.pid, header.severity, raw,
            message, values,
        )  # fmt: skip
        return source, form, row

    def _repeated(self, form: Form) -> Form:
        """The form with one more column, ``repeated``: how often the line came in a row."""
        repeated = self._repeated_forms.get(form)
        if repeated is None:
            repeated = Form((*form.names, "repeated"), form.constants, form.vendor)
            self._repeated_forms[form] = repeated
        return repeated

    def _plain_time(self, stamp: str) -> int | None:
        """The time of an RFC 3164 stamp."""
        time = self._recent.get(stamp)
        if time is None:
            time = self._stamps.read(stamp)
            if time is not None:
                if len(self._recent) >= _MOST_RECENT:
                    self._recent.clear()
                self._recent[stamp] = time
        return time

    def _understand(self, header: Header, message: str) -> tuple[Source, Reading | None]:  # noqa: C901, PLR0911, PLR0912  # a list of cases, the surest first
        """The source of a message and what it says; a reading of None is a failure."""
        if self._forced is not None:
            reading = _first_reading(self._forced, message)
            if reading is None:
                reading = self._claim(self._forced, message)
            return self._forced, reading
        recogniser = self._recogniser
        announced: tuple[Source, ...] = ()
        if header.program is not None:
            for source, read in recogniser.readers[header.program]:
                reading = read(message)
                if reading is not None:
                    return source, reading
            announced = recogniser.by_program(header.program)
        else:
            for source in recogniser.distinct:
                reading = _first_reading(source, message)
                if reading is not None:
                    return source, reading
        for source in recogniser.by_marks(message):
            if source not in announced:
                reading = _first_reading(source, message)
                if reading is not None:
                    return source, reading
        for source in announced:
            if source.claims:
                return source, self._claim(source, message)
        for source in recogniser.fallbacks:
            reading = _first_reading(source, message)
            if reading is not None:
                return source, reading
        anchored = header.time is not None or header.program is not None
        return PLAIN, read_plain(message, anchored=anchored)

    def _claim(self, source: Source, message: str) -> Reading | None:
        """What the generic reader finds in a message that certainly is of ``source``."""
        return read_plain(message, anchored=True, logins=source.plain_login)


def _plain_parts(
    lines: Sequence[str],
) -> tuple[Sequence[str], Iterable[tuple[str, str, str, str, str]]]:
    """The lines, and what ``_PLAIN_LINES`` makes of each; nothing where it cannot be tried.

    Lone surrogates are replaced, since no text library and no file would take them.
    """
    joined = "\n".join(lines)
    if not joined.isascii():
        try:
            joined.encode()
        except UnicodeEncodeError:
            lines = [line.encode("utf-8", "replace").decode() for line in lines]
            joined = "\n".join(lines)
    if len(joined) <= _LONGEST_RUN and max(map(len, lines), default=0) <= LONGEST_READ:
        found = _PLAIN_LINES.findall(joined)
        if len(found) == len(lines):
            return lines, found
    return lines, repeat(_NO_PARTS, len(lines))


def _first_reading(source: Source, message: str) -> Reading | None:
    for reader in source.readers:
        reading = reader.read(message)
        if reading is not None:
            return reading
    return None
