"""The rules that may apply to one form of event, ready to run over its rows.

Rules that hold for every row are answered with a range and cost nothing per row. The
others are grouped by the column of their witness. Of each distinct value of a column it
is found out once which rules it makes possible, and remembered; only rows with such
values are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ahocorasick_rs import AhoCorasick

from midwatch.detection.fields import KEYWORDS, BatchColumns, FieldNames
from midwatch.detection.specialising import (
    KEYWORD_SPOT,
    KEYWORD_VALUES,
    Check,
    Columns,
    Folder,
    Slots,
    compile_check,
    slots_of,
)
from midwatch.detection.values import as_text
from midwatch.detection.witnesses import Literal, witness_of
from midwatch.events.source import Value
from midwatch.rules.plan import Condition, Constantly
from midwatch.rules.ruleset import Rule

_MEMO_LIMIT: Final = 16_384
_LONGEST_REMEMBERED: Final = 512


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """One rule of a program. ``single``: its check reads this one column only."""

    number: int
    rule: Rule
    check: Check
    single: bool


@dataclass(slots=True, eq=False)
class _Lane:
    """All rules whose witness, or part of it, is in one column."""

    slot: int
    literals: dict[Literal, list[_Entry]] = field(default_factory=dict)
    always: list[_Entry] = field(default_factory=list)
    """Single-column rules without a witness: tried on each distinct value."""
    exact: dict[str, tuple[_Entry, ...]] = field(default_factory=dict)
    inner: list[tuple[_Entry, ...]] = field(default_factory=list)
    loose: tuple[_Entry, ...] = ()
    automaton: AhoCorasick | None = None
    memo: dict[Value, tuple[tuple[_Entry, ...], tuple[_Entry, ...]]] = field(default_factory=dict)

    def seal(self) -> None:
        """Build the automaton once all literals are known."""
        patterns: list[str] = []
        exact: dict[str, list[_Entry]] = {}
        inner: dict[str, list[_Entry]] = {}
        loose: dict[int, _Entry] = {}
        for literal, entries in self.literals.items():
            (exact if literal.exact else inner).setdefault(literal.text, []).extend(entries)
            if literal.ascii_only:
                loose.update((entry.number, entry) for entry in entries)
        self.exact = {text: tuple(entries) for text, entries in exact.items()}
        self.loose = tuple(loose.values())
        for text, entries in inner.items():
            patterns.append(text)
            self.inner.append(tuple(entries))
        if patterns:
            self.automaton = AhoCorasick(patterns)
        self.literals.clear()

    def possible(self, value: Value) -> tuple[tuple[_Entry, ...], tuple[_Entry, ...]]:
        """Rules that certainly hold for rows with this value, and those that may."""
        found: dict[int, _Entry] = {}
        if value is not None:
            folded = as_text(value).casefold()
            for entry in self.exact.get(folded, ()):
                found[entry.number] = entry
            if self.automaton is not None:
                for number in self._inside(folded):
                    for entry in self.inner[number]:
                        found[entry.number] = entry
            if self.loose and not folded.isascii():
                found.update((entry.number, entry) for entry in self.loose)
        found.update((entry.number, entry) for entry in self.always)
        if not found:
            return _NOTHING
        column = [value]
        certain: list[_Entry] = []
        maybe: list[_Entry] = []
        for _, entry in sorted(found.items()):
            if not entry.single:
                maybe.append(entry)
            elif entry.check([column] * (self.slot + 1), 0):
                certain.append(entry)
        return (tuple(certain), tuple(maybe)) if certain or maybe else _NOTHING

    def _inside(self, folded: str) -> set[int]:
        automaton = self.automaton
        if automaton is None:
            return set()
        return {
            number for number, _, _ in automaton.find_matches_as_indexes(folded, overlapping=True)
        }


_NOTHING: Final[tuple[tuple[_Entry, ...], tuple[_Entry, ...]]] = ((), ())


class Program:
    """Runs the rules of one form; see the module's documentation."""

    def __init__(self, candidates: Iterable[tuple[Rule, Condition]], names: FieldNames) -> None:
        """``candidates`` are rules with the condition that includes their scope."""
        self._slots = Slots(names)
        self._always: list[Rule] = []
        self._each_row: list[_Entry] = []
        self._many_lanes: set[int] = set()
        lanes: dict[int, _Lane] = {}
        folders = {common: Folder(self._slots, common_only=common) for common in (True, False)}
        number = 0
        for rule, condition in candidates:
            folded = folders[not rule.logsource.product].fold(condition)
            if isinstance(folded, Constantly):
                if folded.value:
                    self._always.append(rule)
                continue
            number += 1
            self._add(number, rule, folded, lanes)
        self._lanes = list(lanes.values())
        for lane in self._lanes:
            lane.seal()

    def _add(self, number: int, rule: Rule, folded: Condition, lanes: dict[int, _Lane]) -> None:
        slots = slots_of(folded)
        single = slots is not None and len(slots) == 1
        entry = _Entry(number, rule, compile_check(folded, self._slots), single)
        witness = witness_of(folded)
        if witness is None:
            if slots is not None and single:
                slot = next(iter(slots))
                lanes.setdefault(slot, _Lane(slot)).always.append(entry)
            else:
                self._each_row.append(entry)
            return
        if len(witness) > 1:
            self._many_lanes.add(number)
        for name, literals in witness.items():
            slot = self._slots.number(KEYWORD_SPOT) if name == KEYWORDS else int(name)
            lane = lanes.setdefault(slot, _Lane(slot))
            for literal in literals:
                lane.literals.setdefault(literal, []).append(entry)

    @property
    def is_empty(self) -> bool:
        """Whether no rule can hold for any event of the form."""
        return not (self._always or self._each_row or self._lanes)

    def run(self, batch: BatchColumns) -> Mapping[Rule, Sequence[int]]:
        """Row numbers in order, by rule; rules that hold nowhere are absent."""
        length = len(batch)
        found: dict[int, tuple[Rule, list[int]]] = {}
        result: dict[Rule, Sequence[int]] = dict.fromkeys(self._always, range(length))
        if not self._lanes and not self._each_row:
            return result
        columns = self._columns(batch)
        for lane in self._lanes:
            self._run_lane(lane, columns, found)
        for entry in self._each_row:
            check = entry.check
            rows = [row for row in range(length) if check(columns, row)]
            if rows:
                found[entry.number] = (entry.rule, rows)
        for number, (rule, rows) in sorted(found.items(), key=lambda item: item[0]):
            result[rule] = sorted(set(rows)) if number in self._many_lanes else rows
        return result

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

    @staticmethod
    def _run_lane(lane: _Lane, columns: Columns, found: dict[int, tuple[Rule, list[int]]]) -> None:
        column = columns[lane.slot]
        memo = lane.memo
        telling: dict[Value, tuple[tuple[_Entry, ...], tuple[_Entry, ...]]] = {}
        for value in set(column):
            known = memo.get(value)
            if known is None:
                known = lane.possible(value)
                if type(value) is not str or len(value) <= _LONGEST_REMEMBERED:
                    if len(memo) >= _MEMO_LIMIT:
                        memo.clear()
                    memo[value] = known
            if known is not _NOTHING:
                telling[value] = known
        if not telling:
            return
        for row, value in enumerate(column):
            if value not in telling:
                continue
            certain, maybe = telling[value]
            for entry in certain:
                found.setdefault(entry.number, (entry.rule, []))[1].append(row)
            for entry in maybe:
                if entry.check(columns, row):
                    found.setdefault(entry.number, (entry.rule, []))[1].append(row)
