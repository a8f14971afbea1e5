"""What a window of events waits for, and what it says when that has come."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from msgspec import Struct

from midwatch.detection.values import COMPARISONS
from midwatch.rules.ruleset import (
    Bound,
    CorrelationKind,
    RuleTerm,
    Term,
    TermNot,
    TermsAll,
    TermsAny,
)

Counted = str | int
"""A value that counts; several fields are joined into one text."""


class Fired(NamedTuple):
    """The condition holds, with the event ``spot``, for ``events`` events.

    ``first`` and ``last`` are the times of the window's first and last event; ``values``
    the distinct values in it, where those are what counts.
    """

    spot: int
    first: int
    last: int
    events: int
    figure: float | None = None
    values: frozenset[Counted] = frozenset()


class Demand(Struct, frozen=True, kw_only=True):
    """What a window waits for. Times are in microseconds.

    ``need`` is the least count that fulfils the bounds; ``sequence`` holds the rules of
    a temporal correlation in their order.
    """

    kind: CorrelationKind
    timespan: int
    lateness: int
    need: int = 1
    bounds: tuple[Bound, ...] = ()
    sequence: tuple[str, ...] = ()
    terms: Term | None = None
    percentile: int = 50

    @property
    def horizon(self) -> int:
        """How far back an event may still matter."""
        return self.timespan + self.lateness

    def accepts(self, figure: float) -> bool:
        """Whether a figure is within the bounds."""
        return all(COMPARISONS[bound.op](figure, bound.number) for bound in self.bounds)


def term_holds(term: Term, seen: Container[Counted]) -> bool:
    """Whether an extended condition holds for the rules seen."""
    match term:
        case RuleTerm(rule=rule):
            return rule in seen
        case TermsAll(terms=terms):
            return all(term_holds(one, seen) for one in terms)
        case TermsAny(terms=terms):
            return any(term_holds(one, seen) for one in terms)
        case TermNot(term=inner):
            return not term_holds(inner, seen)
