"""All that is found by the literals in one column: value → what it makes possible.

Of each distinct value it is found out once which literals it holds, by one automaton for
all of them, and remembered within bounds. Where nearly all values are new they are
searched as one text first, which leaves only those that hold any literal at all. What
looks at no other column is decided on the spot; the rest is checked row by row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from ahocorasick_rs import AhoCorasick

from midwatch.detection.specialising import Check, Columns
from midwatch.detection.values import as_text
from midwatch.detection.witnesses import Literal
from midwatch.events.source import Value

_MEMO_LIMIT: Final = 16_384
_LONGEST_REMEMBERED: Final = 512
_WORTH_JOINING: Final = 64
Found = dict[int, list[int]]
"""Rows, by the number of the entry that holds for them."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A condition that is found by literals. ``single``: it reads this one column only."""

    number: int
    check: Check
    single: bool


@dataclass(slots=True, eq=False)
class Lane:
    """All entries of which a literal, perhaps one of several, is in one column."""

    slot: int
    literals: dict[Literal, list[Entry]] = field(default_factory=dict)
    exact: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    inner: list[tuple[Entry, ...]] = field(default_factory=list)
    loose: tuple[Entry, ...] = ()
    automaton: AhoCorasick | None = None
    memo: dict[Value, Possible] = field(default_factory=dict)

    def seal(self) -> None:
        """Build the automaton once all literals are known."""
        exact: dict[str, list[Entry]] = {}
        inner: dict[str, list[Entry]] = {}
        loose: dict[int, Entry] = {}
        for literal, entries in self.literals.items():
            (exact if literal.exact else inner).setdefault(literal.text, []).extend(entries)
            if literal.ascii_only:
                loose.update((entry.number, entry) for entry in entries)
        self.exact = {text: tuple(entries) for text, entries in exact.items()}
        self.inner = [tuple(entries) for entries in inner.values()]
        self.loose = tuple(loose.values())
        if inner:
            self.automaton = AhoCorasick(list(inner))
        self.literals.clear()

    def run(self, columns: Columns, distinct: Iterable[Value], found: Found) -> None:
        """Add the rows for which entries of this lane hold; ``distinct``: the column's values."""
        telling = self._telling(distinct)
        if not telling:
            return
        for row, value in enumerate(columns[self.slot]):
            if value not in telling:
                continue
            certain, maybe = telling[value]
            for number in certain:
                if number in found:
                    found[number].append(row)
                else:
                    found[number] = [row]
            for entry in maybe:
                if entry.check(columns, row):
                    found.setdefault(entry.number, []).append(row)

    def _telling(self, distinct: Iterable[Value]) -> dict[Value, Possible]:
        """The distinct values that make something possible."""
        memo = self.memo
        unknown = [value for value in distinct if value not in memo]
        telling = {}
        if len(memo) > 0:
            for value in distinct:
                known = memo.get(value)
                if known is not None and known is not _NOTHING:
                    telling[value] = known
        for value in self._holding(unknown):
            known = self._possible(value)
            self._remember(value, known)
            if known is not _NOTHING:
                telling[value] = known
        return telling

    def _remember(self, value: Value, known: Possible) -> None:
        if type(value) is not str or len(value) <= _LONGEST_REMEMBERED:
            if len(self.memo) >= _MEMO_LIMIT:
                self.memo.clear()
            self.memo[value] = known

    def _holding(self, values: list[Value]) -> Iterable[Value]:
        """The values that may hold a literal: all of them, or those found in one sweep."""
        if len(values) < _WORTH_JOINING or self.exact or self.automaton is None:
            return values
        texts = ["" if value is None else as_text(value) for value in values]
        joined = "\n".join(texts)
        if not joined.isascii():
            return values
        hits = self.automaton.find_matches_as_indexes(joined.casefold(), overlapping=True)
        return self._hit(values, texts, hits) if hits else ()

    @staticmethod
    def _hit(
        values: Sequence[Value], texts: Sequence[str], hits: Sequence[tuple[int, int, int]]
    ) -> Iterator[Value]:
        """The values in which the hits begin."""
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        for spot in sorted({bisect_right(starts, hit[1]) - 1 for hit in hits}):
            yield values[spot]

    def _possible(self, value: Value) -> Possible:
        """Entries that hold for rows with this value, and those that may."""
        if value is None:
            return _NOTHING
        found = self._by_literal(as_text(value).casefold())
        certain: list[int] = []
        maybe: list[Entry] = []
        # Only this lane's column is looked at, wherever it stands among the columns.
        columns = [[value]] * (self.slot + 1)
        for _, entry in sorted(found.items()):
            if not entry.single:
                maybe.append(entry)
            elif entry.check(columns, 0):
                certain.append(entry.number)
        return (tuple(certain), tuple(maybe)) if certain or maybe else _NOTHING

    def _by_literal(self, folded: str) -> dict[int, Entry]:
        found = {entry.number: entry for entry in self.exact.get(folded, ())}
        if self.automaton is not None:
            hits = self.automaton.find_matches_as_indexes(folded, overlapping=True)
            for number in {hit[0] for hit in hits}:
                found.update((entry.number, entry) for entry in self.inner[number])
        if self.loose and not folded.isascii():
            found.update((entry.number, entry) for entry in self.loose)
        return found


Possible = tuple[tuple[int, ...], tuple[Entry, ...]]
"""Numbers of entries that hold, and entries that must be checked."""
_NOTHING: Final[Possible] = ((), ())
