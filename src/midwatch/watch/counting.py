"""How lines are counted: by the five minutes they were received in, each once.

What a feed's parcels gave is counted by the receipt of each parcel. Nearly always all came
within one cell, and then nothing is looked at line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from midwatch.events.batch import Constant, EventBatch
from midwatch.watch.feeds import FeedEvents, offset_of
from midwatch.watch.health import CELL, CellCount


def add_counts(cells: dict[int, CellCount], events: FeedEvents) -> None:
    """Add the lines of some events to the counts, by the number of the cell."""
    spots = {offset: received // CELL for offset, received in events.received.items()}
    blocked = [row for batch in events.batches for row in _blocked(batch)]
    if len(set(spots.values())) == 1:
        cell = cells.setdefault(next(iter(spots.values())), CellCount())
        cell.lines += events.lines
        cell.parsed += events.lines - len(events.failures)
        cell.size += events.size
        cell.blocked += len(blocked)
        return
    parsed = _by_cell((line for batch in events.batches for line in batch.lines), spots)
    failed = _by_cell((failure.line for failure in events.failures), spots)
    refused = _by_cell(blocked, spots)
    for spot in parsed.keys() | failed.keys():
        lines = parsed[spot] + failed[spot]
        cell = cells.setdefault(spot, CellCount())
        cell.lines += lines
        cell.parsed += parsed[spot]
        cell.size += events.size * lines // events.lines
        cell.blocked += refused[spot]


def events_behind(events: FeedEvents, offset: int) -> FeedEvents:
    """The events of parcels behind an offset."""
    batches = []
    for batch in events.batches:
        rows = [row for row, line in enumerate(batch.lines) if offset_of(line) > offset]
        if rows:
            batches.append(batch if len(rows) == len(batch) else batch.take(rows))
    failures = [failure for failure in events.failures if offset_of(failure.line) > offset]
    lines = sum(map(len, batches)) + len(failures)
    return replace(
        events,
        received={at: time for at, time in events.received.items() if at > offset},
        batches=batches,
        failures=failures,
        lines=lines,
        size=events.size * lines // max(1, events.lines),
    )


def _by_cell(lines: Iterable[int], spots: dict[int, int]) -> Counter[int]:
    return Counter(spots[offset_of(line)] for line in lines)


def _blocked(batch: EventBatch) -> list[int]:
    """The numbers of the lines that speak of a packet that was refused."""
    category = batch.own_column("category")
    if not isinstance(category, Constant) or category.value != "network":
        return []
    action = batch.own_column("action")
    if isinstance(action, Constant):
        return list(batch.lines) if action.value == "block" else []
    if action is None:
        return []
    return [line for line, what in zip(batch.lines, action, strict=True) if what == "block"]
