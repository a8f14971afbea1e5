"""Regular expressions that an attacker can make slow: found by their shape, not by trial.

Python's ``re`` backtracks. A repeat within a repeat that can share one text out in many
ways takes exponential time; two open repeats of the same characters side by side take
quadratic time or worse on a long value that nearly fits. What refers back to a group, or
looks around, cannot be run in linear time by any engine.

Example:
    >>> risk_of("(a+)+$"), risk_of("[a-z]+@x")
    (<Risk.EXPONENTIAL: 'exponential'>, None)
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib import import_module
from typing import Any, Final

# The parser of expressions has no public name, nor types.
_constants: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")
_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_MANY: Final = 16
_SAMPLE: Final = (*(chr(code) for code in range(0x20, 0x7F)), "\n", "\t", "é")
_Node = tuple[Any, Any]


class Risk(StrEnum):
    """How bad it can get."""

    EXPONENTIAL = "exponential"
    QUADRATIC = "quadratic"
    NOT_LINEAR = "not linear"


def risk_of(pattern: str) -> Risk | None:
    """The worst that an expression can do; None for a tame one. A broken one is tame, too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(_parser.parse(pattern))
    except (re.error, RecursionError, OverflowError):
        return None
    kinds = {kind for kind, _ in _all(nodes)}
    if _exponential(nodes):
        return Risk.EXPONENTIAL
    if _neighbours(nodes):
        return Risk.QUADRATIC
    if kinds & {_constants.GROUPREF, _constants.ASSERT, _constants.ASSERT_NOT}:
        return Risk.NOT_LINEAR
    return None


def _all(nodes: Sequence[_Node]) -> Iterator[_Node]:
    for node in nodes:
        yield node
        for inner in _inner(node):
            yield from _all(inner)


def _inner(node: _Node) -> list[list[_Node]]:
    """The sequences of nodes within a node."""
    kind, value = node
    if kind in _REPEATS or kind == _constants.POSSESSIVE_REPEAT:
        return [list(value[2])]
    if kind is _constants.SUBPATTERN:
        return [list(value[3])]
    if kind is _constants.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [list(value[1])]
    if kind is _constants.ATOMIC_GROUP:
        return [list(value)]
    return []


def _flat(nodes: Sequence[_Node]) -> Iterator[_Node]:
    """The nodes of a sequence with its plain groups taken apart."""
    for node in nodes:
        if node[0] is _constants.SUBPATTERN:
            yield from _flat(list(node[1][3]))
        else:
            yield node


def _open(node: _Node) -> bool:
    return node[0] in _REPEATS and node[1][1] > _MANY


def _exponential(nodes: Sequence[_Node]) -> bool:
    for node in _all(nodes):
        if not _open(node):
            continue
        for body in _ways(list(node[1][2])):
            inner = [item for item in body if _open(item)]
            others = [item for item in body if not _open(item)]
            for repeat in inner:
                own = _characters(list(repeat[1][2]))
                # A part that must come and cannot be taken by the repeat keeps turns apart.
                if own and not any(
                    _least(item) and not (_characters([item]) & own) for item in others
                ):
                    return True
        if _overlapping_ways(list(node[1][2])):
            return True
    return False


def _ways(body: Sequence[_Node]) -> Iterator[list[_Node]]:
    """The sequences that a body may be: its branches, if it is nothing but a choice."""
    flat = list(_flat(body))
    if len(flat) == 1 and flat[0][0] is _constants.BRANCH:
        for branch in flat[0][1][1]:
            yield from _ways(list(branch))
    else:
        yield flat


def _overlapping_ways(body: Sequence[_Node]) -> bool:
    """Whether one character may be taken by two branches of a choice."""
    ways = list(_ways(body))
    single = [_characters(way) for way in ways if len(way) == 1 and not _open(way[0])]
    return any(first & second for spot, first in enumerate(single) for second in single[spot + 1 :])


def _neighbours(nodes: Sequence[_Node]) -> bool:
    """Two open repeats of common characters with nothing between that would keep them apart."""
    for sequence in (nodes, *(inner for node in _all(nodes) for inner in _inner(node))):
        before: frozenset[str] = frozenset()
        for node in _flat(sequence):
            if _open(node):
                own = _characters(list(node[1][2]))
                if own & before:
                    return True
                before = before | own
            elif _least(node):
                # What the repeat could take as well does not keep the two apart.
                before = before if _characters([node]) & before else frozenset()
    return False


def _least(node: _Node) -> bool:
    """Whether the node takes at least one character."""
    if any(kind is _constants.GROUPREF for kind, _ in _all([node])):
        return False
    return bool(_parser.SubPattern(_parser.State(), [node]).getwidth()[0])


def _characters(nodes: Sequence[_Node]) -> frozenset[str]:
    """Out of a sample of characters, those that may occur in what the nodes take."""
    found: set[str] = set()
    for kind, value in nodes:
        if kind is _constants.LITERAL:
            found.add(chr(value))
        elif kind is _constants.ANY:
            found.update(_SAMPLE)
        elif kind is _constants.NOT_LITERAL:
            found.update(set(_SAMPLE) - {chr(value)})
        elif kind is _constants.IN:
            found.update(_class(value))
        else:
            for inner in _inner((kind, value)):
                if kind not in (_constants.ASSERT, _constants.ASSERT_NOT):
                    found.update(_characters(inner))
    return frozenset(found)


_CATEGORIES: Final = {
    _constants.CATEGORY_DIGIT: r"\d", _constants.CATEGORY_NOT_DIGIT: r"\D",
    _constants.CATEGORY_SPACE: r"\s", _constants.CATEGORY_NOT_SPACE: r"\S",
    _constants.CATEGORY_WORD: r"\w", _constants.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _class(items: Sequence[_Node]) -> set[str]:
    negated = bool(items) and items[0][0] is _constants.NEGATE
    found: set[str] = set()
    for kind, value in items[1:] if negated else items:
        if kind is _constants.LITERAL:
            found.add(chr(value))
        elif kind is _constants.RANGE:
            found.update(c for c in _SAMPLE if value[0] <= ord(c) <= value[1])
        elif kind is _constants.CATEGORY:
            pattern = re.compile(_CATEGORIES[value])
            found.update(c for c in _SAMPLE if pattern.match(c))
    return set(_SAMPLE) - found if negated else found
