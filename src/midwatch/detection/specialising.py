"""Conditions made for events that have some values in common.

``fold`` decides every test of a field that never changes, so that most rules vanish or
hold for all rows before the first row is looked at. ``compile_check`` turns what is left
into a closure over the columns and a row number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from midwatch.detection.fields import KEYWORD_VALUES
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

Columns = Mapping[int, Sequence[Value]]
"""Columns by slot."""
Check = Callable[[Columns, int], bool]
SlotOf = Callable[[str], int]
"""The slot of a field."""


def fold(condition: Condition, constants: Mapping[str, Value]) -> Condition:
    """The condition with all tests of constants decided; itself where there are none."""
    match condition:
        case FieldTest():
            return _fold_test(condition, constants)
        case AllOf(items=items):
            folded = _fold_items(items, constants, NEVER)
            return condition if folded is None else all_of(folded)
        case AnyOf(items=items):
            folded = _fold_items(items, constants, ALWAYS)
            return condition if folded is None else any_of(folded)
        case Not(item=item):
            inner = fold(item, constants)
            return condition if inner is item else negation(inner)
        case _:
            return condition


def _fold_items(
    items: Sequence[Condition], constants: Mapping[str, Value], decisive: Condition
) -> list[Condition] | None:
    """The items folded, no further than one that decides for all; None: nothing changed."""
    folded: list[Condition] = []
    changed = False
    for item in items:
        one = fold(item, constants)
        changed = changed or one is not item
        folded.append(one)
        if one is decisive:
            break
    return folded if changed else None


def _fold_test(test: FieldTest, constants: Mapping[str, Value]) -> Condition:
    if test.field not in constants:
        return test
    related = tuple(item for item in test.matchers if isinstance(item, SameAs))
    plain = tuple(item for item in test.matchers if not isinstance(item, SameAs))
    if plain and compile_matchers(plain)(constants[test.field]):
        return ALWAYS
    return FieldTest(test.field, related) if related else NEVER


def compile_check(condition: Condition, slot_of: SlotOf) -> Check:
    """A closure that tells whether a row satisfies the condition."""
    match condition:
        case Constantly(value=value):
            return lambda _columns, _row: value
        case FieldTest(field=field, matchers=matchers):
            return _test_check(slot_of(field), matchers, slot_of)
        case Keywords(matchers=matchers):
            return _keyword_check(slot_of(KEYWORD_VALUES), compile_matchers(matchers))
        case Not(item=item):
            inner = compile_check(item, slot_of)
            return lambda columns, row: not inner(columns, row)
        case AllOf(items=items):
            return _every([compile_check(item, slot_of) for item in items])
        case AnyOf(items=items):
            return _some([compile_check(item, slot_of) for item in items])


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


def _test_check(slot: int, matchers: tuple[Matcher, ...], slot_of: SlotOf) -> Check:
    related = [item for item in matchers if isinstance(item, SameAs)]
    plain = [item for item in matchers if not isinstance(item, SameAs)]
    checks: list[Check] = [_same_check(slot, slot_of(item.field), item) for item in related]
    if plain:
        predicate = compile_matchers(plain)
        checks.insert(0, lambda columns, row: predicate(columns[slot][row]))
    return checks[0] if len(checks) == 1 else _some(checks)


def _same_check(slot: int, other: int, matcher: SameAs) -> Check:
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


def fields_of(condition: Condition) -> set[str] | None:
    """The fields a condition reads; None where it reads keywords."""
    match condition:
        case FieldTest(field=field, matchers=matchers):
            return {field} | {item.field for item in matchers if isinstance(item, SameAs)}
        case AllOf(items=items) | AnyOf(items=items):
            together: set[str] = set()
            for item in items:
                inner = fields_of(item)
                if inner is None:
                    return None
                together |= inner
            return together
        case Not(item=item):
            return fields_of(item)
        case Keywords():
            return None
        case Constantly():
            return set()
