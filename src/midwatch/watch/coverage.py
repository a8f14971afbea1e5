"""Whether each source was heard: its strip, cell by cell, and its silence now.

A cell in which lines came is seen, or thin where they were far fewer than usual. One without
is silent where the watch alarmed that silence or would have, and idle where the source often
says nothing so long. What was before its first line, and what is yet to come, lies outside.

Pure; times are UTC microseconds.

>>> from midwatch.watch.rhythm import Rhythm
>>> rhythm = Rhythm()
>>> for minute in range(0, 60, 5):
...     rhythm.hear(minute * MINUTE)
>>> health = FeedHealth("gate", "harbour", 55 * MINUTE, 0, rhythm)
>>> counts = [9] * 12 + [0] * 14
>>> cells = strip(Feed("gate", "harbour", "main", "Gate"), health, counts, 0)
>>> [cell.value for cell in cells[11:14]]
['seen', 'silent', 'silent']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from midwatch.reports.strip import Cell
from midwatch.tenants import Feed
from midwatch.watch.health import CELL, Concern, FeedHealth
from midwatch.watch.rhythm import MINUTE, SECOND

__all__ = ["CELL", "MINUTE", "Cell", "Run", "gravest", "is_silent", "runs", "strip"]
_BUSY: Final = 20
_THIN: Final = 0.1
_GRAVITY: Final = (Cell.OUTSIDE, Cell.IDLE, Cell.SEEN, Cell.THIN, Cell.SILENT)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring cells that say the same: from ``start`` until ``end``."""

    cell: Cell
    start: int
    end: int
    lines: int

    @property
    def length(self) -> int:
        """How long it lasts, microseconds."""
        return self.end - self.start


def is_silent(feed: Feed, health: FeedHealth | None, now: int) -> bool:
    """Whether nothing has come of a source for so long that it is an alarm."""
    if health is None or feed.paused:
        return False
    alarm = health.rhythm.alarm_at(feed.silence * SECOND)
    return alarm is not None and now >= alarm


def strip(
    feed: Feed,
    health: FeedHealth | None,
    counts: Sequence[int],
    start: int,
    *,
    length: int = CELL,
    silences: Sequence[Concern] = (),
) -> tuple[Cell, ...]:
    """What each cell says.

    Args:
        feed: The source.
        health: What is known of it; None: it never spoke.
        counts: The lines of each cell, up to the present one.
        start: When the first cell begins.
        length: How long a cell is.
        silences: The silences of this source that were alarmed.
    """
    first = None if health is None else health.rhythm.first
    if health is None or first is None:
        return (Cell.OUTSIDE,) * len(counts)
    written = [amount for amount in counts if amount]
    usual = median(written) if written else 0
    cells = []
    for spot, amount in enumerate(counts):
        if amount:
            # The present cell is not over yet.
            thin = usual >= _BUSY and amount < usual * _THIN and spot + 1 < len(counts)
            begins = start + spot * length
            # A silence is never lost in a cell that is longer than it.
            held = length > CELL and _alarmed(silences, begins, begins + length)
            cells.append(Cell.SILENT if held else Cell.THIN if thin else Cell.SEEN)
        else:
            cells.append(Cell.OUTSIDE if start + (spot + 1) * length <= first else Cell.IDLE)
    for low, high in _gaps(cells):
        begins, ends = start + low * length, start + high * length
        alarmed = _alarmed(silences, begins, ends)
        allowed = health.rhythm.allowed(begins, feed.silence * SECOND)
        over = high < len(cells) or health.last + allowed <= ends
        if alarmed or (ends - begins >= allowed and over and not feed.paused):
            cells[low:high] = [Cell.SILENT] * (high - low)
    return tuple(cells)


def runs(cells: Sequence[Cell], counts: Sequence[int], start: int, length: int) -> tuple[Run, ...]:
    """Neighbouring cells that say the same, as one."""
    found = []
    low = 0
    for spot in range(1, len(cells) + 1):
        if spot == len(cells) or cells[spot] is not cells[low]:
            ends = start + spot * length
            found.append(Run(cells[low], start + low * length, ends, sum(counts[low:spot])))
            low = spot
    return tuple(found)


def gravest(strips: Sequence[Sequence[Cell]]) -> tuple[Cell, ...]:
    """Of several sources' strips of one length, in each cell what is the gravest."""
    return tuple(max(cells, key=_GRAVITY.index) for cells in zip(*strips, strict=True))


def _alarmed(silences: Sequence[Concern], begins: int, ends: int) -> bool:
    return any(
        each.since < ends and (each.ended is None or each.ended > begins) for each in silences
    )


def _gaps(cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Where neighbouring cells are idle: the first, and the one after the last."""
    low: int | None = None
    for spot, cell in enumerate([*cells, Cell.SEEN]):
        if cell is Cell.IDLE and low is None:
            low = spot
        elif cell is not Cell.IDLE and low is not None:
            yield low, spot
            low = None
