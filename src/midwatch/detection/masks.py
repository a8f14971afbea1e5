"""Sets of rows, for rules that no literal finds: "all refused packets but answers", say.

A set of rows is an integer with one byte for each row, 1 or 0, so that *and*, *or* and
*not* over thousands of rows are single operations. A test is asked once for each distinct
value of its column and remembers the answers, within bounds; where no value satisfies it, or
all do, no row is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import compress
from typing import Final, cast

from midwatch.detection.entries import Found
from midwatch.detection.specialising import Check, Columns, SlotOf, compile_check
from midwatch.detection.values import Predicate, compile_matchers, wanted_values
from midwatch.events.source import Value
from midwatch.rules.plan import (
    AllOf,
    AnyOf,
    Condition,
    Constantly,
    FieldTest,
    Keywords,
    Matcher,
    Not,
    SameAs,
)

_MOST_REMEMBERED: Final = 4_000_000
"""Characters of values that one test remembers."""
_SMALL: Final = 40


class ColumnTest:
    """One test of a column, remembered. ``found``: a lane finds its rows, under that number.

    What it needs is compiled when it is first asked. A test that looks at two columns
    has no predicate of one value; every row is checked.
    """

    def __init__(self, number: int, leaf: Condition, slot_of: SlotOf, *, found: bool) -> None:
        self.number = number
        self.found = found
        self._leaf = leaf
        self._slot_of = slot_of
        self._known: set[Value] = set()
        self._fitting: set[Value] = set()
        self._size = 0

    @cached_property
    def check(self) -> Check:
        """The test of a row."""
        return compile_check(self._leaf, self._slot_of)

    @cached_property
    def slot(self) -> int | None:
        """The slot of the one column it looks at; None where there are others."""
        leaf = self._leaf
        if not isinstance(leaf, FieldTest):
            return None
        if any(isinstance(matcher, SameAs) for matcher in leaf.matchers):
            return None
        return self._slot_of(leaf.field)

    @cached_property
    def _predicate(self) -> Predicate:
        return compile_matchers(self._matchers)

    @cached_property
    def _wanted(self) -> frozenset[Value] | None:
        return wanted_values(self._matchers)

    @property
    def _matchers(self) -> tuple[Matcher, ...]:
        return self._leaf.matchers if isinstance(self._leaf, FieldTest) else ()

    def fulfilled(self, distinct: set[Value]) -> set[Value]:
        """The distinct values that satisfy the test."""
        if self._wanted is not None:
            return distinct & self._wanted
        unknown = distinct - self._known
        if not unknown:
            return distinct & self._fitting
        predicate = self._predicate
        found = {value for value in unknown if predicate(value)}
        hits = found | (distinct & self._fitting)
        self._size += _size(unknown)
        if self._size > _MOST_REMEMBERED:
            self._known.clear()
            self._fitting.clear()
            self._size = _size(unknown)
        if self._size <= _MOST_REMEMBERED:
            self._known |= unknown
            self._fitting |= found
        return hits


class Rows:
    """The sets of rows of one batch."""

    def __init__(self, columns: Columns, length: int) -> None:
        self.columns = columns
        self.length = length
        self.full = int.from_bytes(b"\x01" * length, "little")
        self.found: Found = {}
        self._masks: dict[int, int] = {}
        self._distinct: dict[int, set[Value]] = {}
        self._lists: dict[int, Sequence[int]] = {0: (), self.full: range(length)}

    def distinct(self, slot: int) -> set[Value]:
        """The distinct values of a column."""
        known = self._distinct.get(slot)
        if known is None:
            known = self._distinct[slot] = set(self.columns[slot])
        return known

    def mask(self, test: ColumnTest) -> int:
        """The rows that satisfy a test."""
        known = self._masks.get(test.number)
        if known is None:
            known = self._masks[test.number] = self._mask(test)
        return known

    def _mask(self, test: ColumnTest) -> int:
        if test.found:
            return self._of_rows(self.found.get(test.number, ()))
        if test.slot is None:
            check, columns = test.check, self.columns
            return int.from_bytes(
                bytes(check(columns, row) for row in range(self.length)), "little"
            )
        distinct = self.distinct(test.slot)
        hits = test.fulfilled(distinct)
        if not hits:
            return 0
        if len(hits) == len(distinct):
            return self.full
        return int.from_bytes(bytes(map(hits.__contains__, self.columns[test.slot])), "little")

    def _of_rows(self, rows: Sequence[int]) -> int:
        if not rows:
            return 0
        mask = bytearray(self.length)
        for row in rows:
            mask[row] = 1
        return int.from_bytes(mask, "little")

    def rows(self, mask: int) -> Sequence[int]:
        """The numbers of the rows in a set; equal sets give the same sequence."""
        known = self._lists.get(mask)
        if known is None:
            chosen = mask.to_bytes(self.length, "little")
            known = self._lists[mask] = list(compress(range(self.length), chosen))
        return known


def _size(values: set[Value]) -> int:
    """The characters of some values; each counts for some more."""
    try:
        # Usually all are texts, and joining them is the quickest way to add up their lengths.
        return len("".join(cast("set[str]", values))) + _SMALL * len(values)
    except TypeError:
        return _SMALL * len(values)


MaskOf = Callable[[Rows], int]


def compile_mask(condition: Condition, test_of: Callable[[Condition], ColumnTest]) -> MaskOf:
    """A function that gives the rows that satisfy the folded condition.

    ``test_of`` gives the column test for a leaf.
    """
    match condition:
        case Constantly(value=value):
            return (lambda rows: rows.full) if value else (lambda _rows: 0)
        case FieldTest() | Keywords():
            test = test_of(condition)
            return lambda rows: rows.mask(test)
        case Not(item=item):
            inner = compile_mask(item, test_of)
            return lambda rows: rows.full ^ inner(rows)
        case AllOf(items=items):
            return _all([compile_mask(item, test_of) for item in items])
        case AnyOf(items=items):
            return _any([compile_mask(item, test_of) for item in items])


def _all(masks: Sequence[MaskOf]) -> MaskOf:
    def mask(rows: Rows) -> int:
        found = rows.full
        for one in masks:
            found &= one(rows)
            if not found:
                break
        return found

    return mask


def _any(masks: Sequence[MaskOf]) -> MaskOf:
    def mask(rows: Rows) -> int:
        found = 0
        for one in masks:
            found |= one(rows)
            if found == rows.full:
                break
        return found

    return mask
