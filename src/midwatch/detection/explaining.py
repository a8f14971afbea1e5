"""Why a rule holds for an event or does not, clause by clause.

The answer is that of ``reference``, over the same columns as the engine sees, so it agrees
with what the engine finds; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, cast

from midwatch.detection.fields import KEYWORD_VALUES, BatchColumns, FieldNames, Slots
from midwatch.detection.reference import holds
from midwatch.events.batch import EventBatch
from midwatch.events.source import Value
from midwatch.rules.clauses import parts_of
from midwatch.rules.logsources import scope
from midwatch.rules.plan import Condition, FieldTest, Keywords, SameAs
from midwatch.rules.ruleset import Rule

_SIMILAR: Final = 0.6


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a rule, and what the event says to it.

    ``values`` are the fields it reads with what the event holds (None: absent); ``similar``
    is a field that the event does have, where one is absent.
    """

    condition: Condition
    held: bool
    parts: tuple[Clause, ...] = ()
    values: tuple[tuple[str, Value], ...] = ()
    similar: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether the rule holds: both its log source and its condition must."""

    logsource: Clause
    condition: Clause

    @property
    def held(self) -> bool:
        """Whether the rule holds for the event."""
        return self.logsource.held and self.condition.held


def explain(rule: Rule, batch: EventBatch, row: int) -> Explanation:
    """What each clause of the rule finds in one event of a batch."""
    event = _Event(rule, batch, row)
    return Explanation(
        event.clause(scope(rule.logsource, batch.logsource)), event.clause(rule.condition)
    )


class _Event:
    """One event as a rule sees it."""

    def __init__(self, rule: Rule, batch: EventBatch, row: int) -> None:
        self._names = FieldNames(
            list(batch.columns), batch.constants,
            vendor=batch.form.vendor is not None, source=batch.source,
        )  # fmt: skip
        self._slots = Slots()
        self._columns = BatchColumns(self._slots, self._names, batch, [row])
        self._common_only = not rule.logsource.product
        self._present = {
            name
            for name in (*batch.columns, *batch.constants, *_vendor_names(batch, row))
            if self.lookup(name) is not None
        }

    def lookup(self, name: str) -> Value:
        """What the event holds under that name."""
        return self._columns[self._slots.number(name, common_only=self._common_only)][0]

    def _keywords(self) -> Iterable[str]:
        slot = self._slots.number(KEYWORD_VALUES, common_only=False)
        return cast("Iterable[str]", self._columns[slot][0])

    def clause(self, condition: Condition) -> Clause:
        """The clause and all within it."""
        values: dict[str, Value] = {}
        similar = ""
        if isinstance(condition, FieldTest):
            names = [condition.field]
            names += [each.field for each in condition.matchers if isinstance(each, SameAs)]
            values = {name: self.lookup(name) for name in names}
            absent = [name for name, value in values.items() if value is None]
            if absent:
                similar = _closest(absent[0], self._present)
        words = list(self._keywords()) if _reads_keywords(condition) else []
        return Clause(
            condition,
            holds(condition, self.lookup, words),
            tuple(self.clause(part) for part in parts_of(condition)),
            tuple(values.items()),
            similar,
        )


def _reads_keywords(condition: Condition) -> bool:
    return isinstance(condition, Keywords) or any(map(_reads_keywords, parts_of(condition)))


def _vendor_names(batch: EventBatch, row: int) -> Iterable[str]:
    return batch.vendor_fields()[row] if batch.form.vendor is not None else ()


def _closest(name: str, names: Iterable[str]) -> str:
    lower: dict[str, str] = {each.lower(): each for each in names}
    found = get_close_matches(name.lower(), lower, 1, _SIMILAR)
    return lower[found[0]] if found else ""
