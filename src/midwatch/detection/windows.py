"""Sliding windows of event time, one per group: when does a correlation first hold?

Every window takes events in order of time, tells at which event the condition first
holds, and is then put away: the correlator keeps the alert open. Events that come late, by
no more than the lateness allowed, are put where they belong and the windows they fall into
are looked at again. A window of ``timespan`` T that ends at time t holds the events with
t - T <= time <= t.

Memory is bounded by the condition itself: a window that holds ``need`` events or values
has fired, so it never holds more; what repeats itself is bounded by ``MOST_EVENTS``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from operator import itemgetter, sub
from typing import Final, cast

from msgspec import Struct

from midwatch.detection.demands import Counted, Demand, Fired, term_holds

MOST_EVENTS: Final = 2_000
"""Events kept per window; the oldest go first."""
_first = itemgetter(0)
_second = itemgetter(1)
_time_of: Final[Callable[[tuple[int, str]], int]] = itemgetter(0)


def first_crowd(times: Sequence[int], need: int, span: int, start: int) -> int | None:
    """The least index, from ``start``, at which ``need`` of the sorted times lie within the span.

    >>> first_crowd([0, 50, 60, 70], need=3, span=20, start=0)
    3
    """
    start = max(start, need - 1)
    spans = map(sub, times[start:], times[start - need + 1 :])
    for last, taken in enumerate(spans, start):
        if taken <= span:
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
        span = demand.timespan
        # The values in order of their latest time, so that those that leave the window go first.
        recent = dict(sorted(self.seen.items(), key=_second))
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
        self._forget(demand)
        return None

    def are_few(self, demand: Demand, values: AbstractSet[Counted | None], begin: int) -> bool:
        """Whether all values, those seen and those that come from ``begin`` on, are too few."""
        need = demand.need
        if demand.terms is not None or len(values) > need:
            return False
        if len(values) + len(self.seen) < need or len(values | self.seen.keys()) < need:
            return True
        self._forget(demand)
        return self._count_since(begin - demand.timespan, values) < need

    def stays_few(self, demand: Demand, values: AbstractSet[Counted | None], begin: int) -> bool:
        """The same of late events, of which ``begin`` is the earliest time."""
        need = demand.need
        if demand.terms is not None or len(values) > need:
            return False
        begin -= demand.timespan
        if self.times and begin < self.times[-1] - demand.horizon:
            near = self.values[bisect_left(self.times, begin) :]
            return len((values | set(near)) - {None}) < need
        return len(values) + len(self.seen) < need or self._count_since(begin, values) < need

    def _count_since(self, begin: int, values: AbstractSet[Counted | None]) -> int:
        """How many values there are among these and those seen since then."""
        near = {value for value, time in self.seen.items() if time >= begin}
        return len((values | near) - {None})

    def _forget(self, demand: Demand) -> None:
        """Let go of values last seen so long ago that they matter to no late event either."""
        if self.times:
            before = self.times[-1] - demand.horizon
            self.seen = {value: time for value, time in self.seen.items() if time >= before}

    def put_in(
        self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None]
    ) -> None:
        """Put late events, in order, where they belong; they complete nothing."""
        pairs = [pair for pair in zip(times, values, strict=True) if pair[1] is not None]
        if not pairs:
            return
        begin = bisect_right(self.times, pairs[0][0])
        pairs[:0] = zip(self.times[begin:], self.values[begin:], strict=True)
        pairs.sort(key=_first)
        self.times[begin:] = [time for time, _ in pairs]
        self.values[begin:] = [cast("Counted", value) for _, value in pairs]
        seen = self.seen
        for time, value in pairs:
            known = cast("Counted", value)
            seen[known] = max(time, seen.get(known, time))
        self._trim(demand)

    def keep(self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None]) -> None:
        """Keep events, which are newer than all before; those without a value do not count."""
        if None in values:
            pairs = [pair for pair in zip(times, values, strict=True) if pair[1] is not None]
            times, values = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        if not times:
            return
        self.times.extend(times)
        counted = cast("Sequence[Counted]", values)
        self.values.extend(counted)
        self.seen.update(zip(counted, times, strict=True))
        self._trim(demand)

    def _trim(self, demand: Demand) -> None:
        """Let go of events that are too old, or too many."""
        before = self.times[-1] - demand.horizon
        surplus = max(0, len(self.times) - MOST_EVENTS)
        if self.times[0] < before:
            surplus = bisect_left(self.times, before, surplus)
        if surplus:
            del self.times[:surplus]
            del self.values[:surplus]

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
                left = self.values[first]
                if inside[left] == 1:
                    del inside[left]
                else:
                    inside[left] -= 1
                first += 1
            if len(inside) >= demand.need and (
                demand.terms is None or term_holds(demand.terms, inside)
            ):
                return self._fired(spot, self.times[last] - span, self.times[last])
        return None

    def _fired(self, spot: int, begin: int, end: int) -> Fired:
        start = bisect_left(self.times, begin)
        stop = bisect_right(self.times, end)
        values = frozenset(self.values[start:stop])
        return Fired(spot, self.times[start], end, stop - start, len(values), values)


@lru_cache(maxsize=4_096)
def _places(sequence: tuple[str, ...]) -> dict[str, list[int]]:
    """For each rule the places it has in a sequence, last first."""
    places: dict[str, list[int]] = {}
    for place, rule in enumerate(sequence):
        places.setdefault(rule, []).insert(0, place)
    return places


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
        self._begin(demand)
        for spot in range(start, stop):
            event = (times[spot], str(values[spot]))
            if not events or event[0] >= events[-1][0]:
                events.append(event)
                if self._advance(demand, event):
                    return self._fired(spot)
            else:
                events.insert(bisect_right(events, event[0], key=_time_of), event)
                self.starts = []
                self._begin(demand)
                for known in events:
                    if self._advance(demand, known):
                        return self._fired(spot)
        self._trim(demand)
        return None

    def take_beginnings(
        self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None]
    ) -> bool:
        """Take events at once if all of them can only begin a sequence; False if not."""
        if len(demand.sequence) == 1 or (self.events and times[0] < self.events[-1][0]):
            return False
        places = _places(demand.sequence)
        if any(places[str(rule)] != [0] for rule in set(values)):
            return False
        self.keep(demand, times, values)
        return True

    def keep(self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None]) -> None:
        """Keep events that are newer than all before and complete nothing."""
        self._begin(demand)
        rules = list(map(str, values))
        if set(rules) == {demand.sequence[0]} and demand.sequence[0] not in demand.sequence[1:]:
            self.starts[0] = times[-1]
            self.events.extend(zip(times, rules, strict=True))
        else:
            for event in zip(times, rules, strict=True):
                self.events.append(event)
                if self._advance(demand, event):
                    self.starts[-1] = None
        self._trim(demand)

    def only_begins(self, demand: Demand, values: Sequence[Counted | None], begin: int) -> bool:
        """Whether late events, from ``begin`` on, can only begin a sequence and complete none."""
        places = _places(demand.sequence)
        later = self.events[bisect_left(self.events, begin, key=_time_of) :]
        rules = {str(rule) for rule in values} | {rule for _, rule in later}
        return len(demand.sequence) > 1 and all(places[rule] == [0] for rule in rules)

    def put_in(
        self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None]
    ) -> None:
        """Put late events that only begin, in order, where they belong."""
        self._begin(demand)
        begin = bisect_right(self.events, times[0], key=_time_of)
        tail = [*self.events[begin:], *zip(times, map(str, values), strict=True)]
        tail.sort(key=_time_of)
        self.events[begin:] = tail
        begun = self.starts[0]
        self.starts[0] = times[-1] if begun is None else max(begun, times[-1])
        self._trim(demand)

    def _begin(self, demand: Demand) -> None:
        """Have a place for each beginning."""
        if not self.starts:
            self.starts = [None] * len(demand.sequence)

    def _trim(self, demand: Demand) -> None:
        """Let go of what is too old, or too much."""
        events = self.events
        if events and events[0][0] < events[-1][0] - demand.horizon:
            oldest = events[-1][0] - demand.horizon
            del events[: bisect_left(events, oldest, key=_time_of)]
        del events[:-MOST_EVENTS]

    def _advance(self, demand: Demand, event: tuple[int, str]) -> bool:
        """Let an event take its places; True when the sequence is complete."""
        time, rule = event
        starts = self.starts
        for place in _places(demand.sequence)[rule]:
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
