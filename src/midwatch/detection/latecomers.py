"""Events that are older than what their group has seen, taken in many at once.

The clocks of two firewalls differ by a second, or a line waits on its way: of a group whose
lines come from several sources, half may be late by a little. Looked at one by one each of
them costs a look at all that is remembered. So they are tried together first: if by them
nothing can begin, they are put where they belong and that is all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from midwatch.detection.bunches import Bunch
from midwatch.detection.demands import Counted
from midwatch.detection.figures import PeriodWindow
from midwatch.detection.groups import Group, OpenAlert
from midwatch.detection.streams import Stream, Subject
from midwatch.detection.windows import DistinctWindow, SequenceWindow, first_crowd

_NOTHING: Final[Sequence[Counted | None]] = ()


class Latecomers:
    """Events of a bunch from ``start`` up to ``stop``, all before the group's newest."""

    __slots__ = ("_bunch", "_group", "_start", "_stop", "_stream", "_times")

    def __init__(self, stream: Stream, group: Group, bunch: Bunch, start: int, stop: int) -> None:
        """The group is awake, and holds nothing too old."""
        self._stream = stream
        self._group = group
        self._bunch = bunch
        self._start = start
        self._stop = stop
        self._times = bunch.times[start:stop]

    def take(self) -> bool:
        """Take all of them in; False, and nothing is done, if they must be looked at singly."""
        stream, group = self._stream, self._group
        if not all(self._passes(number, each) for number, each in enumerate(stream.subjects)):
            return False
        for number, subject in enumerate(stream.subjects):
            alert, window = group.alerts[number], group.windows[number]
            column = self._column(subject)
            if alert is not None:
                self._absorb(alert, subject, column)
            elif isinstance(window, PeriodWindow):
                spot = self._start
                while spot < self._stop:
                    values = () if subject.column is None else self._bunch.column(subject.column)
                    spot = 1 + window.take(
                        subject.demand, self._bunch.times, values, spot, self._stop
                    )
            elif isinstance(window, DistinctWindow | SequenceWindow):
                window.put_in(subject.demand, self._times, column)
        group.put_in(self._bunch.inflow, self._bunch.places[self._start : self._stop])
        group.trim(stream, group.newest)
        return True

    def _passes(self, number: int, subject: Subject) -> bool:
        """Whether by these events nothing begins for a subject."""
        group, demand = self._group, subject.demand
        together = len(group.kept) + len(self._times)
        if group.alerts[number] is not None:
            return True
        if subject.counts:
            return together < demand.need or not self._crowded(demand.need, demand.timespan)
        match group.windows[number]:
            case None | PeriodWindow() as window:
                return subject.waits or (window is None and together < subject.least)
            case DistinctWindow() as window:
                return window.stays_few(demand, set(self._column(subject)), self._times[0])
            case SequenceWindow() as window:
                return window.only_begins(demand, self._column(subject), self._times[0])
        return False

    def _crowded(self, need: int, span: int) -> bool:
        """Whether so many of all events lie within a span."""
        return first_crowd(sorted([*self._group.times, *self._times]), need, span, 0) is not None

    def _absorb(self, alert: OpenAlert, subject: Subject, column: Sequence[Counted | None]) -> None:
        """Give an open alert those that touch it."""
        reach = alert.first - subject.demand.timespan
        before = bisect_left(self._times, reach)
        places = self._bunch.places[self._start + before : self._stop]
        if places:
            counted = _NOTHING if self._stream.by_rule else column[before:]
            alert.absorb(self._bunch.inflow, places, counted)

    def _column(self, subject: Subject) -> Sequence[Counted | None]:
        if subject.column is None:
            return _NOTHING
        return self._bunch.column(subject.column)[self._start : self._stop]
