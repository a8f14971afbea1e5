"""What rules mean, said as plainly as possible; the yardstick for the fast engine.

``holds`` looks at one event at a time and does nothing clever. Tests hold the engine
against it on generated rules and events; nothing else uses it.

- An absent field satisfies ``Null`` and ``Exists(present=False)`` and nothing else.
- Texts are compared casefolded unless cased; numbers by their plain writing.
- A regular expression is searched for anywhere in the value.
- A keyword is looked for in each value of the event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from midwatch.detection.networks import as_address
from midwatch.detection.values import (
    COMPARISONS,
    as_number,
    as_text,
    compile_regex,
    time_part,
)
from midwatch.events.source import Value
from midwatch.rules.plan import (
    ANY_ONE,
    ANY_RUN,
    AllOf,
    AnyOf,
    Cidr,
    Compare,
    Condition,
    Constantly,
    Exists,
    FieldTest,
    Keywords,
    Matcher,
    Not,
    Null,
    Number,
    Regex,
    SameAs,
    Text,
    TextKind,
    Truth,
    Wildcards,
)

Lookup = Callable[[str], Value]


def holds(condition: Condition, lookup: Lookup, values: Iterable[str]) -> bool:
    """Whether an event satisfies the condition.

    Args:
        condition: The rule's condition.
        lookup: Gives the event's value of a field, None where it has none.
        values: All of the event's values, for keywords.
    """
    match condition:
        case Constantly(value=constant):
            return constant
        case AllOf(items=items):
            return all(holds(item, lookup, values) for item in items)
        case AnyOf(items=items):
            return any(holds(item, lookup, values) for item in items)
        case Not(item=item):
            return not holds(item, lookup, values)
        case FieldTest(field=field, matchers=matchers):
            value = lookup(field)
            return any(satisfies(matcher, value, lookup) for matcher in matchers)
        case Keywords(matchers=matchers):
            return any(
                satisfies(matcher, value, lookup) for matcher in matchers for value in values
            )


def satisfies(matcher: Matcher, value: Value, lookup: Lookup) -> bool:  # noqa: PLR0911  # one for each
    """Whether one value satisfies one matcher."""
    if isinstance(matcher, Null):
        return value is None
    if isinstance(matcher, Exists):
        return matcher.present == (value is not None)
    if value is None:
        return False
    text = as_text(value)
    match matcher:
        case Text(kind=kind, text=wanted, cased=cased):
            return _compare(kind, *(_fold(text, wanted, cased=cased)))
        case Wildcards(parts=parts, cased=cased):
            whole = text if cased else text.casefold()
            plain = [
                part.casefold() if isinstance(part, str) and not cased else part for part in parts
            ]
            return _covers(plain, whole)
        case Regex():
            return compile_regex(matcher).search(text) is not None
        case Number(value=number):
            return text.casefold() == str(number)
        case Truth(value=truth):
            return text.casefold() == ("true" if truth else "false")
        case _:
            return _relates(matcher, value, lookup)


def _relates(matcher: Compare | Cidr | SameAs, value: str | int, lookup: Lookup) -> bool:
    """Whether a value stands in a relation to a number, a network or another field."""
    match matcher:
        case Compare(op=op, number=number, part=part):
            found = as_number(value) if part is None else time_part(value, part)
            return found is not None and COMPARISONS[op](found, number)
        case Cidr(network=network):
            return _in_network(as_text(value), network)
        case SameAs(field=field, starts=starts, ends=ends):
            other = lookup(field)
            if other is None:
                return False
            kinds = {
                (False, False): TextKind.EQUALS,
                (True, False): TextKind.STARTS,
                (False, True): TextKind.ENDS,
                (True, True): TextKind.CONTAINS,
            }
            return _compare(
                kinds[starts, ends], as_text(value).casefold(), as_text(other).casefold()
            )


def _fold(text: str, wanted: str, *, cased: bool) -> tuple[str, str]:
    return (text, wanted) if cased else (text.casefold(), wanted.casefold())


def _compare(kind: TextKind, text: str, wanted: str) -> bool:
    match kind:
        case TextKind.EQUALS:
            return text == wanted
        case TextKind.CONTAINS:
            return wanted in text
        case TextKind.STARTS:
            return text.startswith(wanted)
        case TextKind.ENDS:
            return text.endswith(wanted)


def _covers(parts: Sequence[str | int], text: str) -> bool:
    """Whether the parts, in order, make up the whole text."""
    ends = {0}
    for part in parts:
        if not ends:
            break
        if part == ANY_RUN:
            ends = set(range(min(ends), len(text) + 1))
        elif part == ANY_ONE:
            ends = {end + 1 for end in ends if end < len(text)}
        else:
            literal = str(part)
            ends = {end + len(literal) for end in ends if text.startswith(literal, end)}
    return len(text) in ends


def _in_network(text: str, network: str) -> bool:
    """Whether the address has the network's leading bits."""
    base, _, length = network.partition("/")
    address, start = as_address(text), as_address(base)
    if address is None or start is None or address.version != start.version:
        return False
    free = address.max_prefixlen - int(length)
    return int(address) >> free == int(start) >> free
