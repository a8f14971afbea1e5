"""A search as a tree, and a tree as text. An empty ``All`` finds everything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_BARE: Final = re.compile(r"[^\s\"()]+")
_KEYWORDS: Final = {"and", "or", "not"}
RANGE: Final = ".."


@dataclass(frozen=True, slots=True)
class Word:
    """A text that the line contains, whatever its case."""

    text: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A field compared. ``operator``: one of ``= > >= < <= ..``; ``end`` only with ``..``.

    ``quoted``: the value stood in quotation marks, so an asterisk in it is an asterisk.
    """

    name: str
    operator: str
    value: str
    end: str = ""
    quoted: bool = False
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """What the part does not find."""

    part: Query


@dataclass(frozen=True, slots=True)
class All:
    """What all parts find. Built by ``all_of``."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """What any part finds. Built by ``any_of``."""

    parts: tuple[Query, ...]


Query = Word | Term | Not | All | Any


def all_of(*parts: Query) -> Query:
    """What all parts find; an ``All`` within is taken apart, a single part stands alone."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def any_of(*parts: Query) -> Query:
    """What any part finds; an ``Any`` within is taken apart, a single part stands alone."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, Any) else (part,))]
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def written(query: Query) -> str:
    """The search as text; parsing it gives an equal tree."""
    if isinstance(query, Word):
        bare = _BARE.fullmatch(query.text) and ":" not in query.text and query.text[0] != "-"
        return query.text if bare and query.text.lower() not in _KEYWORDS else quoted(query.text)
    if isinstance(query, Term):
        return f"{query.name}:{_value(query)}"
    if isinstance(query, Not):
        inner = written(query.part)
        return f"-{inner}" if isinstance(query.part, (Word, Term)) else f"-({inner})"
    if isinstance(query, All):
        return " ".join(
            f"({written(part)})" if isinstance(part, Any) else written(part) for part in query.parts
        )
    return " OR ".join(
        f"({written(part)})" if part == All(()) else written(part) for part in query.parts
    )


def quoted(text: str) -> str:
    r"""A text in quotation marks.

    >>> print(quoted('say "hi"'))
    "say \"hi\""
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(term: Term) -> str:
    if term.operator == RANGE:
        return f"{term.value}{RANGE}{term.end}"
    operator = "" if term.operator == "=" else term.operator
    bare = (
        not term.quoted
        and _BARE.fullmatch(term.value)
        and RANGE not in term.value
        and term.value[0] not in "<>"
    )
    return operator + (term.value if bare else quoted(term.value))
