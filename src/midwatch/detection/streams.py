"""What can raise alerts, put together by what it looks at.

A ``Subject`` is a correlation, or a plain rule that stands for itself. Subjects that are fed
by the same rules and grouped by the same fields form a ``Stream``: their events are
gathered once and their groups kept once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from midwatch.detection.demands import Demand
from midwatch.detection.figures import FigureWindow, Window
from midwatch.detection.inflows import uniform
from midwatch.detection.windows import DistinctWindow, SequenceWindow
from midwatch.rules.plan import Comparison
from midwatch.rules.ruleset import (
    AnyRule,
    Correlation,
    CorrelationKind,
    RuleSet,
    Term,
    TermNot,
    TermsAll,
    TermsAny,
)

_REMEMBERED: Final = 8
"""Events of a group that are remembered in any case, to show how an alert began."""
_TEMPORAL: Final = (CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED)
_WHOLE: Final = (CorrelationKind.EVENT_COUNT, CorrelationKind.VALUE_COUNT, *_TEMPORAL)

Counted = Mapping[str, tuple[str, ...]]
"""For each feeding rule the fields whose values count; the empty mapping: the rule itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One source of alerts.

    ``counts``: it waits for a number of events and nothing else. ``waits``: only the end
    of a period decides. ``column`` is the number of what it counts among the stream's
    ``counted``; None where it counts events. ``least`` is the number of events that a group
    must have before the subject need look at it.
    """

    rule: AnyRule
    demand: Demand
    counts: bool
    waits: bool
    column: int | None
    least: int

    def new_window(self) -> Window:
        """An empty window for a group, for subjects that need one and do not wait."""
        match self.demand.kind:
            case CorrelationKind.TEMPORAL_ORDERED:
                return SequenceWindow()
            case CorrelationKind.VALUE_COUNT | CorrelationKind.TEMPORAL:
                return DistinctWindow()
            case _:
                return FigureWindow()


@dataclass(eq=False)
class Stream:
    """Events of the same rules by the same fields, and the subjects that look at them.

    ``group_by`` are the names to show; ``fields`` the fields they mean for each feeding
    rule; ``by_rule``: an event counts once for every rule that matched it.
    """

    feeds: tuple[str, ...]
    group_by: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    by_rule: bool
    plain: bool
    subjects: list[Subject] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)

    @cached_property
    def horizon(self) -> int:
        """How far back, in microseconds, an event may still matter to some subject."""
        return max(subject.demand.horizon for subject in self.subjects)

    @cached_property
    def memory(self) -> int:
        """The most events that a group must remember."""
        needed = [
            subject.least * (subject.demand.lateness // subject.demand.timespan + 2)
            for subject in self.subjects
        ]
        return max(_REMEMBERED, *needed)

    @cached_property
    def least(self) -> int:
        """Events that a group must have before any subject need look at it."""
        return min(subject.least for subject in self.subjects)

    @cached_property
    def apart(self) -> bool:
        """Whether it matters which rule an event comes from."""
        return self.by_rule or not uniform([self.fields, *self.counted])

    def column(self, counted: Counted | None) -> int | None:
        """The number of what a subject counts; noted if it is new."""
        if counted is None:
            return None
        if counted not in self.counted:
            self.counted.append(counted)
        return self.counted.index(counted)


def streams_of(ruleset: RuleSet, *, lateness: int, quiet: int) -> list[Stream]:
    """All streams of a rule set; one that is fed by a correlation after that one's.

    Args:
        ruleset: The rules.
        lateness: Microseconds by which an event may come late.
        quiet: Microseconds without a match after which the alert of a plain rule closes.
    """
    streams: list[Stream] = []
    for rule in ruleset.rules:
        if rule.alone:
            demand = Demand(kind=CorrelationKind.EVENT_COUNT, timespan=quiet, lateness=lateness)
            stream = Stream((rule.id,), (), {}, by_rule=False, plain=True)
            stream.subjects.append(
                Subject(rule, demand, counts=True, waits=False, column=None, least=1)
            )
            streams.append(stream)
    shared: dict[object, Stream] = {}
    for correlation in ruleset.correlations:
        feeds = tuple(dict.fromkeys(correlation.rules))
        fields = {feed: _fields(correlation, correlation.group_by, feed) for feed in feeds}
        by_rule = correlation.kind in _TEMPORAL
        asked = (feeds, correlation.group_by, tuple(fields.values()), by_rule)
        if asked not in shared:
            shared[asked] = Stream(feeds, correlation.group_by, fields, by_rule, plain=False)
            streams.append(shared[asked])
        stream = shared[asked]
        stream.subjects.append(_subject(stream, correlation, lateness))
    return streams


def _subject(stream: Stream, rule: Correlation, lateness: int) -> Subject:
    ordered = rule.kind is CorrelationKind.TEMPORAL_ORDERED
    simple = rule.kind in _WHOLE and rule.terms is None
    demand = Demand(
        kind=rule.kind,
        timespan=rule.timespan,
        lateness=lateness,
        need=least_count(rule) if simple and not ordered else 1,
        bounds=rule.bounds,
        sequence=rule.rules if ordered else (),
        terms=rule.terms,
        percentile=50 if rule.percentile is None else rule.percentile,
    )
    growing = all(bound.op in (Comparison.GT, Comparison.GTE) for bound in rule.bounds)
    denies = rule.terms is not None and _denies(rule.terms)
    waits = not ordered and (denies or not growing)
    counted: Counted | None = None
    if rule.kind in _TEMPORAL:
        counted = {}
    elif rule.kind is not CorrelationKind.EVENT_COUNT:
        counted = {feed: _fields(rule, rule.fields, feed) for feed in stream.feeds}
    return Subject(
        rule,
        demand,
        counts=rule.kind is CorrelationKind.EVENT_COUNT and not waits,
        waits=waits,
        column=stream.column(counted),
        least=0 if waits else max(demand.need, len(demand.sequence)),
    )


def _fields(rule: Correlation, names: Sequence[str], feed: str) -> tuple[str, ...]:
    return tuple(rule.field_of(name, feed) for name in names)


def least_count(rule: Correlation) -> int:
    """The smallest whole count that fulfils all of the growing bounds, at least 1."""
    least = 1
    for bound in rule.bounds:
        if bound.op is Comparison.GTE:
            least = max(least, -int(-bound.number // 1))
        elif bound.op is Comparison.GT:
            least = max(least, int(bound.number // 1) + 1)
    return least


def _denies(term: Term) -> bool:
    """Whether the extended condition says ``not`` anywhere."""
    match term:
        case TermNot():
            return True
        case TermsAll(terms=terms) | TermsAny(terms=terms):
            return any(_denies(one) for one in terms)
        case _:
            return False
