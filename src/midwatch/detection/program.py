"""The rules that may apply to events with some values in common, ready to run over rows.

Rules that hold for every row are answered with a range and cost nothing per row. Rules
that some literal must betray are found by it (``lanes``) and checked where it occurs.
The others, and those that exact values of a column betray, are worked out as sets of
rows (``masks``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from midwatch.detection.entries import Entry
from midwatch.detection.fields import KEYWORDS, BatchColumns, FieldNames, Slots
from midwatch.detection.lanes import Lane
from midwatch.detection.literals import Literal
from midwatch.detection.masks import ColumnTest, MaskOf, Rows, compile_mask
from midwatch.detection.raw_search import RawSearch
from midwatch.detection.specialising import SlotOf, fold
from midwatch.detection.suspects import Suspects
from midwatch.detection.witnesses import Branch, Witness, branches_of, witness_of
from midwatch.events.batch import EventBatch
from midwatch.events.source import Value
from midwatch.rules.plan import (
    ALWAYS,
    NEVER,
    Condition,
    Constantly,
    all_of,
)
from midwatch.rules.ruleset import Rule

_FEW_RULES: Final = 200
"""Up to so many rules it is cheaper to ask all of them for exact values than to look rows up."""
_MOST_LAYOUTS: Final = 256
_MOST_SEARCHED: Final = 200
"""Literals that are looked for in the lines themselves; of more, some stand in most lines."""

Candidates = Iterable[tuple[Condition, Sequence[tuple[int, Rule]]]]
"""Numbered rules of one scope, and that scope."""
BranchesOf = Callable[[Condition], Sequence[Branch]]


class Program:
    """Runs the rules for events with some constants; see the module's documentation."""

    def __init__(
        self,
        candidates: Candidates,
        constants: Mapping[str, Value],
        known_branches: BranchesOf = branches_of,
    ) -> None:
        """``known_branches`` gives those of a rule's own condition, perhaps remembered."""
        self._constants = constants
        self._branches_of = known_branches
        self._suspects = Suspects()
        self._slots = Slots()
        self._always: list[tuple[int, Rule]] = []
        self._by_literal: dict[int, Rule] = {}
        self._by_mask: list[tuple[int, Rule, MaskOf]] = []
        self._several: set[int] = set()
        self._all_literals: set[Literal] | None = set()
        self._tests: dict[tuple[Condition, bool], ColumnTest] = {}
        self._lanes: dict[int, Lane] = {}
        self._layouts: dict[tuple[str, ...], FieldNames] = {}
        rules = list(self._folded(candidates))
        self._next_number = 1 + max((number for number, _, _ in rules), default=0)
        for number, rule, condition in rules:
            self._add(number, rule, condition, few=len(rules) <= _FEW_RULES)
        self._keywords = self._search_of(self._literals_of(KEYWORDS))
        self._worth = self._search_of(self._all_literals)
        self._sealed = False

    def _folded(self, candidates: Candidates) -> Iterable[tuple[int, Rule, Condition]]:
        """The rules that may hold, with what is left of their conditions."""
        for scope, rules in candidates:
            where = fold(scope, self._constants)
            if where == NEVER:
                continue
            for number, rule in rules:
                condition = fold(rule.condition, self._constants)
                if where != ALWAYS:
                    condition = all_of([where, condition])
                if condition != NEVER:
                    yield number, rule, condition

    def _add(self, number: int, rule: Rule, condition: Condition, *, few: bool) -> None:
        if isinstance(condition, Constantly):
            self._always.append((number, rule))
            self._all_literals = None
            return
        common_only = not rule.logsource.product
        same = condition is rule.condition
        branches = self._branches_of(condition) if same else branches_of(condition)
        if not branches:
            self._all_literals = None
        elif self._all_literals is not None:
            for branch in branches:
                self._all_literals.update(*branch.needs[0].values())
        if not branches or (few and not any(_has_inner(branch.needs[0]) for branch in branches)):
            mask = compile_mask(condition, partial(self._test, common_only=common_only))
            self._by_mask.append((number, rule, mask))
            return
        self._by_literal[number] = rule
        if len(branches) > 1:
            self._several.add(number)
        for branch in branches:
            self._enter(number, branch, self._slot_of(common_only=common_only))

    def _slot_of(self, *, common_only: bool) -> SlotOf:
        return partial(self._slots.number, common_only=common_only)

    def _enter(self, number: int, branch: Branch, slot_of: SlotOf) -> None:
        """Have the lanes of its first witness find a condition."""
        entry = Entry(number, branch.condition, slot_of)
        witness, *others = branch.needs
        if not entry.single:
            self._suspects.add(entry, others, slot_of)
        if len(witness) > 1:
            self._several.add(number)
        for name, literals in witness.items():
            slot = slot_of(name)
            lane = self._lanes.setdefault(slot, Lane(slot))
            for literal in literals:
                lane.literals.setdefault(literal, []).append(entry)

    def _test(self, leaf: Condition, *, common_only: bool) -> ColumnTest:
        """The column test of a leaf; one for all rules that ask the same."""
        known = self._tests.get((leaf, common_only))
        if known is not None:
            return known
        number = self._next_number
        self._next_number += 1
        slot_of = self._slot_of(common_only=common_only)
        witness = witness_of(leaf)
        found = witness is not None and _has_inner(witness)
        if witness is not None and found:
            self._enter(number, Branch(leaf, [witness]), slot_of)
        test = ColumnTest(number, leaf, slot_of, found=found)
        self._tests[leaf, common_only] = test
        return test

    def _literals_of(self, name: str) -> Iterable[Literal] | None:
        """The literals by which a field's lane finds rules; None where it has none."""
        for slot, lane in self._lanes.items():
            if self._slots.fields[slot][0] == name:
                return lane.literals
        return None

    def _search_of(self, literals: Iterable[Literal] | None) -> RawSearch | None:
        """What finds the lines that may hold such literals; None where lines do not tell."""
        if literals is None:
            return None
        wanted = list(literals)
        stated = "\n".join(str(value).casefold() for value in self._constants.values())
        spoken = self._literals_of(KEYWORDS) or ()
        if len(wanted) > _MOST_SEARCHED or any(each.text in stated for each in spoken):
            return None
        search = RawSearch(wanted)
        return search if search.usable else None

    def _seal(self) -> None:
        """Build the automata, which programs that need not decode a line never do."""
        for lane in self._lanes.values():
            lane.seal()
        self._suspects.seal()
        self._sealed = True

    def worth_reading(self, raws: Sequence[str]) -> Sequence[int]:
        """The rows for which a rule may hold, judged by the lines of JSON they came in."""
        if self.is_empty:
            return ()
        if self._worth is None or not self._worth.pays:
            return range(len(raws))
        return self._worth.rows(raws)

    @property
    def is_empty(self) -> bool:
        """Whether no rule can hold for any such event."""
        return not (self._always or self._by_literal or self._by_mask)

    def run(
        self, batch: EventBatch, picked: Sequence[int] | None = None
    ) -> list[tuple[Rule, Sequence[int]]]:
        """Rules, in their order, with the rows for which they hold; none without rows.

        ``picked`` are the rows to look at; rows in the answer count among them.
        """
        length = len(batch) if picked is None else len(picked)
        every = range(length)
        if not self._lanes and not self._by_mask:
            return [(rule, every) for _, rule in self._always]
        if not self._sealed:
            self._seal()
        columns = BatchColumns(self._slots, self._names(batch), batch, picked, self._keywords)
        rows = Rows(columns, length)
        suspected: dict[int, int] = {}
        for slot, lane in self._lanes.items():
            lane.run(rows.columns, rows.distinct(slot), rows.found, suspected)
        convicted = self._suspects.convict(suspected, rows.columns, rows.found)
        for number in convicted | self._several.intersection(rows.found):
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

    def _names(self, batch: EventBatch) -> FieldNames:
        """Where the batch's columns are; remembered for batches with the same."""
        columns = tuple(batch.columns)
        names = self._layouts.get(columns)
        if names is None:
            if len(self._layouts) >= _MOST_LAYOUTS:
                self._layouts.clear()
            names = self._layouts[columns] = FieldNames(
                [name for name in columns if name not in self._constants],
                self._constants,
                vendor=batch.form.vendor is not None,
                source=batch.source,
            )
        return names


def _has_inner(witness: Witness) -> bool:
    """Whether some literal of it stands within values."""
    return any(not literal.exact for literals in witness.values() for literal in literals)
