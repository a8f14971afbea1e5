"""Rules meet a batch of events and give matches.

A ``Detector`` builds, when it first meets events with some constants, a ``Program`` of the
rules that may apply to them, and keeps the latest of them. Events of Windows are taken apart by
channel and number first, since that is what Windows rules are about.

Example:
    >>> from midwatch.rules import RuleSet
    >>> Detector(RuleSet.empty()).programs
    0
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from midwatch.detection.program import Candidates, Program
from midwatch.detection.witnesses import Branch, branches_of
from midwatch.events.batch import EventBatch
from midwatch.events.json_runs import Run
from midwatch.events.schema import Logsource
from midwatch.events.source import Value
from midwatch.rules.logsources import scope
from midwatch.rules.plan import NEVER, Condition
from midwatch.rules.ruleset import Rule, RuleSet

_MOST_PROGRAMS: Final = 1_024
_SPLIT: Final = ("Channel", "EventID")
_Key = tuple[str, Logsource, bool, tuple[tuple[str, Value], ...], tuple[tuple[str, Value], ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """The rows of a batch for which a rule holds, in order; a range where it is all of them."""

    rule: Rule
    batch: EventBatch
    rows: Sequence[int]


class Detector:
    """Finds the rules that hold for events. It keeps no state about events."""

    def __init__(self, ruleset: RuleSet) -> None:
        """Rules only; correlations are the ``Correlator``'s."""
        self._by_logsource: dict[Logsource, list[tuple[int, Rule]]] = {}
        for number, rule in enumerate(ruleset.rules):
            self._by_logsource.setdefault(rule.logsource, []).append((number, rule))
        self._candidates: dict[Logsource, Candidates] = {}
        self._branches: dict[int, Sequence[Branch]] = {}
        self._programs: OrderedDict[_Key, Program] = OrderedDict()

    @property
    def programs(self) -> int:
        """Number of programs that are ready."""
        return len(self._programs)

    def match_batch(self, batch: EventBatch) -> list[Match]:
        """All matches in a batch; rules in order of the rule set, rows in order."""
        if not len(batch):
            return []
        split = [name for name in _SPLIT if name in batch.columns]
        if split and all(name in batch.fixed for name in split):
            program = self._program(batch, batch.fixed)
            if program.is_empty:
                return []
            return [Match(rule, batch, rows) for rule, rows in program.run(batch)]
        if not split:
            program = self._program(batch, {})
            if program.is_empty:
                return []
            found = program.run(batch)
            return [Match(rule, batch, rows) for rule, rows in found]
        return self._match_groups(batch, split)

    def match_run(self, run: Run) -> list[Match]:
        """All matches in a run, batch by batch; it is decoded only if a rule may hold."""
        if run.means is not None:
            program = self._program_of(run.source, run.logsource, run.means, run.fixed, vendor=True)
            rows = program.worth_reading(run.raws)
            if not rows:
                return []
            if len(rows) < len(run):
                run = run.take(rows)
        return list(self.match_batches(run.batches))

    def match_batches(self, batches: Iterable[EventBatch]) -> Iterator[Match]:
        """The matches of many batches, one batch after the other."""
        for batch in batches:
            yield from self.match_batch(batch)

    def _match_groups(self, batch: EventBatch, split: Sequence[str]) -> list[Match]:
        groups: dict[tuple[Value, ...], list[int]] = {}
        for row, key in enumerate(zip(*(batch.columns[name] for name in split), strict=True)):
            groups.setdefault(key, []).append(row)
        together: dict[str, tuple[Rule, list[int]]] = {}
        for key, rows in groups.items():
            program = self._program(batch, dict(zip(split, key, strict=True)))
            if program.is_empty:
                continue
            for rule, spots in program.run(batch, rows):
                found = together.setdefault(rule.id, (rule, []))
                found[1].extend([rows[spot] for spot in spots])
        return [Match(rule, batch, sorted(rows)) for rule, rows in together.values()]

    def _program(self, batch: EventBatch, fixed: Mapping[str, Value]) -> Program:
        """The program for events with the batch's constants and some values ``fixed``."""
        return self._program_of(
            batch.source, batch.logsource, batch.constants, fixed,
            vendor=batch.form.vendor is not None, kinds="category" in batch.columns,
        )  # fmt: skip

    def _program_of(
        self, source: str, logsource: Logsource, constants: Mapping[str, Value],
        fixed: Mapping[str, Value], *, vendor: bool, kinds: bool = False,
    ) -> Program:  # fmt: skip
        """The same; ``kinds``: whether events may be of several categories."""
        if "category" not in constants and not kinds:
            # Most scopes ask for it, so its absence is worth knowing.
            fixed = {**fixed, "category": None}
        key: _Key = (source, logsource, vendor, tuple(constants.items()), tuple(fixed.items()))
        program = self._programs.get(key)
        if program is None:
            program = Program(
                self._applicable(logsource),
                {"source": source, **constants, **fixed},
                self._branches_of,
            )
            self._programs[key] = program
            if len(self._programs) > _MOST_PROGRAMS:
                self._programs.popitem(last=False)
        else:
            self._programs.move_to_end(key)
        return program

    def _applicable(self, given: Logsource) -> Candidates:
        """The rules that may apply to a source, by scope."""
        known = self._candidates.get(given)
        if known is None:
            scopes = [(scope(wanted, given), rules) for wanted, rules in self._by_logsource.items()]
            known = self._candidates[given] = [pair for pair in scopes if pair[0] != NEVER]
        return known

    def _branches_of(self, condition: Condition) -> Sequence[Branch]:
        """The branches of a rule's own condition, found once for all programs."""
        known = id(condition)
        if known not in self._branches:
            self._branches[known] = branches_of(condition)
        return self._branches[known]
