"""Lines in, event batches out.

A ``LineReader`` belongs to one stream (a file, a sender): it knows the stream's clock
and what its sessions carry over. It never raises on input and never loses a line: each
is in exactly one batch or is one ``ParseFailure``.

Lines are read by columns: the headers of all, then the messages of each program, then what
sessions carry, then types. What a line says does not hang on which others it is read with.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from midwatch.events.batch import ParseFailure
from midwatch.events.finishing import Finisher
from midwatch.events.header import read_header
from midwatch.events.heads import HeadReader, Heads
from midwatch.events.json_runs import ReadResult
from midwatch.events.json_runs import Run as JsonRun
from midwatch.events.messages import Findings, MessageReader
from midwatch.events.recognition import Recogniser
from midwatch.events.runs import Run, joined, part
from midwatch.events.sessions import SessionMemory
from midwatch.events.source import Form, Source
from midwatch.events.timestamps import ClockContext, StampReader

LONGEST_READ: Final = 32_768
"""Characters of a line that are looked at; the rest is kept but not read."""

_REPEATED: Final = re.compile(r"message repeated (\d{1,9}) times?: \[ ?(.*?) ?\]", re.DOTALL)
"""What rsyslog writes for a message that came several times in a row."""


class LineReader:
    """Reads the lines of one stream; see the module's documentation."""

    def __init__(  # one stream may be told much about
        self,
        sources: Iterable[Source],
        context: ClockContext,
        *,
        forced: Source | None = None,
        preferred: Source | None = None,
        recogniser: Recogniser | None = None,
        sessions: SessionMemory | None = None,
    ) -> None:
        """``forced`` names the product instead of recognising it.

        ``preferred`` is the product that sends: it is asked first, and takes what nobody
        recognises; but a firewall has an SSH server too, whose lines are its own.
        ``sessions`` is what an earlier reader of the same stream remembers; it is gone on with.
        """
        self._stamps = StampReader(context)
        self._heads = HeadReader(self._stamps)
        self._forced = forced
        recogniser = recogniser or Recogniser(sources)
        self._in_runs = recogniser.in_runs if forced is None else (forced,)
        self._messages = MessageReader(recogniser, forced, preferred)
        self._sessions = SessionMemory() if sessions is None else sessions
        self._finisher = Finisher(self._stamps)
        self._repeated_forms: dict[Form, Form] = {}

    def read(self, lines: Sequence[str], first_line: int) -> ReadResult:
        """Read lines numbered from ``first_line`` (1 for the first of a file)."""
        if not any(line[:1] == "{" for line in (*lines[:1], *lines[-1:])):
            return self._read_columns(lines, first_line)
        places: Sequence[int] = range(len(lines))
        runs: list[JsonRun] = []
        for source in self._in_runs:
            if source.runs is not None:
                found, places = source.runs.find(lines, first_line, source, self._finisher)
                runs.extend(found)
        if not runs:
            return self._read_columns(lines, first_line)
        left = self._read_columns([lines[place] for place in places], 0)
        left.renumber(lambda number: first_line + places[number])
        return ReadResult(left.single, left.lost, runs)

    def _read_columns(self, lines: Sequence[str], first_line: int) -> ReadResult:
        """Read lines by columns: headers, messages, sessions, types."""
        lines = _encodable(lines)
        heads = self._heads.read(lines, LONGEST_READ)
        found = Findings()
        tried = self._read_announced(heads, found)
        repeats = self._complete(lines, heads, tried)
        failed = self._read_completed(heads, tried, found)
        runs = self._carried(found, heads)
        if repeats:
            runs = [(source, own) for source, run in runs for own in self._apart(run, repeats)]
        batches = [
            self._finisher.batch(source, run, heads, lines, first_line)
            for source, run in _one_per_form(runs)
        ]
        failures = [
            ParseFailure(first_line + row, _reason(lines[row]), lines[row])
            for row in sorted(failed)
        ]
        return ReadResult(batches, failures)

    def _read_announced(self, heads: Heads, found: Findings) -> set[int]:
        """Read the messages whose plain header announces who knows them.

        A plain header is only believed where a source that it announces knows the message,
        for what looks like a tag may be the beginning of the message. The rows where none
        does are given back and stand among those that are left.
        """
        announced = [program for program in heads.by_program if program is not None]
        tried: list[int] = []
        untried: list[int] = []
        for program in announced:
            rows = heads.by_program.pop(program)
            if self._forced is None:
                tried.extend(self._messages.announced(program, rows, heads.messages, found))
            else:
                untried.extend(rows)
        if tried or untried:
            heads.left = sorted([*heads.left, *tried, *untried])
        return set(tried)

    def _complete(self, lines: Sequence[str], heads: Heads, tried: set[int]) -> dict[int, str]:
        """Read the headers that are left by the complete way.

        Rows that turn out to be of another program or message go out of ``tried``. Gives
        how often the messages of some rows came.
        """
        programs, messages = heads.programs, heads.messages
        repeats: dict[int, str] = {}
        for row in heads.left:
            header = read_header(lines[row][:LONGEST_READ], self._stamps)
            if row in tried and (header.program, header.message) != (programs[row], messages[row]):
                tried.remove(row)
            heads.put(row, header)
            if header.message.startswith("message repeated ") and (
                many := _REPEATED.fullmatch(header.message)
            ):
                repeats[row], messages[row] = many.groups()
        return repeats

    def _read_completed(self, heads: Heads, tried: set[int], found: Findings) -> Sequence[int]:
        """Read the messages of all headers that have not announced who knows them.

        Gives the rows of those that say nothing.
        """
        bare = heads.by_program.get(None, ())
        if not heads.left and not bare:
            return ()
        reader, messages, programs = self._messages, heads.messages, heads.programs
        if self._forced is not None:
            return reader.forced(sorted([*heads.left, *bare]), messages, found)
        by_program: dict[str | None, list[int]] = {None: [*bare]}
        for row in heads.left:
            if row not in tried:
                by_program.setdefault(programs[row], []).append(row)
        rest = [*tried]
        for program, rows in by_program.items():
            if program is not None:
                rest.extend(reader.announced(program, rows, messages, found))
            elif rows:
                rest.extend(reader.unannounced(sorted(rows), messages, found))
        failed: list[int] = []
        for row in sorted(rest):
            program = programs[row]
            anchored = heads.times[row] is not None or program is not None
            reading = reader.remaining(program, messages[row], anchored=anchored)
            if reading is None:
                failed.append(row)
            else:
                found.add_one(reading[0], row, reading[1])
        return failed

    def _carried(self, found: Findings, heads: Heads) -> list[tuple[Source, Run]]:
        """All runs, completed by what their sessions carry."""
        completed: list[tuple[Source, Run]] = []
        for source, runs in found.runs().items():
            carry = source.carry
            if carry is None:
                completed.extend((source, run) for run in runs)
            else:
                completed.extend(
                    (source, run) for run in self._sessions.carry(carry, source.name, runs, heads)
                )
        return completed

    def _apart(self, run: Run, repeats: Mapping[int, str]) -> Iterator[Run]:
        """The run without the messages that came several times, and these by themselves.

        They have one more column, ``repeated``: how often the message came in a row.
        """
        several = [place for place, row in enumerate(run.rows) if row in repeats]
        if not several:
            yield run
            return
        once = [place for place, row in enumerate(run.rows) if row not in repeats]
        if once:
            yield part(run, once)
        form = self._repeated_forms.get(run.form)
        if form is None:
            form = Form((*run.form.names, "repeated"), run.form.constants, run.form.vendor)
            self._repeated_forms[run.form] = form
        own = part(run, several)
        yield Run(form, own.rows, {**own.columns, "repeated": [repeats[row] for row in own.rows]})


def _one_per_form(runs: Iterable[tuple[Source, Run]]) -> list[tuple[Source, Run]]:
    """The runs of one source and form as one, in the order of their first rows."""
    by_form: dict[tuple[Source, Form], list[Run]] = {}
    for source, run in runs:
        by_form.setdefault((source, run.form), []).append(run)
    whole = [(source, joined(same)) for (source, _), same in by_form.items()]
    return sorted(whole, key=lambda each: each[1].rows[0])


def _encodable(lines: Sequence[str]) -> Sequence[str]:
    """The lines, lone surrogates replaced, since no text library and no file would take them."""
    together = "".join(lines)
    if not together.isascii():
        try:
            together.encode()
        except UnicodeEncodeError:
            return [line.encode("utf-8", "replace").decode() for line in lines]
    return lines


def _reason(line: str) -> str:
    return "nothing known was found in it" if line.strip() else "blank line"
