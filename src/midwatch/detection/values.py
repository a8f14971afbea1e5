"""What a matcher asks of one value, as fast predicates.

The meaning is that of ``reference``, which says it slowly. Texts are compared casefolded:
folding works character by character, so a folded text contains a folded literal wherever
the text contains the literal, which the witnesses rely on. Numbers compare as their plain
writing; True and False as ``true`` and ``false``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from midwatch.detection.networks import in_network
from midwatch.events.source import Value
from midwatch.rules.plan import (
    ANY_ONE,
    ANY_RUN,
    Cidr,
    Compare,
    Comparison,
    Exists,
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
)

Predicate = Callable[[Value], bool]
TextPredicate = Callable[[str, str], bool]
"""Asked with the text and its casefolded form."""

COMPARISONS: Final[dict[Comparison, Callable[[float, float], bool]]] = {
    Comparison.LT: lt,
    Comparison.LTE: le,
    Comparison.GT: gt,
    Comparison.GTE: ge,
    Comparison.EQ: eq,
    Comparison.NEQ: ne,
}
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_MICROSECONDS: Final = 1_000_000
_MILLISECONDS: Final = 1_000
_SURELY_MICROSECONDS: Final = 10**14
_SURELY_MILLISECONDS: Final = 10**11


def as_text(value: str | int) -> str:
    """A value in its plain writing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_number(value: Value) -> int | float | None:
    """A value as a number: decimal, or hexadecimal with 0x; None where it is none."""
    if value is None or isinstance(value, int):
        return value
    bare = value.strip()
    try:
        return int(bare)
    except ValueError:
        pass
    try:
        return int(bare, 16) if bare[:2] in ("0x", "0X") else float(bare)
    except (ValueError, OverflowError):
        return None


def time_part(value: Value, part: TimePart) -> int | None:
    """A part of a point in time, in UTC.

    Whole numbers count microseconds, milliseconds or seconds since 1970, as their size
    tells; texts are ISO 8601, in UTC where they state no zone.
    """
    if value is None:
        return None
    try:
        moment = _moment(value)
    except (ValueError, OverflowError, OSError):
        return None
    if part is TimePart.WEEK:
        return moment.isocalendar().week
    number = getattr(moment, part.value)
    return number if isinstance(number, int) else None


def _moment(value: str | int) -> datetime:
    if isinstance(value, str):
        if not value.isdecimal():
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        value = int(value)
    if abs(value) >= _SURELY_MICROSECONDS:
        return datetime.fromtimestamp(value // _MICROSECONDS, UTC)
    if abs(value) >= _SURELY_MILLISECONDS:
        return datetime.fromtimestamp(value // _MILLISECONDS, UTC)
    return datetime.fromtimestamp(value, UTC)


def compile_regex(matcher: Regex) -> re.Pattern[str]:
    """The regular expression, compiled."""
    flags = 0
    for flag in matcher.flags:
        flags |= _FLAGS[flag]
    return re.compile(matcher.pattern, flags)


def compile_wildcards(matcher: Wildcards) -> re.Pattern[str]:
    """A pattern for the whole value; folded unless cased.

    Each run takes the shortest text that lets the next literal follow and never gives
    it back (an atomic group), so that no pattern can take more than linear time in the
    number of its runs.
    """
    pattern: list[str] = []
    segment: list[str] = []
    running = False
    for part in matcher.parts:
        if part == ANY_RUN:
            _close(pattern, segment, running=running)
            running = True
        elif part == ANY_ONE:
            segment.append(".")
        else:
            text = str(part)
            segment.append(re.escape(text if matcher.cased else text.casefold()))
    if running:
        # The last literal must end the value, so its run is free to grow.
        pattern.append(".*" + "".join(segment) if segment else ".*")
    else:
        pattern.extend(segment)
    return re.compile("".join(pattern), re.DOTALL)


def _close(pattern: list[str], segment: list[str], *, running: bool) -> None:
    if segment:
        text = "".join(segment)
        pattern.append(f"(?>.*?{text})" if running else text)
        segment.clear()


def compile_matchers(matchers: Sequence[Matcher]) -> Predicate:
    """A predicate that holds where any of the matchers does; ``SameAs`` is not for here."""
    absent = any(
        isinstance(item, Null) or (isinstance(item, Exists) and not item.present)
        for item in matchers
    )
    if any(isinstance(item, Exists) and item.present for item in matchers):
        return (lambda _: True) if absent else (lambda value: value is not None)
    texts = _text_predicates(matchers)
    values = [_value_predicate(item) for item in matchers if isinstance(item, (Compare, Cidr))]
    if len(texts) == 1 and not values and not absent:
        only = texts[0]

        def single(value: Value) -> bool:
            if value is None:
                return False
            text = value if type(value) is str else as_text(value)
            return only(text, text.casefold())

        return single

    def predicate(value: Value) -> bool:
        if value is None:
            return absent
        if texts:
            text = value if type(value) is str else as_text(value)
            folded = text.casefold()
            for holds in texts:
                if holds(text, folded):
                    return True
        return any(compares(value) for compares in values)

    return predicate


def wanted_values(matchers: Sequence[Matcher]) -> frozenset[Value] | None:
    """All values that satisfy the matchers, where those can be listed: numbers and signs.

    None where letters come in, which have a case, or anything but equality.
    """
    wanted: set[Value] = set()
    for item in matchers:
        match item:
            case Number(value=int(number)):
                text = str(number)
            case Text(kind=TextKind.EQUALS, text=text):
                if not text.isascii() or any(map(str.isalpha, text)):
                    return None
            case _:
                return None
        wanted.add(text)
        if text.removeprefix("-").isdecimal() and str(int(text)) == text:
            wanted.add(int(text))
    return frozenset(wanted)


def _value_predicate(matcher: Compare | Cidr) -> Callable[[str | int], bool]:
    if isinstance(matcher, Cidr):
        return in_network(matcher.network)
    compare, number, part = COMPARISONS[matcher.op], matcher.number, matcher.part

    def compares(value: str | int) -> bool:
        found = as_number(value) if part is None else time_part(value, part)
        return found is not None and compare(found, number)

    return compares


def _text_predicates(matchers: Sequence[Matcher]) -> list[TextPredicate]:
    """Few predicates for many matchers: literals of one kind are asked together."""
    exact: set[str] = set()
    literals: dict[tuple[TextKind, bool], list[str]] = {}
    predicates: list[TextPredicate] = []
    for item in matchers:
        match item:
            case Text(kind=TextKind.EQUALS, text=text, cased=False):
                exact.add(text.casefold())
            case Text(kind=kind, text=text, cased=cased):
                literals.setdefault((kind, cased), []).append(text if cased else text.casefold())
            case Number(value=number):
                exact.add(str(number))
            case Truth(value=value):
                exact.add("true" if value else "false")
            case Regex():
                predicates.append(_searching(compile_regex(item)))
            case Wildcards():
                predicates.append(_covering(compile_wildcards(item), cased=item.cased))
            case Null() | Exists() | Compare() | Cidr() | SameAs():
                pass
    together = [_literal_predicate(kind, tuple(some), cased=cased)
                for (kind, cased), some in literals.items()]  # fmt: skip
    if exact:
        known = frozenset(exact)
        together.insert(0, lambda _text, folded: folded in known)
    return together + predicates


def _searching(pattern: re.Pattern[str]) -> TextPredicate:
    search = pattern.search
    return lambda text, _folded: search(text) is not None


def _covering(pattern: re.Pattern[str], *, cased: bool) -> TextPredicate:
    fullmatch = pattern.fullmatch
    if cased:
        return lambda text, _folded: fullmatch(text) is not None
    return lambda _text, folded: fullmatch(folded) is not None


def _literal_predicate(kind: TextKind, literals: tuple[str, ...], *, cased: bool) -> TextPredicate:  # noqa: PLR0911  # one return for each kind
    match kind:
        case TextKind.EQUALS:
            known = frozenset(literals)
            return lambda text, _folded: text in known
        case TextKind.STARTS if cased:
            return lambda text, _folded: text.startswith(literals)
        case TextKind.STARTS:
            return lambda _text, folded: folded.startswith(literals)
        case TextKind.ENDS if cased:
            return lambda text, _folded: text.endswith(literals)
        case TextKind.ENDS:
            return lambda _text, folded: folded.endswith(literals)
        case TextKind.CONTAINS if len(literals) == 1 and not cased:
            only = literals[0]
            return lambda _text, folded: only in folded
        case TextKind.CONTAINS if cased:
            return lambda text, _folded: any(literal in text for literal in literals)
        case TextKind.CONTAINS:
            return lambda _text, folded: any(literal in folded for literal in literals)
