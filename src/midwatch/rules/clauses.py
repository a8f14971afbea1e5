"""Conditions in words that a person reads: what each clause asks of an event.

Example:
    >>> from midwatch.rules.plan import FieldTest, Text, TextKind
    >>> said(FieldTest("user", (Text(TextKind.STARTS, "adm"),)))
    'user starts with "adm"'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from midwatch.rules.plan import (
    ANY_RUN,
    AllOf,
    AnyOf,
    Cidr,
    Compare,
    Comparison,
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

_MOST_LISTED: Final = 6
_KINDS: Final = {
    TextKind.EQUALS: "is",
    TextKind.CONTAINS: "contains",
    TextKind.STARTS: "starts with",
    TextKind.ENDS: "ends with",
}
SIGNS: Final = {
    Comparison.LT: "is less than",
    Comparison.LTE: "is at most",
    Comparison.GT: "is more than",
    Comparison.GTE: "is at least",
    Comparison.EQ: "is",
    Comparison.NEQ: "is not",
}


def said(condition: Condition) -> str:
    """One clause in words; of a condition with parts, what joins them."""
    match condition:
        case FieldTest(field=field, matchers=matchers):
            return f"{field} {_listed(matchers)}"
        case Keywords(matchers=matchers):
            return f"some value {_listed(matchers)}"
        case AllOf():
            return "all of"
        case AnyOf():
            return "any of"
        case Not():
            return "not"
        case Constantly(value=value):
            return "every event" if value else "no event"


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The clauses that a condition joins; none for a single one."""
    match condition:
        case AllOf(items=items) | AnyOf(items=items):
            return items
        case Not(item=item):
            return (item,)
        case _:
            return ()


def _listed(matchers: Sequence[Matcher]) -> str:
    """Matchers joined by "or", those of one kind under one verb."""
    groups: dict[str, list[str]] = {}
    for matcher in matchers:
        verb, value = _words(matcher)
        groups.setdefault(verb, []).append(value)
    return " or ".join(
        f"{verb} {_some(values)}".rstrip() if any(values) else verb
        for verb, values in groups.items()
    )


def _some(values: Sequence[str]) -> str:
    shown = ", ".join(values[:_MOST_LISTED])
    more = len(values) - _MOST_LISTED
    one_of = "one of " if len(values) > 1 else ""
    return f"{one_of}{shown}" + (f" … ({more} more)" if more > 0 else "")


def _words(matcher: Matcher) -> tuple[str, str]:  # noqa: C901, PLR0911  # one return for each kind
    match matcher:
        case Text(kind=kind, text=text, cased=cased):
            return _KINDS[kind] + (" exactly" if cased else ""), _quoted(text)
        case Wildcards(parts=parts, cased=cased):
            pattern = "".join(
                part if isinstance(part, str) else "*" if part == ANY_RUN else "?" for part in parts
            )
            return "is like" + (" exactly" if cased else ""), _quoted(pattern)
        case Regex(pattern=pattern, flags=flags):
            return "fits the expression", f"/{pattern}/{flags}"
        case Number(value=value):
            return "is", str(value)
        case Truth(value=value):
            return "is", "true" if value else "false"
        case Null():
            return "is absent", ""
        case Exists(present=present):
            return "is present" if present else "is absent", ""
        case Compare(op=op, number=number, part=part):
            verb = SIGNS[op]
            return (f"as a time has a {part.value} that {verb}" if part else verb), str(number)
        case Cidr(network=network):
            return "lies in", network
        case SameAs(field=field, starts=starts, ends=ends):
            kinds = {
                (True, True): "contains",
                (True, False): "starts with",
                (False, True): "ends with",
            }
            return f"{kinds.get((starts, ends), 'equals')} the field", field


def _quoted(text: str) -> str:
    return '"' + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text) + '"'
