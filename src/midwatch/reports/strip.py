"""The strip: what each source wrote over time, as a row of cells with five meanings.

Cells are resampled to as many as there is room for. A silence is never lost by that: a
cell that holds one is silent, however short the silence is beside the cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from statistics import median
from typing import Final

from midwatch.reports.values import Hour, Report, SourceSeen

_BUSY: Final = 20
_THIN: Final = 0.1


class Cell(StrEnum):
    """What one cell of the strip says.

    ``SEEN``: lines came. ``THIN``: far fewer than this source usually writes. ``IDLE``: none,
    as this source often does. ``SILENT``: none, though it usually writes. ``OUTSIDE``: before
    its first or after its last line.
    """

    SEEN = "seen"
    THIN = "thin"
    IDLE = "idle"
    SILENT = "silent"
    OUTSIDE = "outside"


def strip_span(report: Report) -> tuple[int, int]:
    """Start and end of the strips of all sources, UTC microseconds."""
    cells = max((len(source.cells) for source in report.sources), default=0)
    return report.strip_start, report.strip_start + cells * report.strip_cell


def strip_cells(source: SourceSeen, report: Report, width: int) -> tuple[Cell, ...]:
    """The strip of a source in at most ``width`` cells; fewer when fewer were recorded."""
    lines = resampled(source.cells, width)
    if not lines:
        return ()
    start = report.strip_start
    length = len(source.cells) * report.strip_cell
    edges = [start + length * spot // len(lines) for spot in range(len(lines) + 1)]
    written = [amount for amount in lines if amount]
    usual = median(written) if written else 0
    return tuple(
        _cell(source, amount, usual, (edges[spot], edges[spot + 1]))
        for spot, amount in enumerate(lines)
    )


def _cell(source: SourceSeen, amount: int, usual: float, span: tuple[int, int]) -> Cell:
    start, end = span
    for gap in source.gaps:
        overlap = min(end, gap.end) - max(start, gap.start)
        if overlap > 0 and 2 * overlap >= min(end - start, gap.end - gap.start):
            return Cell.SILENT
    if amount:
        return Cell.THIN if usual >= _BUSY and amount < usual * _THIN else Cell.SEEN
    before = source.first is not None and end <= source.first
    after = source.last is not None and start > source.last
    return Cell.OUTSIDE if before or after or source.first is None else Cell.IDLE


def resampled(amounts: Sequence[int], width: int) -> tuple[int, ...]:
    """The amounts summed into at most ``width`` neighbouring groups of like size."""
    size = len(amounts)
    if size <= width:
        return tuple(amounts)
    edges = [size * spot // width for spot in range(width + 1)]
    return tuple(sum(amounts[edges[spot] : edges[spot + 1]]) for spot in range(width))


def busiest(hours: Sequence[Hour], length: int) -> tuple[int, int] | None:
    """The stretch around the peak in which at least half as many attempts came.

    Start and end in UTC microseconds; None when there was no attempt.
    """
    counts = [hour.attempts for hour in hours]
    if not any(counts):
        return None
    peak = counts.index(max(counts))
    enough = counts[peak] / 2
    low = high = peak
    while low and counts[low - 1] >= enough:
        low -= 1
    while high + 1 < len(counts) and counts[high + 1] >= enough:
        high += 1
    return hours[low].start, hours[high].start + length
