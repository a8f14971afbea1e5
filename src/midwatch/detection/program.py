"""The rules that may apply to one form of event, ready to run over its rows.

Rules that hold for every row are answered with a range and cost nothing per row. Rules
that some literal must betray are found by it (``lanes``) and checked where it occurs.
The others, and those that exact values of a column betray, are worked out as sets of
rows (``masks``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from midwatch.detection.fields import KEYWORDS, BatchColumns, FieldNames
from midwatch.detection.lanes import Entry, Lane
from midwatch.detection.masks import ColumnTest, MaskOf, Rows, compile_mask
from midwatch.detection.specialising import (
    KEYWORD_SPOT,
    KEYWORD_VALUES,
    Columns,
    Folder,
    Slots,
    compile_check,
    slots_of,
)
from midwatch.detection.values import compile_matchers, wanted_values
from midwatch.detection.witnesses import Witness, witness_of
from midwatch.events.source import Value
from midwatch.rules.plan import NEVER, Condition, Constantly, FieldTest, SameAs
from midwatch.rules.ruleset import Rule

_FEW_RULES: Final = 200
"""Up to so many rules it is cheaper to ask all of them for exact values than to look rows up."""


class Program:
    """Runs the rules of one form; see the module's documentation."""

    def __init__(self, candidates: Iterable[tuple[Rule, Condition]], names: FieldNames) -> None:
        """``candidates`` are rules with the condition that includes their scope."""
        self._slots = Slots(names)
        self._always: list[tuple[int, Rule]] = []
        self._by_literal: dict[int, Rule] = {}
        self._by_mask: list[tuple[int, Rule, MaskOf]] = []
        self._several: set[int] = set()
        self._tests: dict[Condition, ColumnTest] = {}
        self._numbers = 0
        lanes: dict[int, Lane] = {}
        folders = {common: Folder(self._slots, common_only=common) for common in (True, False)}
        folded: list[tuple[Rule, Condition]] = []
        for rule, condition in candidates:
            one = folders[not rule.logsource.product].fold(condition)
            if one != NEVER:
                folded.append((rule, one))
        few = len(folded) <= _FEW_RULES
        for rule, one in folded:
            self._add(rule, one, lanes, few=few)
        self._lanes = list(lanes.values())
        for lane in self._lanes:
            lane.seal()

    def _add(self, rule: Rule, folded: Condition, lanes: dict[int, Lane], *, few: bool) -> None:
        number = self._number()
        if isinstance(folded, Constantly):
            self._always.append((number, rule))
            return
        witness = witness_of(folded)
        if witness is None or (few and not _has_inner(witness)):
            mask = compile_mask(folded, lambda leaf: self._test(leaf, lanes))
            self._by_mask.append((number, rule, mask))
            return
        self._by_literal[number] = rule
        self._enter(number, folded, witness, lanes)

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _enter(
        self, number: int, condition: Condition, witness: Witness, lanes: dict[int, Lane]
    ) -> None:
        """Have the lanes of its literals find a condition."""
        slots = slots_of(condition)
        single = slots is not None and len(slots) == 1
        entry = Entry(number, compile_check(condition, self._slots), single)
        if len(witness) > 1:
            self._several.add(number)
        for name, literals in witness.items():
            slot = self._slots.number(KEYWORD_SPOT) if name == KEYWORDS else int(name)
            lane = lanes.setdefault(slot, Lane(slot))
            for literal in literals:
                lane.literals.setdefault(literal, []).append(entry)

    def _test(self, leaf: Condition, lanes: dict[int, Lane]) -> ColumnTest:
        """The column test of a leaf; one for all rules that ask the same."""
        known = self._tests.get(leaf)
        if known is not None:
            return known
        number = self._number()
        witness = witness_of(leaf)
        found = witness is not None and _has_inner(witness)
        if witness is not None and found:
            self._enter(number, leaf, witness, lanes)
        predicate = None
        slot = -1
        if isinstance(leaf, FieldTest):
            slot = int(leaf.field)
            if not any(isinstance(matcher, SameAs) for matcher in leaf.matchers):
                predicate = compile_matchers(leaf.matchers)
        wanted = wanted_values(leaf.matchers) if isinstance(leaf, FieldTest) else None
        check = compile_check(leaf, self._slots)
        test = ColumnTest(number, slot, check, predicate, found, wanted)
        self._tests[leaf] = test
        return test

    @property
    def is_empty(self) -> bool:
        """Whether no rule can hold for any event of the form."""
        return not (self._always or self._by_literal or self._by_mask)

    def run(self, batch: BatchColumns) -> list[tuple[Rule, Sequence[int]]]:
        """Rules, in their order, with the rows for which they hold; none without rows."""
        length = len(batch)
        every = range(length)
        if not self._lanes and not self._by_mask:
            return [(rule, every) for _, rule in self._always]
        rows = Rows(self._columns(batch), length)
        for lane in self._lanes:
            lane.run(rows.columns, rows.distinct(lane.slot), rows.found)
        for number in self._several.intersection(rows.found):
            rows.found[number] = sorted(set(rows.found[number]))
        result: list[tuple[int, Rule, Sequence[int]]] = [
            (number, rule, every) for number, rule in self._always
        ]
        for number, spots in rows.found.items():
            found = self._by_literal.get(number)
            if found is not None:
                result.append((number, found, every if len(spots) == length else spots))
        for number, rule, mask_of in self._by_mask:
            mask = mask_of(rows)
            if mask:
                result.append((number, rule, rows.rows(mask)))
        result.sort(key=lambda item: item[0])
        return [(rule, spots) for _, rule, spots in result]

    def _columns(self, batch: BatchColumns) -> Columns:
        apart: Sequence[Sequence[str]] | None = None
        columns: list[Sequence[Value]] = []
        for spot in self._slots.spots:
            if spot in (KEYWORD_SPOT, KEYWORD_VALUES):
                if apart is None:
                    apart = batch.keyword_values()
                if spot == KEYWORD_SPOT:
                    columns.append(["\n".join(values) for values in apart])
                else:
                    columns.append(apart)  # type: ignore[arg-type]  # cells are sequences here
            else:
                columns.append(batch.column(spot))
        return columns


def _has_inner(witness: Witness) -> bool:
    """Whether some literal of it stands within values."""
    return any(not literal.exact for literals in witness.values() for literal in literals)
