"""Rules and events drawn from bytes: many of them in little time.

Hypothesis draws one run of bytes for an example; ``Dice`` reads choices out of it. So an example
with a dozen rules and a hundred events costs a millisecond, and still shrinks: where the
bytes end, or are zero, the first and plainest choice is taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from midwatch.events.source import Value
from midwatch.rules.plan import (
    ANY_ONE,
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
    TimePart,
    Truth,
    Wildcards,
)

Item = TypeVar("Item")
DEPTH = int(os.environ.get("MIDWATCH_DEPTH", "1"))
"""How many times the usual number of examples are tried; ``make agreement`` asks for more."""
EXAMPLES = 1_000 * DEPTH
throws = st.binary(min_size=300, max_size=1_000)
LETTERS = 'aabAB1İıßsςΣſKé\\"/\n\t ,.-u0'  # noqa: RUF001  # letters whose case is peculiar
STAMPS = ("2024-02-29T23:59:00", "2024-12-30 01:00:00+02:00", "1700000000000000")
ADDRESSES = ("10.0.0.7", "10.9.0.1", "::ffff:10.0.0.7", "2001:db8::1")
REGEXES = (
    "a", "^a", "b$", "a.b", "a+b?", "(ab|ba)", "[ab]1", "(?:a|b1)+", "a{2}", "(?i)b", "aß",
    "(?=a)b", "a|b1", "(a(b|1))?b", "\u017f", "\u0131", "\\d+", "x*", "(?-i:a)b", "mimi", "(?i)k",
)  # fmt: skip
NETWORKS = ("10.0.0.0/16", "2001:db8::/32", "10.0.0.7/32", "0.0.0.0/0")


class Dice:
    """Choices out of bytes."""

    def __init__(self, data: bytes) -> None:
        self._bytes = iter(data)

    def number(self, sides: int) -> int:
        """From 0 up to ``sides``, which is not among them."""
        thrown = next(self._bytes, 0)
        if sides > 256:
            thrown = thrown << 8 | next(self._bytes, 0)
        return thrown % sides

    def one(self, options: Sequence[Item]) -> Item:
        """One of the options."""
        return options[self.number(len(options))]

    def often(self) -> bool:
        """True three times out of four."""
        return self.number(4) < 3

    def some(self, most: int, make: Callable[[], Item]) -> list[Item]:
        """One to ``most`` of what is made."""
        return [make() for _ in range(1 + self.number(most))]

    def word(self, most: int = 5) -> str:
        """Up to so many letters."""
        return "".join(self.one(LETTERS) for _ in range(self.number(most + 1)))

    def literal(self) -> str:
        """A text of at least one letter, often one that is known."""
        if self.often():
            return self.one(("a", "b", "ab", "1", "mimikatz", "10.0.0.7", "true", "cmd.exe"))
        return self.word() or "b"

    def value(self) -> Value:
        """What a column may hold."""
        kind = self.number(12)
        if kind < 5:
            return self.word(1) + self.literal() + self.word(1)
        if kind < 7:
            return self.literal() + self.one(("\\", " ", "")) + self.literal()
        if kind == 7:
            return self.word()
        rare: Sequence[Value] = (
            None,
            self.number(34) - 3,
            self.one((*ADDRESSES, "true", "FALSE", "4625", "0x10", "", "-")),
            self.one(STAMPS),
        )
        return rare[kind - 8]


def _wildcards(dice: Dice) -> Matcher:
    parts: list[str | int] = []
    for _ in range(1 + dice.number(5)):
        options: Sequence[str | int] = (ANY_RUN, ANY_ONE, dice.literal(), "a")
        parts.append(dice.one(options))
    return Wildcards(tuple(parts), cased=not dice.often())


def _compare(dice: Dice) -> Matcher:
    part = None if dice.often() else dice.one(tuple(TimePart))
    return Compare(dice.one(tuple(Comparison)), dice.number(64) - 3, part)


MATCHERS: Sequence[Callable[[Dice], Matcher]] = (
    lambda dice: Text(dice.one(tuple(TextKind)), dice.literal(), cased=not dice.often()),
    lambda dice: Text(dice.one(tuple(TextKind)), dice.literal(), cased=not dice.often()),
    lambda dice: Text(TextKind.CONTAINS, dice.literal()),
    lambda dice: Text(TextKind.CONTAINS, dice.literal()),
    lambda dice: Text(dice.one(tuple(TextKind)), dice.word()),
    _wildcards,
    lambda dice: Regex(dice.one(REGEXES), dice.one(("", "i", "s", "im"))),
    lambda dice: Regex(dice.one(REGEXES), dice.one(("", "i", "s", "im"))),
    lambda dice: Number(dice.number(34) - 3),
    lambda dice: Truth(value=dice.often()),
    lambda _dice: Null(),
    lambda dice: Exists(present=dice.often()),
    _compare,
    lambda dice: Cidr(dice.one(NETWORKS)),
)


def matcher(dice: Dice, fields: Sequence[str]) -> Matcher:
    """A matcher of any kind; ``fields``: those that another may be compared with."""
    if dice.number(15) == 14:
        return SameAs(dice.one(fields), starts=dice.often(), ends=dice.often())
    return dice.one(MATCHERS)(dice)


def _spoken(dice: Dice) -> Matcher:
    """A matcher that keywords may have."""
    found = matcher(dice, ("a",))
    if isinstance(found, (Text, Wildcards, Regex, Truth)):
        return found
    return Text(TextKind.CONTAINS, dice.literal())


def condition(dice: Dice, fields: Sequence[str], deep: int = 2) -> Condition:
    """A condition; ``deep``: how far it may be nested."""
    kind = dice.number(12 if deep else 5)
    if kind < 4:
        found = dice.some(3, lambda: matcher(dice, fields))
        return FieldTest(dice.one(fields), tuple(found))
    if kind == 4:
        if dice.number(8) == 7:
            return Constantly(value=dice.often())
        return Keywords(tuple(dice.some(2, lambda: _spoken(dice))))
    if kind == 5:
        return Not(condition(dice, fields, deep - 1))
    items = tuple(dice.some(3, lambda: condition(dice, fields, deep - 1)))
    return AllOf(items) if kind < 10 else AnyOf(items)
