"""What a stream is fed with in one chunk: its events, group by group."""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.detection.chunks import Glimpse
from midwatch.detection.demands import Counted
from midwatch.detection.inflows import Arrangement, Fields


class Inflow:
    """Events group by group, with the columns that a stream's subjects count, all by place."""

    __slots__ = ("_arranged", "columns", "groups", "times")

    def __init__(self, arranged: Arrangement, counted: Sequence[Fields]) -> None:
        """``counted``: for each column the fields whose values, joined, make it."""
        self._arranged = arranged
        self.groups = arranged.groups
        self.times = arranged.times
        self.columns: list[list[Counted | None]] = [arranged.column(some) for some in counted]

    def glimpses(self, places: range) -> list[Glimpse]:
        """What to remember of the events at some places that follow each other."""
        return self._arranged.glimpses(places)


class Bunch:
    """Events of one group, in order; ``times`` in the order of ``places``."""

    __slots__ = ("_columns", "inflow", "places", "times")

    def __init__(self, inflow: Inflow, places: range) -> None:
        self.inflow = inflow
        self.places = places
        self.times: list[int] = inflow.times[places.start : places.stop].tolist()
        self._columns: dict[int, list[Counted | None]] = {}

    def column(self, number: int) -> list[Counted | None]:
        """What the events hold in one of the columns, in their order."""
        known = self._columns.get(number)
        if known is None:
            column = self.inflow.columns[number]
            known = self._columns[number] = column[self.places.start : self.places.stop]
        return known

    def glimpses(self, start: int, stop: int) -> list[Glimpse]:
        """What to remember of some of the events, numbered within the bunch."""
        return self.inflow.glimpses(self.places[start:stop])
