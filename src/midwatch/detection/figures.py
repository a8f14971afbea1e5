"""Windows over figures: sums, means and percentiles; and conditions that only an end decides."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final

from msgspec import Struct

from midwatch.detection.demands import Counted, Demand, Fired, term_holds
from midwatch.detection.values import as_number
from midwatch.detection.windows import DistinctWindow, SequenceWindow
from midwatch.rules.ruleset import CorrelationKind

MOST_NUMBERS: Final = 10_000
"""Numbers or values kept per window; of numbers the oldest go first."""
_time_of: Final[Callable[[tuple[int, float]], int]] = itemgetter(0)


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
            del kept[: bisect_left(kept, newest - demand.timespan, key=_time_of)]
            if len(kept) > MOST_NUMBERS:
                del kept[0]
            figure = figure_of(demand, [item[1] for item in kept])
            if demand.accepts(figure):
                return Fired(spot, kept[0][0], newest, len(kept), figure)
        return None

    def keep(self, demand: Demand, times: Sequence[int], values: Sequence[Counted | None]) -> None:
        """Keep events that have fulfilled nothing."""
        for time, value in zip(times, values, strict=True):
            number = as_number(value)
            if number is not None:
                insort(self.numbers, (time, number))
        if self.numbers:
            before = self.numbers[-1][0] - demand.timespan
            del self.numbers[: bisect_left(self.numbers, before, key=_time_of)]
        del self.numbers[:-MOST_NUMBERS]


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
