"""Geometry of the page's two pictures: attempts by hour, and the strip.

Across, everything is in per cent of the width, so that one drawing fits a telephone and
a printed sheet and its lettering keeps its size; up and down, in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from midwatch.reports.amounts import DAY, HOUR, clock, counted, day, hour_of_day, number, span
from midwatch.reports.strip import Cell, busiest, strip_cells, strip_span
from midwatch.reports.values import Hour, Report, SourceSeen

CHART_HEIGHT: Final = 150
_MOST_BARS: Final = 168
_MOST_CELLS: Final = 288
_LOWEST_BAR: Final = 1.5
_MOST_DAY_LABELS: Final = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One column: place and width in per cent, top and height in pixels, what it says."""

    x: str
    width: str
    y: str
    height: str
    busy: bool
    title: str
    row: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis. ``minor`` ones give way on a narrow screen."""

    place: str
    text: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Attempts by hour."""

    bars: tuple[Bar, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    columns: tuple[Hour, ...]
    column_length: int


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring cells of a strip that say the same."""

    cell: Cell
    x: str
    width: str
    title: str


def percent(share: float) -> str:
    """A share of one as an attribute: ``12.5%``."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def hours_chart(report: Report, zone: tzinfo) -> Chart | None:
    """The columns of the plot; None when there was no attempt to draw."""
    length, columns = _merged(report.hours, report.hour_length)
    most = max((column.attempts for column in columns), default=0)
    if not most:
        return None
    top = _round_up(most)
    peak = busiest(columns, length)
    step = 1 / len(columns)
    bars = []
    for spot, column in enumerate(columns):
        height = CHART_HEIGHT * column.attempts / top
        if not column.attempts:
            continue
        height = max(height, _LOWEST_BAR)
        amount = counted(column.attempts, "attempt", "attempts")
        bars.append(
            Bar(
                x=percent(spot * step + step * 0.1),
                width=percent(step * 0.8),
                y=f"{CHART_HEIGHT - height:.1f}",
                height=f"{height:.1f}",
                busy=peak is not None and peak[0] <= column.start < peak[1],
                title=f"{span(column.start, column.start + length, zone)}: {amount}",
                row=spot + 1,
            )
        )
    start = columns[0].start
    return Chart(
        bars=tuple(bars),
        across=time_axis(start, columns[-1].start + length, zone),
        up=tuple(
            Tick(f"{CHART_HEIGHT * (1 - part):.0f}", number(round(top * part)))
            for part in ((1.0, 0.5) if top > 1 else (1.0,))
        ),
        columns=columns,
        column_length=length,
    )


def _merged(hours: Sequence[Hour], length: int) -> tuple[int, tuple[Hour, ...]]:
    """Whole numbers of hours summed into at most 168 columns."""
    size = max(1, -(-len(hours) // _MOST_BARS))
    groups = [hours[spot : spot + size] for spot in range(0, len(hours), size)]
    return length * size, tuple(
        Hour(group[0].start, sum(h.attempts for h in group), sum(h.blocked for h in group))
        for group in groups
    )


def _round_up(most: int) -> int:
    """The next number that is round and has a round half: 1, 2, 4, 6, 8, 10, 12, 16, 20, 30."""
    if most <= 2:
        return most
    size = 1
    while True:
        for tenths in (10, 12, 16, 20, 30, 40, 60, 80):
            top = tenths * size // 10
            if top >= most and top % 2 == 0:
                return top
        size *= 10


def time_axis(
    start: int, end: int, zone: tzinfo, named: Callable[[int, tzinfo], str] = day
) -> tuple[Tick, ...]:
    """Clock times for a day or two, days beyond. ``named``: how a day is called."""
    length = end - start
    if length <= 0:
        return ()
    ticks = []
    if length <= 2 * DAY:
        every = 3 if length <= DAY else 6
        first = start - start % HOUR
        marks = [first + HOUR * step for step in range(length // HOUR + 2)]
        for mark in marks:
            hour = hour_of_day(mark, zone)
            if start <= mark < end and hour % every == 0:
                share = (mark - start) / length
                text = named(mark, zone) if hour == 0 else clock(mark, zone)
                ticks.append(Tick(percent(share), text, minor=hour % (2 * every) != 0))
        return tuple(tick for tick in ticks if float(tick.place[:-1]) < 95)
    days = [
        mark
        for mark in range(start - start % HOUR, end, HOUR)
        if mark >= start and hour_of_day(mark, zone) == 0
    ]
    every = -(-len(days) // _MOST_DAY_LABELS)
    for spot, mark in enumerate(days[::every]):
        share = (mark - start) / length
        if share < 0.95:
            ticks.append(Tick(percent(share), named(mark, zone), minor=spot % 2 == 1))
    return tuple(ticks)


def strip_runs(source: SourceSeen, report: Report, zone: tzinfo) -> tuple[Run, ...]:
    """The strip of one source as runs of equal cells."""
    cells = strip_cells(source, report, _MOST_CELLS)
    start, end = strip_span(report)
    length = len(source.cells) * report.strip_cell
    if not cells or end <= start:
        return ()
    runs = []
    first = 0
    for spot in range(1, len(cells) + 1):
        if spot < len(cells) and cells[spot] is cells[first]:
            continue
        low, high = length * first // len(cells), length * spot // len(cells)
        when = span(start + low, start + high, zone)
        runs.append(
            Run(
                cell=cells[first],
                x=percent(low / (end - start)),
                width=percent((high - low) / (end - start)),
                title=f"{cells[first].value} {when}",
            )
        )
        first = spot
    return tuple(runs)
