"""The plan: what a rule asks of an event, as plain immutable values.

A condition is a tree of ``AllOf``, ``AnyOf`` and ``Not`` over three kinds of leaf: a
``FieldTest`` of one field, ``Keywords`` looked for in all values of the event, and
``Constantly``. A matcher says what one value must look like. Nothing here evaluates:
``detection`` does, and its module ``reference`` states what each matcher means.

Texts are compared without regard to case unless ``cased`` is set. The plan is what
the cache keeps, so a change to any class here needs a new ``PLAN_VERSION``.

Example:
    >>> asked = FieldTest("user", (Text(TextKind.EQUALS, "root"),))
    >>> asked.matchers[0].text
    'root'
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

PLAN_VERSION: Final = 2
"""Changes with the meaning or shape of anything the cache keeps."""


class TextKind(StrEnum):
    """How a literal text is compared with a value."""

    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"


class Comparison(StrEnum):
    """The numeric comparisons of values and of correlation conditions."""

    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    EQ = "eq"
    NEQ = "neq"


class TimePart(StrEnum):
    """A part of a point in time, read in UTC; weeks are those of ISO 8601."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


ANY_RUN: Final = 0
"""A part of ``Wildcards``: any text, the empty one included (Sigma's ``*``)."""
ANY_ONE: Final = 1
"""A part of ``Wildcards``: exactly one character (Sigma's ``?``)."""


class Text(Struct, frozen=True, tag="text"):
    """A literal text without wildcards."""

    kind: TextKind
    text: str
    cased: bool = False


class Wildcards(Struct, frozen=True, tag="wild"):
    """A pattern of literal texts, ``ANY_RUN`` and ``ANY_ONE`` for the whole value."""

    parts: tuple[str | int, ...]
    cased: bool = False


class Regex(Struct, frozen=True, tag="regex"):
    """A regular expression found anywhere in the value; ``flags`` out of ``ims``."""

    pattern: str
    flags: str = ""


class Number(Struct, frozen=True, tag="number"):
    """A number; equal to itself and to its plain writing as text."""

    value: int | float


class Truth(Struct, frozen=True, tag="truth"):
    """``true`` or ``false``, as a truth value or written out."""

    value: bool


class Null(Struct, frozen=True, tag="null"):
    """The field is absent or holds nothing."""


class Exists(Struct, frozen=True, tag="exists"):
    """The field holds something (``present``) or does not."""

    present: bool


class Compare(Struct, frozen=True, tag="compare"):
    """The value as a number, or a part of it as a point in time, stands in a relation."""

    op: Comparison
    number: int | float
    part: TimePart | None = None


class Cidr(Struct, frozen=True, tag="cidr"):
    """The value is an address within the network."""

    network: str


class SameAs(Struct, frozen=True, tag="same"):
    """The value equals, or with ``starts``/``ends`` contains so, that of another field."""

    field: str
    starts: bool = False
    ends: bool = False


Matcher = Text | Wildcards | Regex | Number | Truth | Null | Exists | Compare | Cidr | SameAs


class FieldTest(Struct, frozen=True, tag="test"):
    """The field's value satisfies at least one of the matchers."""

    field: str
    matchers: tuple[Matcher, ...]


class Keywords(Struct, frozen=True, tag="keywords"):
    """Some value of the event satisfies at least one of the matchers."""

    matchers: tuple[Matcher, ...]


class AllOf(Struct, frozen=True, tag="all"):
    """Every item holds."""

    items: tuple[Condition, ...]


class AnyOf(Struct, frozen=True, tag="any"):
    """At least one item holds."""

    items: tuple[Condition, ...]


class Not(Struct, frozen=True, tag="not"):
    """The item does not hold."""

    item: Condition


class Constantly(Struct, frozen=True, tag="constantly"):
    """Holds for every event or for none."""

    value: bool


Condition = AllOf | AnyOf | Not | FieldTest | Keywords | Constantly
ALWAYS: Final = Constantly(value=True)
NEVER: Final = Constantly(value=False)


def all_of(items: list[Condition]) -> Condition:
    """The conjunction, flattened; ``ALWAYS`` and ``NEVER`` are worked in.

    >>> all_of([ALWAYS, FieldTest("a", (Null(),))])
    FieldTest(field='a', matchers=(Null(),))
    """
    flat: list[Condition] = []
    for item in items:
        if isinstance(item, Constantly):
            if not item.value:
                return NEVER
        elif isinstance(item, AllOf):
            flat.extend(item.items)
        else:
            flat.append(item)
    if not flat:
        return ALWAYS
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def any_of(items: list[Condition]) -> Condition:
    """The disjunction, flattened; tests of one field and keywords are joined."""
    flat: list[Condition] = []
    for item in items:
        if isinstance(item, Constantly):
            if item.value:
                return ALWAYS
        elif isinstance(item, AnyOf):
            flat.extend(item.items)
        else:
            flat.append(item)
    if not flat:
        return NEVER
    joined: list[Condition] = []
    matchers: dict[str | None, list[Matcher]] = {}
    for item in flat:
        if isinstance(item, (FieldTest, Keywords)):
            name = item.field if isinstance(item, FieldTest) else None
            matchers.setdefault(name, []).extend(item.matchers)
        else:
            joined.append(item)
    for name, some in matchers.items():
        joined.append(Keywords(tuple(some)) if name is None else FieldTest(name, tuple(some)))
    return joined[0] if len(joined) == 1 else AnyOf(tuple(joined))


def negation(item: Condition) -> Condition:
    """The opposite of a condition."""
    match item:
        case Constantly(value=value):
            return NEVER if value else ALWAYS
        case Not(item=inner):
            return inner
        case _:
            return Not(item)
