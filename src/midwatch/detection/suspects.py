r"""Entries that a literal suggests, less those that another column of the row rules out.

Most rules ask for several things at once: this program, and that word on its command line. One
of them, the witness, betrays the rule; a program as common as ``\powershell.exe`` betrays
hundreds. Here the other things are looked at, column by column: a value allows the entries
that need nothing of its column, or a literal that it holds; some needs are met by any of several
columns. Sets of entries are the bits of whole numbers, remembered for each value within
bounds, so a row costs a few conjunctions instead of hundreds of checks. What is left
must still be checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import or_
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

from midwatch.detection.entries import Entry, Found
from midwatch.detection.fields import KEYWORDS
from midwatch.detection.literals import Literal
from midwatch.detection.specialising import Columns, SlotOf
from midwatch.detection.values import as_text
from midwatch.detection.witnesses import Witness
from midwatch.events.source import Value

_MOST_REMEMBERED: Final = 16_384
_MOST_BITS: Final = 1 << 23
"""What one column remembers of all its values, a megabyte."""
_LONGEST_REMEMBERED: Final = 512
_SHORTEST: Final = 2
"""A shorter literal stands in nearly every value and rules nothing out."""
_NARROW: Final = 3
"""Needs of one entry that stand in one column, as far as they are looked at."""
_WIDE: Final = 2
"""Needs of one entry that one of several columns may meet, as far as they are looked at."""

Judgement = tuple[int, int, int]
"""Entries whose narrow needs a value meets; then for each wide layer those it meets."""


class _Column:
    """What the entries need of one column, in layers: one need of an entry in each."""

    def __init__(self, slot: int) -> None:
        self.slot = slot
        self.asking = 0
        self._everybody = 0
        self._most = 0
        self._narrow = [0] * _NARROW
        self._loose = [0] * (_NARROW + _WIDE)
        self._wanted: list[tuple[int, int, Literal]] = []
        self._known: dict[Value, Judgement] = {}
        self._exact: dict[str, list[tuple[int, int]]] = {}
        self._inner: list[list[tuple[int, int]]] = []
        self._automaton: BytesAhoCorasick | None = None

    def add_narrow(self, bit: int, literals: Iterable[Literal]) -> None:
        """An entry needs one of these literals in this column."""
        for layer, asking in enumerate(self._narrow):
            if not asking & bit:
                self._narrow[layer] |= bit
                self.add(layer, bit, literals)
                return

    def add(self, layer: int, bit: int, literals: Iterable[Literal]) -> None:
        """In a layer an entry looks for these literals; of wide layers, here among others."""
        self.asking |= bit
        for literal in literals:
            self._wanted.append((layer, bit, literal))
            if literal.ascii_only:
                self._loose[layer] |= bit

    def settle(self, entries: int) -> None:
        """Say how many entries there are in all."""
        self._everybody = (1 << entries) - 1
        self._most = max(1, min(_MOST_REMEMBERED, _MOST_BITS // (3 * entries + 1)))

    def _seal(self) -> None:
        """Build the automaton, which happens when somebody is first suspected."""
        inner: dict[str, dict[int, int]] = {}
        exact: dict[str, dict[int, int]] = {}
        for layer, bit, literal in self._wanted:
            masks = (exact if literal.exact else inner).setdefault(literal.text, {})
            masks[layer] = masks.get(layer, 0) | bit
        self._wanted.clear()
        self._exact = {text: [*masks.items()] for text, masks in exact.items()}
        self._inner = [[*masks.items()] for masks in inner.values()]
        if inner:
            self._automaton = BytesAhoCorasick(
                [text.encode(errors="surrogatepass") for text in inner]
            )

    def judge(self, value: Value) -> Judgement:
        """What a value in this column says of all entries."""
        known = self._known.get(value)
        if known is None:
            known = self._judge(value)
            if type(value) is not str or len(value) <= _LONGEST_REMEMBERED:
                if len(self._known) >= self._most:
                    self._known.clear()
                self._known[value] = known
        return known

    def _judge(self, value: Value) -> Judgement:
        met = [0] * (_NARROW + _WIDE)
        if value is not None:
            if self._wanted:
                self._seal()
            folded = as_text(value).casefold()
            clues = list(self._exact.get(folded, ()))
            if self._automaton is not None:
                hits = self._automaton.find_matches_as_indexes(
                    folded.encode(errors="surrogatepass"), overlapping=True
                )
                for number in {hit[0] for hit in hits}:
                    clues.extend(self._inner[number])
            for layer, mask in clues:
                met[layer] |= mask
            if not folded.isascii():
                met = list(map(or_, met, self._loose))
        allowed = self._everybody
        for asking, fulfilled in zip(self._narrow, met, strict=False):
            allowed &= ~asking | fulfilled
        return allowed, met[_NARROW], met[_NARROW + 1]


class Suspects:
    """All entries of a program that may be suspected; see the module's documentation."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._entries: list[Entry] = []
        self._columns: dict[int, _Column] = {}
        self._wide = [0] * _WIDE
        self._ordered: Sequence[_Column] = ()

    def add(self, entry: Entry, needs: Iterable[Witness], slot_of: SlotOf) -> None:
        """Enter an entry, and what it needs besides the literal that betrays it."""
        bit = entry.bit = 1 << len(self._entries)
        self._entries.append(entry)
        for need in needs:
            if KEYWORDS in need or not all(map(_tells, chain.from_iterable(need.values()))):
                continue
            columns = [(self._column(slot_of(name)), some) for name, some in need.items()]
            if len(columns) == 1:
                ((column, literals),) = columns
                column.add_narrow(bit, literals)
                continue
            free = [layer for layer in range(_WIDE) if not self._wide[layer] & bit]
            if free:
                self._wide[free[0]] |= bit
                for column, literals in columns:
                    column.add(_NARROW + free[0], bit, literals)

    def _column(self, slot: int) -> _Column:
        return self._columns.setdefault(slot, _Column(slot))

    def seal(self) -> None:
        """Nobody else comes. What most ask of is looked at first."""
        for column in self._columns.values():
            column.settle(len(self._entries))
        self._ordered = sorted(self._columns.values(), key=lambda each: -each.asking.bit_count())

    def convict(self, suspected: Mapping[int, int], columns: Columns, found: Found) -> set[int]:
        """Add the rows for which suspected entries hold; ``suspected``: their bits by row.

        Gives the numbers of the entries that got rows, behind others that they had.
        """
        convicted: set[int] = set()
        for row in sorted(suspected):
            for entry in self._left(suspected[row], columns, row):
                if entry.check(columns, row):
                    convicted.add(entry.number)
                    found.setdefault(entry.number, []).append(row)
        return convicted

    def _left(self, suspected: int, columns: Columns, row: int) -> Sequence[Entry]:
        """The entries that no column of the row rules out."""
        first = second = 0
        for column in self._ordered:
            if suspected & column.asking:
                allowed, one, other = column.judge(columns[column.slot][row])
                suspected &= allowed
                if not suspected:
                    return ()
                first |= one
                second |= other
        suspected &= ~((self._wide[0] & ~first) | (self._wide[1] & ~second))
        entries: list[Entry] = []
        while suspected:
            lowest = suspected & -suspected
            entries.append(self._entries[lowest.bit_length() - 1])
            suspected ^= lowest
        return entries


def _tells(literal: Literal) -> bool:
    return literal.exact or len(literal.text) >= _SHORTEST
