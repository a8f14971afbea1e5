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
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final, cast

from msgspec import Struct

from midwatch.detection.demands import Counted, Demand, Fired, term_holds

MOST_EVENTS: Final = 2_000
"""Events kept per window; the oldest go first."""
_second = itemgetter(1)


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
        del events[:-MOST_EVENTS]
        return None

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
