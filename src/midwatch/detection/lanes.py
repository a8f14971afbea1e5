"""All that is found by the literals in one column: value → what it makes possible.

Of each distinct value it is found out once which literals it holds, by one automaton for
all of them, and remembered within bounds. Where nearly all values are new they are
searched as one text first, which leaves only those that hold any literal at all; where
literals are rare, that search asks for no more than the first literal at each place, which
lets the library skip ahead. What
looks at no other column is decided on the spot; of the rest, what other columns do not rule
out (see ``suspects``) is checked row by row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add
from typing import Final, cast

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from midwatch.detection.entries import Entry, Found
from midwatch.detection.literals import Literal
from midwatch.detection.specialising import Columns
from midwatch.detection.values import as_text
from midwatch.events.source import Value

_MEMO_LIMIT: Final = 16_384
_LONGEST_REMEMBERED: Final = 512
_WORTH_JOINING: Final = 64
_RARE: Final = 8
"""Literals are rare as long as fewer than one value in so many holds any."""


def _plain(value: Value) -> str:
    return "" if value is None else as_text(value)


Clue = tuple[Entry, bool]
"""An entry, and whether the literal alone proves it."""


@dataclass(slots=True, eq=False)
class Lane:
    """All entries of which a literal, perhaps one of several, is in one column."""

    slot: int
    literals: dict[Literal, list[Entry]] = field(default_factory=dict)
    exact: dict[str, list[Clue]] = field(default_factory=dict)
    inner: list[list[Clue]] = field(default_factory=list)
    loose: dict[int, Entry] = field(default_factory=dict)
    automaton: BytesAhoCorasick | None = None
    skimming: BytesAhoCorasick | None = None
    memo: dict[Value, Possible] = field(default_factory=dict)

    def seal(self) -> None:
        """Build the automaton once all literals are known."""
        inner: dict[str, list[Clue]] = {}
        for literal, entries in self.literals.items():
            clues = [(entry, literal.sure and entry.proven) for entry in entries]
            (self.exact if literal.exact else inner).setdefault(literal.text, []).extend(clues)
            if literal.ascii_only:
                self.loose.update((entry.number, entry) for entry in entries)
        self.inner = list(inner.values())
        if inner:
            # Over text it would count characters, which takes longer than the search.
            encoded = [literal.encode(errors="surrogatepass") for literal in inner]
            self.automaton = BytesAhoCorasick(encoded)
            # What reaches over the end of a value would hide what the next one begins with.
            if not any(b"\n" in literal for literal in encoded):
                self.skimming = BytesAhoCorasick(encoded, matchkind=MatchKind.LeftmostFirst)
        self.literals.clear()

    def run(
        self, columns: Columns, distinct: set[Value], found: Found, suspected: dict[int, int]
    ) -> None:
        """Add the rows for which entries of this lane hold, and by row the bits of those that may.

        ``distinct``: the column's values.
        """
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
            if maybe:
                suspected[row] = suspected.get(row, 0) | maybe

    def _telling(self, distinct: set[Value]) -> dict[Value, Possible]:
        """The distinct values that make something possible."""
        memo = self.memo
        telling: dict[Value, Possible] = {}
        unknown = list(distinct - memo.keys())
        if len(unknown) < len(distinct):
            for value in distinct & memo.keys():
                known = memo[value]
                if known is not _NOTHING:
                    telling[value] = known
        if len(unknown) >= _WORTH_JOINING and self.automaton is not None:
            unknown = self._sweep(self.automaton, unknown, telling)
        for value in unknown:
            known = self._possible(value)
            if known is not _NOTHING:
                telling[value] = known
            if type(value) is not str or len(value) <= _LONGEST_REMEMBERED:
                if len(memo) >= _MEMO_LIMIT:
                    memo.clear()
                memo[value] = known
        return telling

    def _sweep(
        self, automaton: BytesAhoCorasick, values: list[Value], telling: dict[Value, Possible]
    ) -> list[Value]:
        """Search many values as one text; the values that this does not settle."""
        try:
            # Usually all are texts already.
            texts = cast("list[str]", values)
            joined = "\n".join(texts)
        except TypeError:
            texts = list(map(_plain, values))
            joined = "\n".join(texts)
        if not joined.isascii():
            return values
        folded = joined.casefold().encode()
        told, shown = values, texts
        if self.skimming is not None:
            hits = _spots(self.skimming.find_matches_as_indexes(folded), texts)
            if len(hits) * _RARE > len(values):
                self.skimming = None  # not rare here: from now on it is searched once
            told = [values[spot] for spot in hits]
            shown = [texts[spot] for spot in hits]
            folded = "\n".join(shown).casefold().encode()
        if told:
            found = automaton.find_matches_as_indexes(folded, overlapping=True)
            judged: dict[frozenset[int], Possible] = {}
            for spot, numbers in _spots(found, shown).items():
                telling.update(self._judged(told[spot], frozenset(numbers), judged))
        if not self.exact:
            return []
        return [value for text, value in zip(texts, values, strict=True)
                if text.casefold() in self.exact]  # fmt: skip

    def _judged(
        self, value: Value, numbers: frozenset[int], judged: dict[frozenset[int], Possible]
    ) -> dict[Value, Possible]:
        """What the literals of these numbers in a value say, if anything.

        Where nothing but the literals counts, ``judged`` remembers it for values alike.
        """
        known = judged.get(numbers)
        if known is None:
            clues = [clue for number in numbers for clue in self.inner[number]]
            known = self._judge(value, clues)
            if all(sure or not entry.single for entry, sure in clues):
                judged[numbers] = known
        return {} if known is _NOTHING else {value: known}

    def _possible(self, value: Value) -> Possible:
        """Entries that hold for rows with this value, and those that may."""
        if value is None:
            return _NOTHING
        folded = as_text(value).casefold()
        clues = list(self.exact.get(folded, ()))
        if self.automaton is not None:
            hits = self.automaton.find_matches_as_indexes(
                folded.encode(errors="surrogatepass"), overlapping=True
            )
            for number in {hit[0] for hit in hits}:
                clues.extend(self.inner[number])
        if self.loose and not folded.isascii():
            clues.extend((entry, False) for entry in self.loose.values())
        return self._judge(value, clues)

    def _judge(self, value: Value, clues: Iterable[Clue]) -> Possible:
        """What the clues in a value prove and what they only suggest."""
        suggested: list[Entry] = []
        certain: set[int] = set()
        for entry, sure in clues:
            if sure:
                certain.add(entry.number)
            else:
                suggested.append(entry)
        suspected = 0
        columns = {self.slot: [value]}
        for entry in suggested:
            if entry.number not in certain:
                if not entry.single:
                    suspected |= entry.bit
                elif entry.check(columns, 0):
                    certain.add(entry.number)
        return (tuple(certain), suspected) if certain or suspected else _NOTHING


def _spots(found: Sequence[tuple[int, int, int]], texts: Sequence[str]) -> dict[int, set[int]]:
    """The numbers of what was found in texts joined by line breaks, by the place of the text."""
    hits: dict[int, set[int]] = {}
    if found:
        ends = list(accumulate(map(len, texts)))
        starts = list(map(add, range(1, len(ends) + 1), ends))
        for number, begin, _ in found:
            spot = bisect_right(starts, begin)
            if spot in hits:
                hits[spot].add(number)
            else:
                hits[spot] = {number}
    return hits


Possible = tuple[tuple[int, ...], int]
"""Numbers of entries that hold, and the bits of entries that may."""
_NOTHING: Final[Possible] = ((), 0)
