"""What can raise alerts: correlations, and plain rules that stand for themselves.

Both become a ``Subject``: which rules feed it, what their events are grouped by, what its
windows wait for, and how long an alert waits for more before it closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midwatch.detection.windows import (
    CountWindow,
    Demand,
    DistinctWindow,
    FigureWindow,
    PeriodWindow,
    SequenceWindow,
    Window,
)
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

_TEMPORAL = (CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED)


@dataclass(frozen=True, slots=True)
class Subject:
    """One source of alerts.

    ``group_by`` are the names to show; ``fields`` gives, for each feeding rule, the fields
    they stand for, and ``counted`` the fields whose values count. ``waits`` tells that
    only the end of a period decides. ``plain``: a rule that stands for itself.
    """

    number: int
    rule: AnyRule
    demand: Demand
    feeds: tuple[str, ...]
    group_by: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    counted: Mapping[str, tuple[str, ...]]
    waits: bool
    plain: bool

    @property
    def by_rule(self) -> bool:
        """Whether it is the rules that count, not values or events."""
        return self.demand.kind in _TEMPORAL

    def new_window(self) -> Window:
        """An empty window for a group."""
        if self.waits:
            return PeriodWindow()
        match self.demand.kind:
            case CorrelationKind.EVENT_COUNT:
                return CountWindow()
            case CorrelationKind.VALUE_COUNT | CorrelationKind.TEMPORAL:
                return DistinctWindow()
            case CorrelationKind.TEMPORAL_ORDERED:
                return SequenceWindow()
            case _:
                return FigureWindow()


def subjects_of(ruleset: RuleSet, *, lateness: int, quiet: int) -> tuple[Subject, ...]:
    """All sources of alerts of a rule set; a correlation after those that feed it.

    Args:
        ruleset: The rules.
        lateness: Microseconds by which an event may come late.
        quiet: Microseconds without a match after which the alert of a plain rule closes.
    """
    found: list[Subject] = []
    for rule in ruleset.rules:
        if rule.alone:
            demand = Demand(
                kind=CorrelationKind.EVENT_COUNT, timespan=quiet, lateness=lateness, need=1
            )
            found.append(
                Subject(len(found), rule, demand, (rule.id,), (), {}, {}, waits=False, plain=True)
            )
    for correlation in ruleset.correlations:
        found.append(_correlation_subject(len(found), correlation, lateness))
    return tuple(found)


def _correlation_subject(number: int, rule: Correlation, lateness: int) -> Subject:
    ordered = rule.kind is CorrelationKind.TEMPORAL_ORDERED
    need = least_count(rule)
    figured = rule.kind not in (
        CorrelationKind.EVENT_COUNT, CorrelationKind.VALUE_COUNT, *_TEMPORAL,
    )  # fmt: skip
    growing = all(bound.op in (Comparison.GT, Comparison.GTE) for bound in rule.bounds)
    waits = (rule.terms is not None and _denies(rule.terms)) or not growing
    demand = Demand(
        kind=rule.kind,
        timespan=rule.timespan,
        lateness=lateness,
        need=1 if figured or rule.terms is not None else need,
        bounds=rule.bounds,
        sequence=rule.rules if ordered else (),
        terms=rule.terms,
        percentile=50 if rule.percentile is None else rule.percentile,
    )
    feeds = tuple(dict.fromkeys(rule.rules))
    return Subject(
        number,
        rule,
        demand,
        feeds,
        rule.group_by,
        {feed: _fields(rule, rule.group_by, feed) for feed in feeds},
        {feed: _fields(rule, rule.fields, feed) for feed in feeds} if rule.fields else {},
        waits=waits and not ordered,
        plain=False,
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
