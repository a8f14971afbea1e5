"""Recognition: which product wrote this line.

First the program in the syslog tag decides, then literal marks in the message (one
Aho-Corasick pass over all sources' marks), then the fallback sources. Candidates are
tried in order of priority; recognition never depends on the lines before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ahocorasick_rs import AhoCorasick

from midwatch.events.source import Reader, Source

Readers = tuple[tuple[Source, Reader], ...]
"""Ways to read, best first, each with the source it belongs to."""

_MARKED_TEXT: Final = 1024
_MOST_PROGRAMS: Final = 4096


class Recogniser:
    """Finds the candidate sources of a line."""

    def __init__(self, sources: Iterable[Source]) -> None:
        """``sources`` are all that may be recognised."""
        ordered = sorted(sources, key=lambda source: (source.priority, source.name))
        self.distinct = tuple(source for source in ordered if source.distinct)
        self.in_runs = tuple(source for source in ordered if source.runs is not None)
        self.distinct_readers: Readers = tuple(
            (source, reader) for source in self.distinct for reader in source.readers
        )
        self.fallbacks = tuple(source for source in ordered if source.fallback)
        self._exact: dict[str, list[Source]] = {}
        self._prefixes: list[tuple[str, Source]] = []
        for source in ordered:
            for program in source.programs:
                if program.endswith("*"):
                    self._prefixes.append((program[:-1], source))
                else:
                    self._exact.setdefault(program, []).append(source)
        self._programs: dict[str, tuple[Source, ...]] = {}
        self._readers = _ReadersByProgram(self)
        marks: dict[str, list[int]] = {}
        self._marked = tuple(source for source in ordered if source.marks)
        for spot, source in enumerate(self._marked):
            for mark in source.marks:
                marks.setdefault(mark, []).append(spot)
        self._mark_spots = list(marks.values())
        self._automaton = AhoCorasick(list(marks)) if marks else None
        self._by_marks: dict[frozenset[int], tuple[Source, ...]] = {}

    def by_program(self, program: str) -> tuple[Source, ...]:
        """Sources that the program in the tag announces, best first."""
        known = self._programs.get(program)
        if known is None:
            folded = program.lower()
            base = folded.partition("(")[0].rpartition("/")[2] or folded
            inner = folded.partition("(")[2].rstrip(")") or base
            found: list[Source] = []
            for name in dict.fromkeys((folded, folded.partition("/")[0], base, inner)):
                found.extend(self._exact.get(name, ()))
                found.extend(source for start, source in self._prefixes if name.startswith(start))
            known = tuple(dict.fromkeys(found))
            if len(self._programs) < _MOST_PROGRAMS:
                self._programs[program] = known
        return known

    @property
    def readers(self) -> Mapping[str, Readers]:
        """Every way to read that the sources announced by a program have, best first."""
        return self._readers

    def by_marks(self, message: str) -> tuple[Source, ...]:
        """Sources one of whose marks stands in the message, best first."""
        if self._automaton is None:
            return ()
        hits = self._automaton.find_matches_as_indexes(message[:_MARKED_TEXT], overlapping=True)
        if not hits:
            return ()
        marks = frozenset([hit[0] for hit in hits])
        known = self._by_marks.get(marks)
        if known is None:
            spots = sorted({spot for mark in marks for spot in self._mark_spots[mark]})
            known = tuple(self._marked[spot] for spot in spots)
            if len(self._by_marks) < _MOST_PROGRAMS:
                self._by_marks[marks] = known
        return known


class _ReadersByProgram(dict[str, Readers]):
    """Filled as programs are met; programs beyond a bound are not remembered."""

    def __init__(self, recogniser: Recogniser) -> None:
        super().__init__()
        self._recogniser = recogniser

    def __missing__(self, program: str) -> Readers:
        found = tuple(
            (source, reader)
            for source in self._recogniser.by_program(program)
            for reader in source.readers
        )
        if len(self) < _MOST_PROGRAMS:
            self[program] = found
        return found
