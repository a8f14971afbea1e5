"""Conditions made for one form of event: constants worked in, fields turned into slots.

``fold`` decides every test of a field that never changes within the form, so that
most rules vanish or hold for all rows before the first row is looked at. ``compile_check``
turns what is left into a closure over the columns and a row number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from midwatch.detection.fields import KEYWORDS, FieldNames, Place, Spot
from midwatch.detection.values import Predicate, as_text, compile_matchers
from midwatch.events.source import Value
from midwatch.rules.plan import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    Constantly,
    FieldTest,
    Keywords,
    Matcher,
    Not,
    SameAs,
    all_of,
    any_of,
    negation,
)

Columns = Sequence[Sequence[Value]]
Check = Callable[[Columns, int], bool]


class Slots:
    """Numbers the columns that a form's rules read."""

    def __init__(self, names: FieldNames) -> None:
        self._names = names
        self._numbers: dict[Spot, int] = {}
        self.spots: list[Spot] = []

    def spot(self, name: str, *, common_only: bool) -> Spot:
        """Where a field is."""
        return self._names.spot(name, common_only=common_only)

    def number(self, spot: Spot) -> int:
        """The slot of a column; a new one if nobody asked before."""
        known = self._numbers.get(spot)
        if known is None:
            known = len(self.spots)
            self._numbers[spot] = known
            self.spots.append(spot)
        return known


KEYWORD_SPOT = Spot(Place.VENDOR, KEYWORDS)
"""The pseudo column that holds all values of an event, joined by line feeds."""
KEYWORD_VALUES = Spot(Place.VENDOR, KEYWORDS + "values")
"""The pseudo column that holds them apart."""


class Folder:
    """Works constants into conditions and renames fields to slots."""

    def __init__(self, slots: Slots, *, common_only: bool) -> None:
        self._slots = slots
        self._common_only = common_only

    def fold(self, condition: Condition) -> Condition:
        """The condition for this form; its tests name slots by number."""
        match condition:
            case FieldTest():
                return self._test(condition)
            case AllOf(items=items):
                return all_of(self._until(items, NEVER))
            case AnyOf(items=items):
                return any_of(self._until(items, ALWAYS))
            case Not(item=item):
                return negation(self.fold(item))
            case _:
                return condition

    def _until(self, items: Sequence[Condition], decisive: Condition) -> list[Condition]:
        """The items folded, no further than one that decides for all."""
        folded: list[Condition] = []
        for item in items:
            folded.append(self.fold(item))
            if folded[-1] == decisive:
                break
        return folded

    def _test(self, test: FieldTest) -> Condition:
        spot = self._slots.spot(test.field, common_only=self._common_only)
        related = [item for item in test.matchers if isinstance(item, SameAs)]
        plain = tuple(item for item in test.matchers if not isinstance(item, SameAs))
        parts: list[Condition] = []
        if plain:
            if spot.place is Place.CONSTANT:
                holds = compile_matchers(plain)(spot.value)
                parts.append(ALWAYS if holds else NEVER)
            else:
                parts.append(FieldTest(str(self._slots.number(spot)), plain))
        for item in related:
            other = self._slots.spot(item.field, common_only=self._common_only)
            here, there = self._slots.number(spot), self._slots.number(other)
            parts.append(FieldTest(str(here), (SameAs(str(there), item.starts, item.ends),)))
        return any_of(parts)


def compile_check(condition: Condition, slots: Slots) -> Check:
    """A closure that tells whether a row satisfies the folded condition."""
    match condition:
        case Constantly(value=value):
            return lambda _columns, _row: value
        case FieldTest(field=field, matchers=matchers):
            return _test_check(int(field), matchers)
        case Keywords(matchers=matchers):
            return _keyword_check(slots.number(KEYWORD_VALUES), compile_matchers(matchers))
        case Not(item=item):
            inner = compile_check(item, slots)
            return lambda columns, row: not inner(columns, row)
        case AllOf(items=items):
            return _every([compile_check(item, slots) for item in items])
        case AnyOf(items=items):
            return _some([compile_check(item, slots) for item in items])


def _every(checks: list[Check]) -> Check:
    if len(checks) == 2:
        first, second = checks
        return lambda columns, row: first(columns, row) and second(columns, row)

    def every(columns: Columns, row: int) -> bool:
        for check in checks:  # noqa: SIM110  # a generator here takes twice the time
            if not check(columns, row):
                return False
        return True

    return every


def _some(checks: list[Check]) -> Check:
    if len(checks) == 2:
        first, second = checks
        return lambda columns, row: first(columns, row) or second(columns, row)

    def some(columns: Columns, row: int) -> bool:
        for check in checks:  # noqa: SIM110  # a generator here takes twice the time
            if check(columns, row):
                return True
        return False

    return some


def _test_check(slot: int, matchers: tuple[Matcher, ...]) -> Check:
    related = [item for item in matchers if isinstance(item, SameAs)]
    plain = [item for item in matchers if not isinstance(item, SameAs)]
    checks: list[Check] = [_same_check(slot, item) for item in related]
    if plain:
        predicate = compile_matchers(plain)
        checks.insert(0, lambda columns, row: predicate(columns[slot][row]))
    return checks[0] if len(checks) == 1 else _some(checks)


def _same_check(slot: int, matcher: SameAs) -> Check:
    other = int(matcher.field)
    starts, ends = matcher.starts, matcher.ends

    def same(columns: Columns, row: int) -> bool:
        value, wanted = columns[slot][row], columns[other][row]
        if value is None or wanted is None:
            return False
        text, part = as_text(value).casefold(), as_text(wanted).casefold()
        if starts and ends:
            return part in text
        if starts:
            return text.startswith(part)
        return text.endswith(part) if ends else text == part

    return same


def _keyword_check(slot: int, predicate: Predicate) -> Check:
    def found(columns: Columns, row: int) -> bool:
        # The one column whose cells are sequences of texts.
        values: Sequence[Value] = columns[slot][row]  # type: ignore[assignment]  # a slot of lists
        return any(predicate(value) for value in values)

    return found


def slots_of(condition: Condition) -> set[int] | None:
    """The slots a folded condition reads; None where it reads keywords."""
    match condition:
        case FieldTest(field=field, matchers=matchers):
            return {int(field)} | {int(item.field) for item in matchers if isinstance(item, SameAs)}
        case AllOf(items=items) | AnyOf(items=items):
            together: set[int] = set()
            for item in items:
                inner = slots_of(item)
                if inner is None:
                    return None
                together |= inner
            return together
        case Not(item=item):
            return slots_of(item)
        case Keywords():
            return None
        case Constantly():
            return set()
