"""Counting over event batches: what the report says besides alerts.

Memory stays bounded whatever the length of the logs: tables of addresses forget the
rarest when they are full, and ``at_least`` then says that totals of distinct
addresses are lower bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from midwatch.events.batch import Constant, EventBatch, ParseFailure
from midwatch.events.source import Value
from midwatch.reports.values import Evidence, Gap, SourceSeen

CELL: Final = 300_000_000
"""Microseconds of the finest cell of a strip: five minutes."""

_MOST_ADDRESSES: Final = 100_000
_KEPT_ADDRESSES: Final = 60_000
_MOST_CELLS: Final = 9000
_MOST_UNPARSED: Final = 20
_LONGEST_EXAMPLE: Final = 500
_FEW_LINES: Final = 30
_DAY: Final = CELL * 12 * 24
_OTHER_DAYS: Final = 7
_MOSTLY: Final = 0.5
_MOST_GAPS: Final = 100
_SHORTEST_GAP: Final = 6
_USUAL: Final = 0.98
_UNUSUAL: Final = 3
"""A gap is told when it is this many times as long as nearly all others were."""


@dataclass(slots=True)
class _SourceCount:
    lines: int = 0
    first: int | None = None
    last: int | None = None
    cells: Counter[int] = field(default_factory=Counter)
    cell: int = CELL
    categories: set[str] = field(default_factory=set)


class Tally:
    """What has been seen so far; fed with batches and failures in any order."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.events = 0
        self.not_understood = 0
        self.failed_logins = 0
        self.logins = 0
        self.blocked = 0
        self.blocked_from: Counter[Value] = Counter()
        self.blocked_ports: Counter[Value] = Counter()
        self.blocked_hours: Counter[int] = Counter()
        self.matched: Counter[tuple[int, Value]] = Counter()
        self.unparsed: list[Evidence] = []
        self.at_least = False
        self._sources: dict[str, _SourceCount] = {}

    def add(self, batch: EventBatch) -> None:
        """Count one batch."""
        self.events += len(batch)
        times = [time for time in batch.times if time is not None]
        self._count_source(batch, times)
        category = batch.own_column("category")
        if isinstance(category, Constant):
            if category.value == "authentication":
                self._count_logins(batch)
            elif category.value == "network":
                self._count_blocked(batch, times)

    def fail(self, failures: Iterable[ParseFailure], file: str) -> None:
        """Count lines that were not understood; blank lines are no loss."""
        for failure in failures:
            if not failure.raw.strip():
                continue
            self.not_understood += 1
            if len(self.unparsed) < _MOST_UNPARSED:
                self.unparsed.append(Evidence(file, failure.line, failure.raw[:_LONGEST_EXAMPLE]))

    def match(self, batch: EventBatch, rows: Sequence[int], hour: int) -> None:
        """Note that these rows matched rules about attempts, by origin and hour."""
        origins = batch.own_column("src_ip")
        times = batch.times
        if len(rows) == len(batch) and not isinstance(origins, Constant) and origins is not None:
            first, last = times[0], times[-1]
            if first is not None and last is not None and first // hour == last // hour:
                spot = first // hour
                for origin, count in Counter(origins).items():
                    self.matched[spot, origin] += count
                self._forget()
                return
        for row in rows:
            time = times[row]
            if time is not None:
                origin = _at(origins, row)
                self.matched[time // hour, origin] += 1
        self._forget()

    def _forget(self) -> None:
        if len(self.matched) > _MOST_ADDRESSES:
            self.matched = Counter(dict(self.matched.most_common(_KEPT_ADDRESSES)))

    def _count_source(self, batch: EventBatch, times: Sequence[int]) -> None:
        count = self._sources.get(batch.source)
        if count is None:
            count = self._sources[batch.source] = _SourceCount()
        count.lines += len(batch)
        category = batch.constants.get("category")
        if category is not None:
            count.categories.add(str(category))
        if not times:
            return
        first, last = min(times), max(times)
        count.first = first if count.first is None else min(first, count.first)
        count.last = last if count.last is None else max(last, count.last)
        cell = count.cell
        if first // cell == last // cell:
            count.cells[first // cell] += len(times)
        else:
            count.cells.update([time // cell for time in times])
        while len(count.cells) > _MOST_CELLS:
            coarser: Counter[int] = Counter()
            for spot, lines in count.cells.items():
                coarser[spot // 2] += lines
            count.cells, count.cell = coarser, count.cell * 2

    def _count_logins(self, batch: EventBatch) -> None:
        outcome = batch.own_column("outcome")
        action = batch.own_column("action")
        if isinstance(outcome, Constant):
            if outcome.value == "failure":
                self.failed_logins += len(batch)
            elif outcome.value == "success" and isinstance(action, Constant):
                self.logins += len(batch) if action.value == "login" else 0
        elif outcome is not None:
            self.failed_logins += sum(value == "failure" for value in outcome)

    def _count_blocked(self, batch: EventBatch, times: Sequence[int]) -> None:
        action = batch.own_column("action")
        if isinstance(action, Constant):
            if action.value != "block":
                return
            self.blocked += len(batch)
            self._count_addresses(batch, None)
        elif action is not None:
            rows = [row for row, value in enumerate(action) if value == "block"]
            self.blocked += len(rows)
            self._count_addresses(batch, rows)
            times = [time for row in rows if (time := batch.times[row]) is not None]
        hour = CELL * 12
        if times and min(times) // hour == max(times) // hour:
            self.blocked_hours[times[0] // hour] += len(times)
        else:
            self.blocked_hours.update([time // hour for time in times])

    def _count_addresses(self, batch: EventBatch, rows: Sequence[int] | None) -> None:
        for name, counter in (("src_ip", self.blocked_from), ("dst_port", self.blocked_ports)):
            column = batch.own_column(name)
            if column is None:
                continue
            if isinstance(column, Constant):
                counter[column.value] += len(batch) if rows is None else len(rows)
            else:
                counter.update(column if rows is None else [column[row] for row in rows])
        if len(self.blocked_from) > _MOST_ADDRESSES:
            self.blocked_from = Counter(dict(self.blocked_from.most_common(_KEPT_ADDRESSES)))
            self.at_least = True

    def span(self) -> tuple[int | None, int | None]:
        """First and last time of all events."""
        firsts = [count.first for count in self._sources.values() if count.first is not None]
        lasts = [count.last for count in self._sources.values() if count.last is not None]
        return min(firsts, default=None), max(lasts, default=None)

    def sources(
        self, titles: dict[str, str], start: int, cell: int, cells: int
    ) -> tuple[SourceSeen, ...]:
        """Every source with its strip of ``cells`` cells of ``cell`` microseconds."""
        seen = []
        for name, count in self._sources.items():
            strip = [0] * cells
            for spot, lines in count.cells.items():
                place = (spot * count.cell - start) // cell
                strip[min(max(place, 0), cells - 1)] += lines
            seen.append(
                SourceSeen(
                    name=name,
                    title=titles.get(name, name),
                    lines=count.lines,
                    not_understood=0,
                    first=count.first,
                    last=count.last,
                    cells=tuple(strip),
                    gaps=_gaps(count),
                    categories=tuple(sorted(count.categories)),
                )
            )
        return tuple(sorted(seen, key=lambda source: (-source.lines, source.name)))


def _at(column: Constant | Sequence[Value] | None, row: int) -> Value:
    if column is None:
        return None
    return column.value if isinstance(column, Constant) else column[row]


def _gaps(count: _SourceCount) -> tuple[Gap, ...]:
    """Times in which a source fell silent though at that hour it never does.

    A source that is silent every night, or writes once an hour, has no gaps: a gap is told
    only where the same time of day was not silent on most other days, and where it is far
    longer than the usual step from one line to the next.
    """
    spots = sorted(count.cells)
    if count.lines < _FEW_LINES or len(spots) < _FEW_LINES:
        return ()
    steps = sorted(after - before for before, after in pairwise(spots))
    longest = max(_SHORTEST_GAP, _UNUSUAL * steps[int(len(steps) * _USUAL)])
    days = (spots[-1] - spots[0]) * count.cell // _DAY
    per_day = _DAY // count.cell
    alive = set(spots)
    gaps = []
    for before, after in pairwise(spots):
        if after - before <= longest:
            continue
        silent = range(before + 1, after)
        usual = sum(_alive_share(spot, per_day, days, alive) for spot in silent)
        if usual >= len(silent) * _MOSTLY:
            gaps.append(Gap((before + 1) * count.cell, after * count.cell))
    return tuple(gaps[:_MOST_GAPS])


def _alive_share(spot: int, per_day: int, days: int, alive: set[int]) -> float:
    """On what share of the other days the source wrote at this time of day."""
    others = min(days, 2 * _OTHER_DAYS)
    if not others:
        return 1.0
    seen = sum(spot + day * per_day in alive for day in range(-_OTHER_DAYS, _OTHER_DAYS + 1) if day)
    return min(1.0, seen / others)
