"""The Sigma library's condition trees and values → our plan.

A keyword (a value bound to no field) is looked for inside values, so its pattern is open
at both ends; a field's pattern covers the whole value.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sigma import types as sigma_types
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaRegularExpressionFlag,
    SpecialChars,
    TimestampPart,
)

from midwatch.rules.placeholders import Placeholders
from midwatch.rules.plan import (
    ANY_ONE,
    ANY_RUN,
    Cidr,
    Compare,
    Comparison,
    Condition,
    Exists,
    FieldTest,
    Keywords,
    Matcher,
    Null,
    Number,
    Regex,
    SameAs,
    Text,
    TextKind,
    TimePart,
    Truth,
    Wildcards,
    all_of,
    any_of,
    negation,
)

_FLAGS: Final = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_COMPARISONS: Final = {
    CompareOperators.LT: Comparison.LT,
    CompareOperators.LTE: Comparison.LTE,
    CompareOperators.GT: Comparison.GT,
    CompareOperators.GTE: Comparison.GTE,
    CompareOperators.NEQ: Comparison.NEQ,
}
_TIME_PARTS: Final = {
    TimestampPart.MINUTE: TimePart.MINUTE,
    TimestampPart.HOUR: TimePart.HOUR,
    TimestampPart.DAY: TimePart.DAY,
    TimestampPart.WEEK: TimePart.WEEK,
    TimestampPart.MONTH: TimePart.MONTH,
    TimestampPart.YEAR: TimePart.YEAR,
}


class UnsupportedError(Exception):
    """A rule asks for something that no event can be asked; carries cause and remedy."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy


@dataclass(slots=True)
class Filling:
    """Values of placeholders by name; ``missing`` gathers the names that have none."""

    values: Placeholders
    missing: set[str] = field(default_factory=set)


def read_condition(tree: object, filling: Filling) -> Condition:
    """The plan of one parsed Sigma condition; it means nothing while ``filling`` misses any.

    Raises:
        UnsupportedError: The rule uses a construct that cannot be planned.
    """
    match tree:
        case ConditionAND():
            return all_of([read_condition(item, filling) for item in tree.args])
        case ConditionOR():
            return any_of([read_condition(item, filling) for item in tree.args])
        case ConditionNOT():
            return negation(read_condition(tree.args[0], filling))
        case ConditionFieldEqualsValueExpression():
            return _leaf(tree.field, tree.value, filling)
        case ConditionValueExpression():
            return _leaf(None, tree.value, filling)
        case _:
            raise UnsupportedError("its condition refers to nothing", "name a detection in it")


def _leaf(field: str | None, value: object, filling: Filling) -> Condition:
    matchers = tuple(_matchers(value, filling, keyword=field is None))
    return Keywords(matchers) if field is None else FieldTest(field, matchers)


def _matchers(value: object, filling: Filling, *, keyword: bool) -> Iterator[Matcher]:
    """The matchers of a value; more than one where a modifier or placeholder expands it."""
    match value:
        case sigma_types.SigmaExpansion():
            for inner in value.values:
                yield from _matchers(inner, filling, keyword=keyword)
        case sigma_types.SigmaString():
            cased = isinstance(value, sigma_types.SigmaCasedString)
            for text in _filled(value, filling):
                yield _narrowest(_parts(text.s, keyword=keyword), cased=cased)
        case sigma_types.SigmaRegularExpression():
            flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
            for text in _filled(value.regexp, filling):
                yield Regex(str(text), flags)
        case sigma_types.SigmaTimestampPart():
            yield Compare(Comparison.EQ, value.number, _TIME_PARTS[value.timestamp_part])
        case sigma_types.SigmaNumber() if keyword:
            yield Text(TextKind.CONTAINS, str(value.number))
        case _:
            yield _matcher(value)


def _matcher(value: object) -> Matcher:
    """The matcher of a value that is no text."""
    match value:
        case sigma_types.SigmaNumber():
            return Number(value.number)
        case sigma_types.SigmaBool():
            return Truth(value.boolean)
        case sigma_types.SigmaNull():
            return Null()
        case sigma_types.SigmaExists():
            return Exists(value.exists)
        case sigma_types.SigmaCompareExpression():
            return _comparison(value)
        case _:
            return _relation(value)


def _comparison(value: sigma_types.SigmaCompareExpression) -> Compare:
    number = value.number
    part = None
    if isinstance(number, sigma_types.SigmaTimestampPart):
        part = _TIME_PARTS[number.timestamp_part]
    return Compare(_COMPARISONS[value.op], number.number, part)


def _relation(value: object) -> Matcher:
    match value:
        case sigma_types.SigmaCIDRExpression():
            return Cidr(str(value.network))
        case sigma_types.SigmaFieldReference():
            return SameAs(value.field, value.starts_with, value.ends_with)
        case _:
            raise UnsupportedError(
                f"it uses a value of the kind {type(value).__name__}",
                "write the value as text, number, pattern or network",
            )


def _filled(value: sigma_types.SigmaString, filling: Filling) -> Sequence[sigma_types.SigmaString]:
    """The text once for every value of its placeholders; those without values are noted."""
    if not value.contains_placeholder():
        return (value,)
    names = {part.name for part in value.s if isinstance(part, Placeholder)}
    unknown = names - filling.values.keys()
    if unknown:
        filling.missing.update(unknown)
        return ()
    return value.replace_placeholders(functools.partial(_values_of, filling.values))


def _values_of(
    values: Mapping[str, Sequence[str]], placeholder: Placeholder
) -> Iterator[sigma_types.SigmaString]:
    for value in values[placeholder.name]:
        yield sigma_types.SigmaString(value)


def _parts(parts: Sequence[object], *, keyword: bool) -> list[str | int]:
    """Literal texts and wildcards, neighbours joined; open at both ends for a keyword."""
    pattern: list[str | int] = [ANY_RUN] if keyword else []
    for part in (*parts, SpecialChars.WILDCARD_MULTI) if keyword else parts:
        last = pattern[-1] if pattern else None
        if part is SpecialChars.WILDCARD_MULTI:
            if last != ANY_RUN:
                pattern.append(ANY_RUN)
        elif part is SpecialChars.WILDCARD_SINGLE:
            pattern.append(ANY_ONE)
        elif isinstance(last, str):
            pattern[-1] = f"{last}{part}"
        elif part:
            pattern.append(str(part))
    return pattern


def _narrowest(pattern: list[str | int], *, cased: bool) -> Matcher:
    """The pattern in its narrowest form: a literal comparison where that says the same."""
    if not pattern:
        return Text(TextKind.EQUALS, "", cased)
    if pattern == [ANY_RUN]:
        return Exists(present=True)
    literals = [part for part in pattern if isinstance(part, str)]
    kind = _KINDS.get(tuple(ANY_RUN if part == ANY_RUN else type(part) for part in pattern))
    if kind is None or len(literals) != 1:
        return Wildcards(tuple(pattern), cased)
    return Text(kind, literals[0], cased)


_KINDS: Final[dict[tuple[object, ...], TextKind]] = {
    (str,): TextKind.EQUALS,
    (str, ANY_RUN): TextKind.STARTS,
    (ANY_RUN, str): TextKind.ENDS,
    (ANY_RUN, str, ANY_RUN): TextKind.CONTAINS,
}
