"""What a stream is fed with in one chunk: its events, group by group."""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.detection.chunks import Glimpse
from midwatch.detection.demands import Counted
from midwatch.detection.inflows import Fields, Matched
from midwatch.events.source import Value


class Inflow:
    """Matched events with the columns that a stream's subjects count, all by spot."""

    __slots__ = ("columns", "glimpses", "times")

    def __init__(self, matched: Matched, counted: Sequence[Fields]) -> None:
        """``counted``: for each column the fields whose values, joined, make it."""
        self.times = matched.times
        self.glimpses = matched.glimpses
        self.columns: list[Sequence[Value]] = [matched.cells(fields) for fields in counted]


class Bunch:
    """Events of one group, in order; ``times`` in the order of ``spots``."""

    __slots__ = ("_columns", "inflow", "spots", "times")

    def __init__(self, inflow: Inflow, spots: Sequence[int]) -> None:
        self.inflow = inflow
        self.spots = spots
        self.times: list[int] = list(map(inflow.times.__getitem__, spots))
        self._columns: dict[int, list[Counted | None]] = {}

    def column(self, number: int) -> list[Counted | None]:
        """What the events hold in one of the columns, in the order of ``spots``."""
        known = self._columns.get(number)
        if known is None:
            column = self.inflow.columns[number]
            known = self._columns[number] = list(map(column.__getitem__, self.spots))
        return known

    def glimpses(self, start: int, stop: int) -> list[Glimpse]:
        """What to remember of some of the events."""
        return list(map(self.inflow.glimpses.__getitem__, self.spots[start:stop]))
