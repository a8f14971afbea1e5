"""The state kept for one group of events of one stream: what was counted, what is open."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

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
from midwatch.detection.bunches import Bunch, Glimpse, Inflow, Key, Shape
from midwatch.detection.streams import Stream, Subject
from midwatch.detection.windows import AnyWindow, Counted, Fired
from midwatch.events.source import Value

BEGINNINGS: Final = MOST_EVIDENCE // 4
"""Events remembered while a group is still being counted."""


class OpenAlert(Struct):
    """An alert that still grows."""

    id: str
    first: int
    last: int
    count: int
    figure: float | None
    values: dict[str, list[Value]]
    evidence: list[Evidence]
    distinct: set[Counted]

    def absorb(
        self, bunch: Bunch, counted: Sequence[Counted | None], start: int, stop: int
    ) -> None:
        """Take in further events of the group."""
        self.count += stop - start
        self.last = max(self.last, bunch.times[stop - 1])
        self.first = min(self.first, bunch.times[start])
        if counted:
            self.meet(counted[start:stop])
        room = MOST_EVIDENCE - len(self.evidence)
        looked_at = range(start, min(stop, start + max(room, 1)))
        self.show([bunch.glimpse(spot) for spot in looked_at])

    def meet(self, values: Sequence[Counted | None]) -> None:
        """Count values that are new, up to a bound."""
        if len(self.distinct) < MOST_DISTINCT:
            self.distinct.update(value for value in values if value is not None)

    def show(self, glimpses: Sequence[Glimpse]) -> None:
        """Keep lines and values of events, as long as there is room."""
        room = MOST_EVIDENCE - len(self.evidence)
        if room > 0:
            self.evidence.extend(
                Evidence(shape.origin, line) for _, line, shape, _ in glimpses[:room]
            )
        known = self.values
        fixed: Shape | None = None
        for _, _, shape, sample in glimpses:
            for name, value in zip(shape.names, sample, strict=True):
                if value is not None and (name not in known or value not in known[name]):
                    self._keep(name, value)
            if shape is not fixed:
                fixed = shape
                for name, value in shape.fixed:
                    if name not in known or value not in known[name]:
                        self._keep(name, value)

    def _keep(self, name: str, value: Value) -> None:
        kept = self.values.setdefault(name, [])
        if len(kept) < MOST_SAMPLES:
            kept.append(value)


class Group(Struct):
    """One run of time of one group.

    ``newest`` is the latest time it has seen; ``touched`` the number of the chunk that last
    had events of it. ``times`` are those of the latest events, sorted, and ``columns`` what
    they hold, as long as no window has taken them over; ``begun`` is what is remembered of
    them. ``windows`` and ``alerts`` stand in the order of the stream's subjects; ``busy`` is
    false as long as there are none. ``older`` are earlier runs of the same group, latest first.
    """

    newest: int
    touched: int
    windows: list[AnyWindow | None] = []
    alerts: list[OpenAlert | None] = []
    columns: list[list[Counted | None]] = []
    times: list[int] = []
    begun: list[Glimpse] = []
    busy: bool = False
    older: list[Group] = []

    @classmethod
    def new(cls, stream: Stream, time: int, chunk: int) -> Group:
        """An empty group whose first event is at that time."""
        return cls(time, chunk, columns=[[] for _ in stream.counted])

    def wake(self, stream: Stream) -> None:
        """Make room for windows and alerts."""
        if not self.alerts:
            self.windows = [None] * len(stream.subjects)
            self.alerts = [None] * len(stream.subjects)

    def forget(self) -> None:
        """Drop what was counted, since all of it is too old to matter."""
        self.times.clear()
        self.begun.clear()
        for column in self.columns:
            column.clear()
        if self.busy:
            self.windows = [None] * len(self.windows)
            self.busy = any(alert is not None for alert in self.alerts)

    def wait(self, stream: Stream, inflow: Inflow, spots: Sequence[int]) -> bool:
        """Take in events that cannot make any difference yet; False if they might."""
        times = self.times
        first, newest = inflow.times[spots[0]], self.newest
        if first - newest > stream.horizon:
            self.forget()
        if first < newest or len(times) + len(spots) >= stream.least:
            return False
        if len(spots) == 1:
            spot = spots[0]
            times.append(first)
            self.newest = first
            self.begun.append(inflow.glimpses[spot])
            for kept, cells in zip(self.columns, inflow.columns, strict=True):
                kept.append(cells[spot])
        else:
            times.extend([inflow.times[spot] for spot in spots])
            self.newest = times[-1]
            self.begun.extend([inflow.glimpses[spot] for spot in spots[-BEGINNINGS:]])
            for kept, cells in zip(self.columns, inflow.columns, strict=True):
                kept.extend([cells[spot] for spot in spots])
        if len(self.begun) > BEGINNINGS or self.newest - times[0] > stream.horizon:
            self.trim(stream)
        return True

    def absorb(self, stream: Stream, inflow: Inflow, spots: Sequence[int]) -> bool:
        """Give events to open alerts; False unless every subject has one that takes them all."""
        first, last = inflow.times[spots[0]], inflow.times[spots[-1]]
        if first < self.newest:
            return False
        for alert, subject in zip(self.alerts, stream.subjects, strict=True):
            if alert is None or last - alert.last > subject.demand.timespan:
                return False
        self.newest = last
        for alert, subject in zip(self.alerts, stream.subjects, strict=True):
            if alert is not None:
                alert.count += len(spots)
                alert.last = last
                if subject.column is not None and not stream.by_rule:
                    cells = inflow.columns[subject.column]
                    alert.meet([cells[spot] for spot in spots])
                if len(alert.evidence) < MOST_EVIDENCE:
                    room = MOST_EVIDENCE - len(alert.evidence)
                    alert.show([inflow.glimpses[spot] for spot in spots[:room]])
                else:
                    alert.show((inflow.glimpses[spots[0]],))
        return True

    def remember(self, stream: Stream, bunch: Bunch, start: int, stop: int) -> None:
        """Remember the latest events, in case they turn out to begin an alert."""
        for spot in range(max(start, stop - BEGINNINGS), stop):
            self.begun.append(bunch.glimpse(spot))
        self.trim(stream)

    def trim(self, stream: Stream) -> None:
        """Let go of what can make no difference any more."""
        if len(self.begun) > BEGINNINGS:
            del self.begun[:-BEGINNINGS]
        times = self.times
        surplus = len(times) - stream.memory
        if times and times[-1] - times[0] > stream.horizon:
            surplus = max(surplus, bisect_left(times, times[-1] - stream.horizon))
        if surplus > 0:
            del times[:surplus]
            for column in self.columns:
                del column[:surplus]

    def open(
        self, stream: Stream, number: int, key: Key, fired: Fired, bunch: Bunch | None, start: int
    ) -> OpenAlert:
        """Turn what was counted, up to the event that fired, into an alert."""
        subject = stream.subjects[number]
        glimpses = list(self.begun)
        if bunch is not None:
            spots = range(max(start, fired.spot + 1 - BEGINNINGS), fired.spot + 1)
            glimpses.extend(bunch.glimpse(spot) for spot in spots)
        glimpses = [one for one in glimpses if fired.first <= one[0] <= fired.last][-BEGINNINGS:]
        evidence = [Evidence(glimpse[2].origin, glimpse[1]) for glimpse in glimpses]
        group = group_mapping(stream, key)
        alert = OpenAlert(
            id=alert_id(subject.rule.id, group, fired.first, evidence),
            first=fired.first,
            last=fired.last,
            count=fired.events,
            figure=fired.figure,
            values={},
            evidence=[],
            distinct=set() if stream.by_rule else set(fired.values),
        )
        alert.show(glimpses)
        self.windows[number] = None
        self.alerts[number] = alert
        self.busy = True
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
