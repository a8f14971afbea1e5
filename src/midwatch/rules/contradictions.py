"""Conditions that no event can satisfy, as far as their clauses alone tell.

Looked for: a field that must equal two different texts, be present and absent, satisfy a
comparison that another excludes, or a clause and its own opposite. What is not found
may still be impossible; what is found certainly is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import ge, gt, le, lt

from midwatch.rules.plan import (
    AllOf,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Constantly,
    Exists,
    FieldTest,
    Matcher,
    Not,
    Null,
    Number,
    Text,
    TextKind,
    Truth,
)

_MOST: dict[Comparison, Callable[[float, float], bool]] = {
    Comparison.LT: lt, Comparison.LTE: le, Comparison.GT: gt, Comparison.GTE: ge,
}  # fmt: skip


def never_holds(condition: Condition) -> str | None:
    """Why the condition can never hold, in words; None where it may."""
    match condition:
        case Constantly(value=False):
            return "it holds for no event"
        case AllOf(items=items):
            return next((why for item in items if (why := never_holds(item))), None) or _clash(
                items
            )
        case AnyOf(items=items):
            reasons = [never_holds(item) for item in items]
            return reasons[0] if all(reasons) else None
        case _:
            return None


def _clash(items: Sequence[Condition]) -> str | None:  # noqa: C901  # two plain searches, one after the other
    """Why several clauses cannot hold together."""
    for item in items:
        if isinstance(item, Not) and item.item in items:
            return "it asks for a clause and for its opposite"
        if isinstance(item, Not) and isinstance(item.item, AnyOf):
            both = next((each for each in item.item.items if each in items), None)
            if both is not None:
                return "it asks for a clause that it excludes"
    tests: dict[str, list[tuple[Matcher, ...]]] = {}
    for item in items:
        if isinstance(item, FieldTest):
            tests.setdefault(item.field, []).append(item.matchers)
    for field, asked in tests.items():
        for spot, first in enumerate(asked):
            for second in asked[spot + 1 :]:
                if not any(_together(one, other) for one in first for other in second):
                    return f"{field} cannot be both at once"
    return None


def _together(one: Matcher, other: Matcher) -> bool:  # a list of cases
    """Whether one value may satisfy both; True where that is not certain."""
    absent = [_absent(one), _absent(other)]
    if any(absent):
        return all(absent)
    first, second = _exact(one), _exact(other)
    if first is not None and second is not None:
        return first == second
    if first is not None:
        return _may_be(first, other)
    if second is not None:
        return _may_be(second, one)
    if isinstance(one, Compare) and isinstance(other, Compare) and one.part == other.part:
        return _overlap(one, other)
    return True


def _absent(matcher: Matcher) -> bool:
    return isinstance(matcher, Null) or (isinstance(matcher, Exists) and not matcher.present)


def _exact(matcher: Matcher) -> str | None:
    """The one value (casefolded) that satisfies it; None where there are several."""
    match matcher:
        case Text(kind=TextKind.EQUALS, text=text):
            return text.casefold()
        case Number(value=value):
            return str(value)
        case Truth(value=value):
            return "true" if value else "false"
        case _:
            return None


def _may_be(value: str, matcher: Matcher) -> bool:
    """Whether the one (casefolded) value may satisfy the matcher."""
    match matcher:
        case Text(kind=kind, text=text):
            part = text.casefold()
            return {
                TextKind.EQUALS: value == part,
                TextKind.CONTAINS: part in value,
                TextKind.STARTS: value.startswith(part),
                TextKind.ENDS: value.endswith(part),
            }[kind]
        case Compare(op=op, number=number, part=None) if op in _MOST:
            try:
                return _MOST[op](float(value), number)
            except ValueError:
                return True
        case _:
            return True


def _overlap(one: Compare, other: Compare) -> bool:
    low, high = float("-inf"), float("inf")
    open_low = open_high = False
    for each in (one, other):
        number = each.number
        match each.op:
            case Comparison.GT | Comparison.GTE if number >= low:
                open_low = each.op is Comparison.GT or (open_low and number == low)
                low = number
            case Comparison.LT | Comparison.LTE if number <= high:
                open_high = each.op is Comparison.LT or (open_high and number == high)
                high = number
            case _:
                pass
    if Comparison.EQ in (one.op, other.op) or Comparison.NEQ in (one.op, other.op):
        return True
    return low < high or (low == high and not open_low and not open_high)
