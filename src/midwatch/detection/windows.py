"""Sliding windows of event time, one per group: when does a correlation first hold?

Every window takes events in order of time, tells at which event the condition first
holds, and is then put away: the correlator keeps the alert open. Events that come late, by
no more than the lateness allowed, are put where they belong and the windows they fall into
are looked at again. A window of ``timespan`` T that ends at time t holds the events with
t - T <= time <= t.

Memory is bounded by the condition itself: a window that holds ``need`` events or values
has fired, so it never holds more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from operator import itemgetter
from typing import Final, NamedTuple, cast

from msgspec import Struct

from midwatch.detection.values import COMPARISONS, as_number
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
MOST_NUMBERS: Final = 10_000
"""Numbers kept per window for sums, means and percentiles; the oldest go first."""


MOST_EVENTS: Final = 2_000
"""Events kept per window of distinct values; the oldest go first."""
_second = itemgetter(1)


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


def first_crowd(times: Sequence[int], need: int, span: int, start: int) -> int | None:
    """The least index, from ``start``, at which ``need`` of the sorted times lie within the span.

    >>> first_crowd([0, 50, 60, 70], need=3, span=20, start=0)
    3
    """
    for last in range(max(start, need - 1), len(times)):
        if times[last] - times[last - need + 1] <= span:
            return last
    return None


def crowd_around(times: Sequence[int], need: int, span: int, place: int) -> int | None:
    """The end of a window of ``need`` of the sorted times that holds the one at ``place``."""
    for first in range(max(0, place - need + 1), place + 1):
        last = first + need - 1
        if last < len(times) and times[last] - times[first] <= span:
            return last
    return None


class DistinctWindow(Struct, tag="distinct"):
    """Waits for ``need`` distinct values, or for a set of rules, within the timespan.

    ``times`` and ``values`` are those of the events, sorted by time, as far back as a late
    event may make them matter; ``seen`` tells when each value last occurred. As long as
    all values together are too few nothing is looked at in detail.
    """

    times: list[int] = []
    values: list[Counted] = []
    seen: dict[Counted, int] = {}

    def take(
        self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None],
        start: int, stop: int,
    ) -> Fired | None:  # fmt: skip
        """Take the events from ``start`` up to ``stop``, or up to the one that fires."""
        while start < stop and self.times and times[start] < self.times[-1]:
            fired = self._take_late(demand, start, times[start], values[start])
            if fired is not None:
                return fired
            start += 1
        if self.are_few(demand, values[start:stop]):
            self.keep(demand, times[start:stop], values[start:stop])
            return None
        seen, span = self.seen, demand.timespan
        # The values in order of their latest time, so that those that leave the window go first.
        recent = dict(sorted(seen.items(), key=_second))
        self.seen = recent
        for spot in range(start, stop):
            value, time = values[spot], times[spot]
            if value is None:
                continue
            recent.pop(value, None)
            recent[value] = time
            oldest = next(iter(recent))
            while recent[oldest] < time - span:
                del recent[oldest]
                oldest = next(iter(recent))
            if len(recent) >= demand.need and (
                demand.terms is None or term_holds(demand.terms, recent)
            ):
                self.keep(demand, times[start : spot + 1], values[start : spot + 1])
                return self._fired(spot, time - span, time)
        self.keep(demand, times[start:stop], values[start:stop])
        return None

    def are_few(self, demand: Demand, values: Iterable[Counted | None]) -> bool:
        """Whether all values, those seen and those that come, are fewer than needed."""
        if demand.terms is not None:
            return False
        new = set(values)
        new.discard(None)
        if len(new) + len(self.seen) < demand.need:
            return True
        return len(new | self.seen.keys()) < demand.need

    def keep(self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None]) -> None:
        """Keep events, which are newer than all before; those without a value do not count."""
        if None in values:
            pairs = [pair for pair in zip(times, values, strict=True) if pair[1] is not None]
            if not pairs:
                return
            times, values = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        self.times.extend(times)
        counted = cast("Sequence[Counted]", values)
        self.values.extend(counted)
        self.seen.update(zip(counted, times, strict=True))
        newest = self.times[-1]
        if newest - self.times[0] <= demand.horizon and len(self.times) <= MOST_EVENTS:
            return
        surplus = bisect_left(self.times, newest - demand.horizon)
        surplus = max(surplus, len(self.times) - MOST_EVENTS)
        del self.times[:surplus]
        del self.values[:surplus]
        begin = newest - demand.timespan
        self.seen = {value: time for value, time in self.seen.items() if time >= begin}

    def _take_late(
        self, demand: Demand, spot: int, time: int, value: Counted | None
    ) -> Fired | None:
        """Put an event where it belongs and look at the windows it falls into."""
        if value is None:
            return None
        place = bisect_right(self.times, time)
        self.times.insert(place, time)
        self.values.insert(place, value)
        self.seen[value] = max(time, self.seen.get(value, time))
        span = demand.timespan
        first = bisect_left(self.times, time - span)
        inside: Counter[Counted] = Counter()
        for last in range(first, bisect_right(self.times, time + span)):
            inside[self.values[last]] += 1
            while self.times[last] - self.times[first] > span:
                inside[self.values[first]] -= 1
                first += 1
            kinds = +inside
            if len(kinds) >= demand.need and (
                demand.terms is None or term_holds(demand.terms, kinds)
            ):
                return self._fired(spot, self.times[last] - span, self.times[last])
        return None

    def _fired(self, spot: int, begin: int, end: int) -> Fired:
        start = bisect_left(self.times, begin)
        stop = bisect_right(self.times, end)
        values = frozenset(self.values[start:stop])
        return Fired(spot, self.times[start], end, stop - start, len(values), values)


class SequenceWindow(Struct, tag="sequence"):
    """Waits for events of several rules in the order stated, within the timespan.

    ``starts`` holds, for each number of rules done, the latest time at which such a
    beginning started; one event takes at most one place in the sequence.
    """

    starts: list[int | None] = []
    events: list[tuple[int, str]] = []

    def take(
        self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None],
        start: int, stop: int,
    ) -> Fired | None:  # fmt: skip
        """Take the events from ``start`` up to ``stop``, or up to the one that fires."""
        events = self.events
        if not self.starts:
            self.starts = [None] * len(demand.sequence)
        for spot in range(start, stop):
            event = (times[spot], str(values[spot]))
            if not events or event[0] >= events[-1][0]:
                events.append(event)
                if self._advance(demand, event):
                    return self._fired(spot)
            else:
                events.insert(bisect_right(events, event[0], key=lambda known: known[0]), event)
                self.starts = [None] * len(demand.sequence)
                for known in events:
                    if self._advance(demand, known):
                        return self._fired(spot)
        oldest = events[-1][0] - demand.horizon
        del events[: bisect_left(events, oldest, key=lambda known: known[0])]
        del events[:-MOST_NUMBERS]
        return None

    def _advance(self, demand: Demand, event: tuple[int, str]) -> bool:
        """Let an event take its places; True when the sequence is complete."""
        time, rule = event
        starts = self.starts
        for place in range(len(starts) - 1, -1, -1):
            if demand.sequence[place] != rule:
                continue
            if place == 0:
                starts[0] = time
            else:
                begun = starts[place - 1]
                if begun is not None and time - begun <= demand.timespan:
                    starts[place] = begun
        done = starts[-1]
        return done is not None and time - done <= demand.timespan

    def _fired(self, spot: int) -> Fired:
        first = self.starts[-1]
        begin = self.events[0][0] if first is None else first
        count = sum(1 for time, _ in self.events if time >= begin)
        return Fired(spot, begin, self.events[-1][0], count, len(self.starts))


class FigureWindow(Struct, tag="figure"):
    """Waits until a sum, mean, median or percentile within the timespan fulfils the bounds.

    Asked after every event, over the window that ends at the newest.
    """

    numbers: list[tuple[int, float]] = []

    def take(
        self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None],
        start: int, stop: int,
    ) -> Fired | None:  # fmt: skip
        """Take the events from ``start`` up to ``stop``, or up to the one that fires."""
        kept = self.numbers
        for spot in range(start, stop):
            number = as_number(values[spot])
            if number is None:
                continue
            insort(kept, (times[spot], number))
            newest = kept[-1][0]
            del kept[: bisect_left(kept, newest - demand.timespan, key=lambda item: item[0])]
            if len(kept) > MOST_NUMBERS:
                del kept[0]
            figure = figure_of(demand, [item[1] for item in kept])
            if demand.accepts(figure):
                return Fired(spot, kept[0][0], newest, len(kept), figure)
        return None


def figure_of(demand: Demand, numbers: Sequence[float]) -> float:
    """Sum, mean, median or percentile (nearest rank) of some numbers, at least one."""
    match demand.kind:
        case CorrelationKind.VALUE_SUM:
            return sum(numbers)
        case CorrelationKind.VALUE_AVG:
            return sum(numbers) / len(numbers)
        case CorrelationKind.VALUE_MEDIAN:
            ordered = sorted(numbers)
            middle = len(ordered) // 2
            if len(ordered) % 2:
                return ordered[middle]
            return (ordered[middle - 1] + ordered[middle]) / 2
        case _:
            ordered = sorted(numbers)
            rank = -(-demand.percentile * len(ordered) // 100)
            return ordered[max(rank, 1) - 1]


class PeriodWindow(Struct, tag="period"):
    """Waits for the end of a period of one timespan that began with its first event.

    Conditions that more events may undo (at most, exactly, not) can only be judged when
    all are in; the figure is that of the whole period.
    """

    begin: int | None = None
    newest: int = 0
    count: int = 0
    values: dict[Counted, int] = {}
    numbers: list[float] = []

    def take(
        self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None],
        start: int, stop: int,
    ) -> int:  # fmt: skip
        """Take the events of the period; the number of the first that is not in it."""
        for spot in range(start, stop):
            time = times[spot]
            if self.begin is None:
                self.begin = time
            elif time - self.begin > demand.timespan:
                return spot
            self.newest = max(self.newest, time)
            value = values[spot] if values else None
            self.count += 1
            if value is not None:
                number = as_number(value)
                if number is not None and len(self.numbers) < MOST_NUMBERS:
                    self.numbers.append(number)
                if len(self.values) < MOST_NUMBERS:
                    self.values[value] = self.values.get(value, 0) + 1
        return stop

    def verdict(self, demand: Demand) -> Fired | None:
        """Judge the period."""
        if self.begin is None:
            return None
        figure: float = len(self.values)
        if demand.terms is not None:
            fulfilled = term_holds(demand.terms, set(self.values))
        else:
            if demand.kind is CorrelationKind.EVENT_COUNT:
                figure = self.count
            elif demand.kind not in (CorrelationKind.VALUE_COUNT, CorrelationKind.TEMPORAL):
                if not self.numbers:
                    return None
                figure = figure_of(demand, self.numbers)
            fulfilled = demand.accepts(figure)
        if not fulfilled:
            return None
        return Fired(-1, self.begin, self.newest, self.count, figure)


Window = DistinctWindow | SequenceWindow | FigureWindow
AnyWindow = Window | PeriodWindow
