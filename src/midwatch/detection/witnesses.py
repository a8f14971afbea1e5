"""Literals without which a rule cannot hold: how rules are found instead of tried.

The witness of a condition names, per field, texts of which at least one must occur in
(or, where ``exact``, equal) the casefolded value whenever the condition holds. A rule
may have several candidates; the one with the longest literals is taken. A condition
without any (a mere negation, a number range) is tried on every value.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Final

from midwatch.detection.fields import KEYWORDS
from midwatch.detection.literals import Literal
from midwatch.detection.values import compile_regex
from midwatch.rules.plan import (
    AllOf,
    AnyOf,
    Condition,
    FieldTest,
    Keywords,
    Matcher,
    Number,
    Regex,
    Text,
    TextKind,
    Truth,
    Wildcards,
    all_of,
)

# The parser of expressions has no public name, nor types.
_constants: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")
_EXACT_BONUS: Final = 6
_MOST_LITERALS: Final = 2_000
_MOST_BRANCHES: Final = 12
"""Alternatives of one rule that are told apart."""


Witness = Mapping[str, frozenset[Literal]]
"""Per field the literals of which one must occur; fields are alternatives, too."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several ways to satisfy a condition, and the witnesses of all it needs, best first."""

    condition: Condition
    needs: Sequence[Witness]


def branches_of(condition: Condition) -> Sequence[Branch]:
    """Conditions of which at least one must hold; empty where one of them has no witness.

    What is told apart here can be ruled out apart: of two pairs of things that a rule may
    look for, each has to be complete.
    """
    branches = [Branch(one, _needs_of(one)) for one in _apart(condition)]
    return branches if all(branch.needs for branch in branches) else ()


def _apart(condition: Condition) -> list[Condition]:
    """The condition as alternatives, as far as they are few."""
    match condition:
        case AnyOf(items=items) if _worth_splitting(condition):
            together = [one for item in items for one in _apart(item)]
            return together if len(together) <= _MOST_BRANCHES else [condition]
        case AllOf(items=items):
            for item in items:
                if isinstance(item, AnyOf) and _worth_splitting(item):
                    rest = [other for other in items if other is not item]
                    together = [
                        one for inner in item.items for one in _apart(all_of([inner, *rest]))
                    ]
                    if len(together) <= _MOST_BRANCHES:
                        return together
    return [condition]


def _worth_splitting(condition: AnyOf) -> bool:
    return len(condition.items) <= _MOST_BRANCHES and any(
        isinstance(item, AllOf) for item in condition.items
    )


def _needs_of(condition: Condition) -> Sequence[Witness]:
    items = condition.items if isinstance(condition, AllOf) else (condition,)
    found = [witness for item in items if (witness := witness_of(item)) is not None]
    return sorted(found, key=_worth, reverse=True)


def witness_of(condition: Condition) -> Witness | None:
    """The best witness of a condition; None where it has none."""
    match condition:
        case FieldTest(field=field, matchers=matchers):
            return _of_matchers(field, matchers)
        case Keywords(matchers=matchers):
            found = _of_matchers(KEYWORDS, matchers)
            if found is None or not all(literal.text for literal in found[KEYWORDS]):
                return None
            # All values are searched as one text, so none of them can be required whole.
            return {
                KEYWORDS: frozenset(
                    replace(literal, exact=False, sure=literal.sure and not literal.exact)
                    for literal in found[KEYWORDS]
                )
            }
        case AllOf(items=items):
            options = [found for item in items if (found := witness_of(item)) is not None]
            return max(options, key=_worth, default=None)
        case AnyOf(items=items):
            return _joined([witness_of(item) for item in items])
        case _:
            return None


def is_proven_by_literals(condition: Condition) -> bool:
    """Whether a sure literal of its witness proves the whole condition."""
    if isinstance(condition, AnyOf):
        return all(map(is_proven_by_literals, condition.items))
    return isinstance(condition, (FieldTest, Keywords))


def _joined(options: Sequence[Witness | None]) -> Witness | None:
    together: dict[str, frozenset[Literal]] = {}
    for option in options:
        if option is None:
            return None
        for field, literals in option.items():
            together[field] = together.get(field, frozenset()) | literals
    if sum(map(len, together.values())) > _MOST_LITERALS:
        return None
    return together


def _worth(witness: Witness) -> float:
    """How rare the witness is likely to be: its shortest literal decides."""
    shortest = min(
        len(literal.text) + _EXACT_BONUS * literal.exact
        for literals in witness.values()
        for literal in literals
    )
    return shortest - 2 * (len(witness) - 1)


def _of_matchers(field: str, matchers: Sequence[Matcher]) -> Witness | None:
    literals: set[Literal] = set()
    for matcher in matchers:
        found = _of_matcher(matcher)
        if not found:
            return None
        literals.update(found)
    return {field: frozenset(literals)} if literals else None


def _of_matcher(matcher: Matcher) -> list[Literal]:
    """Literals of which one must occur; empty where nothing is certain."""
    match matcher:
        case Text(kind=kind, text=text, cased=cased):
            folded = text.casefold()
            exact = kind is TextKind.EQUALS
            whole = exact or (kind is TextKind.CONTAINS and "\n" not in folded)
            return [Literal(folded, exact, sure=whole and not cased)] if folded or exact else []
        case Number(value=number):
            return [Literal(str(number), exact=True, sure=True)]
        case Truth(value=value):
            return [Literal("true" if value else "false", exact=True, sure=True)]
        case Wildcards(parts=parts):
            texts = [part.casefold() for part in parts if isinstance(part, str)]
            longest = max(texts, key=len, default="")
            return [Literal(longest)] if longest else []
        case Regex():
            ignoring = bool(compile_regex(matcher).flags & re.IGNORECASE)
            return [
                Literal(text.casefold(), ascii_only=ignoring) for text in regex_literals(matcher)
            ]
        case _:
            return []


def regex_literals(matcher: Regex) -> list[str]:
    """Texts of which one stands in whatever the expression matches; empty if unknown.

    Only ASCII counts, and only what stands outside look-arounds and groups with flags of
    their own.
    """
    flags = compile_regex(matcher).flags
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = _parser.parse(matcher.pattern, flags & ~re.UNICODE)
    return _best(_runs(tree))


Options = list[str]
"""Literals of which at least one must occur."""


def _best(runs: list[Options]) -> Options:
    """Of several necessary sets the one with the longest shortest literal."""
    usable = [run for run in runs if run and all(run)]
    return max(usable, key=lambda run: (min(map(len, run)), -len(run)), default=[])


def _runs(tree: Any) -> list[Options]:  # noqa: ANN401  # the parser's own nodes have no types
    """The necessary sets of literals of a parsed sequence."""
    found: list[Options] = []
    run: list[str] = []
    for operation, argument in tree:
        if operation is _constants.LITERAL and argument < 128:
            run.append(chr(argument))
            continue
        if run:
            found.append(["".join(run)])
            run.clear()
        found.extend(_inside(operation, argument))
    if run:
        found.append(["".join(run)])
    return found


def _inside(operation: object, argument: Any) -> list[Options]:  # noqa: ANN401  # the same holds here
    """The necessary sets of literals of one part that is no literal."""
    if operation is _constants.SUBPATTERN:
        _, added, removed, inner = argument
        return [] if added or removed else _runs(inner)
    if operation is _constants.ATOMIC_GROUP:
        return _runs(argument)
    if operation in _REPEATS:
        least, _, inner = argument
        return _runs(inner) if least > 0 else []
    if operation is _constants.BRANCH:
        branches = [_best(_runs(branch)) for branch in argument[1]]
        if all(branches):
            return [[literal for branch in branches for literal in branch]]
    return []


_REPEATS: Final = (
    _constants.MAX_REPEAT,
    _constants.MIN_REPEAT,
    _constants.POSSESSIVE_REPEAT,
)
