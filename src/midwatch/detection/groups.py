"""The state kept for one group of events of one stream: what was counted, what is open."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import chain, filterfalse
from operator import itemgetter
from typing import Final, cast

from msgspec import Struct

from midwatch.detection.alerts import (
    MOST_DISTINCT,
    MOST_EVIDENCE,
    MOST_SAMPLES,
    Alert,
    AlertState,
    Evidence,
    alert_id,
)
from midwatch.detection.chunks import Glimpse
from midwatch.detection.demands import Counted, Fired
from midwatch.detection.figures import AnyWindow, PeriodWindow
from midwatch.detection.inflows import Inflow, Key
from midwatch.detection.streams import Stream, Subject
from midwatch.detection.windows import DistinctWindow, first_crowd
from midwatch.events.source import Value

_time_of: Final[Callable[[Glimpse], int]] = itemgetter(0)
BEGINNINGS: Final = MOST_EVIDENCE // 4
"""Events that an alert shows of its beginning."""
_LOOKED_AT: Final = 256
"""Events of an alert after which its samples are complete enough."""
_MOST_PAIRS: Final = 400
"""Fields and values that an alert has met, after which it takes no more samples."""


class OpenAlert(Struct):
    """An alert that still grows. ``pairs`` are the fields and values it has met."""

    id: str
    first: int
    last: int
    count: int
    figure: float | None
    values: dict[str, list[Value]]
    evidence: list[Evidence]
    distinct: set[Counted]
    pairs: set[tuple[str, Value]] = set()

    def absorb(
        self, inflow: Inflow, spots: Sequence[int], counted: Sequence[Counted | None]
    ) -> None:
        """Take in further events of the group, and what they hold where that counts."""
        self.count += len(spots)
        self.last = max(self.last, inflow.times[spots[-1]])
        self.first = min(self.first, inflow.times[spots[0]])
        if counted:
            self.meet(counted)
        room = MOST_EVIDENCE - len(self.evidence)
        if room > 0:
            self.show([inflow.glimpses[spot] for spot in spots[:room]])
        elif self.count < _LOOKED_AT:
            self._sample(inflow.glimpses[spots[0]])

    def meet(self, values: Sequence[Counted | None]) -> None:
        """Count values that are new, up to a bound."""
        if len(self.distinct) < MOST_DISTINCT:
            self.distinct.update(cast("set[Counted]", {*values} - {None}))

    def show(self, glimpses: Sequence[Glimpse]) -> None:
        """Keep lines and values of events, as long as there is room."""
        for glimpse in glimpses:
            if len(self.evidence) < MOST_EVIDENCE:
                self.evidence.append(Evidence(glimpse[2].origin, glimpse[1]))
            self._sample(glimpse)

    def _sample(self, glimpse: Glimpse) -> None:
        """Keep the values of an event that are new."""
        _, _, shape, sample = glimpse
        met = self.pairs
        if len(met) > _MOST_PAIRS:
            return
        pairs = chain(zip(shape.names, sample, strict=True), shape.fixed)
        for pair in filterfalse(met.__contains__, pairs):
            met.add(pair)
            name, value = pair
            if value is not None:
                kept = self.values.setdefault(name, [])
                if len(kept) < MOST_SAMPLES:
                    kept.append(value)


class Group(Struct):
    """One run of time of one group.

    ``newest`` is the latest time it has seen; ``touched`` the number of the chunk that last
    had events of it. ``kept`` are glimpses of the latest events, in order of time, and
    ``columns`` what they hold, as far as some subject may still need them. ``windows`` and
    ``alerts`` stand in the order of the stream's subjects and are empty until one has any.
    ``older`` are earlier runs of the same group, latest first.
    """

    newest: int
    touched: int
    kept: list[Glimpse] = []
    columns: list[list[Counted | None]] = []
    windows: list[AnyWindow | None] = []
    alerts: list[OpenAlert | None] = []
    older: list[Group] = []

    @classmethod
    def new(cls, stream: Stream, time: int, chunk: int) -> Group:
        """An empty group whose first event is at that time."""
        if not stream.counted:
            return cls(time, chunk)
        return cls(time, chunk, [], [[] for _ in stream.counted])

    @property
    def times(self) -> list[int]:
        """The times of the events kept."""
        return list(map(_time_of, self.kept))

    def wake(self, stream: Stream) -> None:
        """Make room for windows and alerts."""
        if not self.alerts:
            self.windows = [None] * len(stream.subjects)
            self.alerts = [None] * len(stream.subjects)

    def forget(self) -> None:
        """Drop what was counted, since all of it is too old to matter."""
        self.kept.clear()
        for column in self.columns:
            column.clear()
        if self.alerts:
            if any(alert is not None for alert in self.alerts):
                self.windows = [None] * len(self.windows)
            else:
                self.windows, self.alerts = [], []

    def take_quietly(self, stream: Stream, inflow: Inflow, spots: Sequence[int]) -> bool:
        """Take in events by which no alert opens or closes; False if one might.

        This is the way most events go.
        """
        times = inflow.times
        first, last = times[spots[0]], times[spots[-1]]
        if first < self.newest:
            return False
        if first - self.newest > stream.horizon:
            if any(isinstance(window, PeriodWindow) for window in self.windows):
                return False
            self.forget()
        if not self.alerts:
            if len(self.kept) + len(spots) >= stream.least:
                return False
        elif not self._is_quiet(stream, inflow, spots):
            return False
        if not self.alerts or not self._absorbed(stream, inflow, spots):
            self.keep(inflow, spots)
            if len(self.kept) > stream.memory or last - self.kept[0][0] > stream.horizon:
                self.trim(stream)
        self.newest = last
        return True

    def _is_quiet(self, stream: Stream, inflow: Inflow, spots: Sequence[int]) -> bool:
        """Whether for every subject nothing begins or ends with the events."""
        last = inflow.times[spots[-1]]
        counting: list[Subject] = []
        for subject, alert, window in zip(stream.subjects, self.alerts, self.windows, strict=True):
            if alert is not None:
                if last - alert.last > subject.demand.timespan:
                    return False
            elif subject.counts:
                counting.append(subject)
            elif isinstance(window, DistinctWindow) and subject.column is not None:
                column = inflow.columns[subject.column]
                if not window.are_few(subject.demand, map(column.__getitem__, spots)):
                    return False
            elif window is not None or len(self.kept) + len(spots) >= subject.least:
                return False
        return not counting or self._is_thin(counting, inflow, spots)

    def _is_thin(self, counting: Sequence[Subject], inflow: Inflow, spots: Sequence[int]) -> bool:
        """Whether there are too few events for all that merely count them."""
        start = len(self.kept)
        if start + len(spots) < min(subject.demand.need for subject in counting):
            return True
        times = [*self.times, *inflow.times_of(spots)]
        return all(
            first_crowd(times, subject.demand.need, subject.demand.timespan, start) is None
            for subject in counting
        )

    def _absorbed(self, stream: Stream, inflow: Inflow, spots: Sequence[int]) -> bool:
        """Give the events to alerts and windows; True if all subjects have alerts."""
        everywhere = True
        for number, subject in enumerate(stream.subjects):
            alert, window = self.alerts[number], self.windows[number]
            cells: Sequence[Counted | None] = ()
            if subject.column is not None and not (stream.by_rule and alert is not None):
                column = inflow.columns[subject.column]
                cells = list(map(column.__getitem__, spots))
            if alert is not None:
                alert.absorb(inflow, spots, cells)
            else:
                everywhere = False
                if isinstance(window, DistinctWindow):
                    window.keep(subject.demand, inflow.times_of(spots), cells)
        return everywhere

    def keep(self, inflow: Inflow, spots: Sequence[int]) -> None:
        """Keep events, which are newer than all that is kept."""
        if len(spots) == 1:
            spot = spots[0]
            self.kept.append(inflow.glimpses[spot])
            for kept, column in zip(self.columns, inflow.columns, strict=True):
                kept.append(column[spot])
        else:
            self.kept.extend(map(inflow.glimpses.__getitem__, spots))
            for kept, column in zip(self.columns, inflow.columns, strict=True):
                kept.extend(map(column.__getitem__, spots))

    def trim(self, stream: Stream) -> None:
        """Let go of what can make no difference any more."""
        kept = self.kept
        surplus = len(kept) - stream.memory
        if kept and kept[-1][0] - kept[0][0] > stream.horizon:
            before = kept[-1][0] - stream.horizon
            surplus = max(surplus, bisect_left(kept, before, key=_time_of))
        if surplus > 0:
            del kept[:surplus]
            for column in self.columns:
                del column[:surplus]

    def open(
        self, stream: Stream, number: int, key: Key, fired: Fired, glimpses: Sequence[Glimpse]
    ) -> OpenAlert:
        """Turn what was counted into an alert; ``glimpses``: of the events up to the last."""
        subject = stream.subjects[number]
        shown = [one for one in glimpses if fired.first <= one[0] <= fired.last][-BEGINNINGS:]
        evidence = [Evidence(glimpse[2].origin, glimpse[1]) for glimpse in shown]
        alert = OpenAlert(
            id=alert_id(subject.rule.id, group_mapping(stream, key), fired.first, evidence),
            first=fired.first,
            last=fired.last,
            count=fired.events,
            figure=fired.figure,
            values={},
            evidence=[],
            distinct=set() if stream.by_rule else set(fired.values),
        )
        alert.show(shown)
        self.windows[number] = None
        self.alerts[number] = alert
        return alert


def group_mapping(stream: Stream, key: Key) -> dict[str, Value]:
    """The group's key as field → value."""
    if stream.plain:
        return {str(key[0]): key[1]} if key else {}
    return dict(zip(stream.group_by, key, strict=True))


def alert_of(
    stream: Stream, subject: Subject, key: Key, alert: OpenAlert, state: AlertState
) -> Alert:
    """The alert as others see it now."""
    figure = alert.figure
    if alert.distinct and (figure is None or len(alert.distinct) > figure):
        figure = len(alert.distinct)
    return Alert(
        id=alert.id,
        rule=subject.rule,
        state=state,
        group=group_mapping(stream, key),
        first=alert.first or None,
        last=alert.last or None,
        count=alert.count,
        figure=figure,
        values={name: tuple(values) for name, values in alert.values.items() if values},
        evidence=tuple(alert.evidence),
    )
