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
from midwatch.detection.bunches import Bunch, Glimpse, Key
from midwatch.detection.streams import Stream, Subject
from midwatch.detection.windows import AnyWindow, Counted, Fired
from midwatch.events.source import Value

BEGINNINGS: Final = MOST_EVIDENCE // 2
"""Events remembered while a group is still being counted."""
_LOOKED_AT: Final = 16
"""Events of a bunch whose values are sampled for an alert that is open."""


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
        if counted and len(self.distinct) < MOST_DISTINCT:
            self.distinct.update(value for value in counted[start:stop] if value is not None)
        for spot in range(start, min(stop, start + _LOOKED_AT)):
            self.show(bunch.glimpse(spot))

    def show(self, glimpse: Glimpse) -> None:
        """Keep line and values of an event, as long as there is room."""
        _, line, shape, sample = glimpse
        if len(self.evidence) < MOST_EVIDENCE:
            self.evidence.append(Evidence(shape.origin, line))
        for name, value in zip(shape.names, sample, strict=True):
            self._keep(name, value)
        for name, value in shape.fixed:
            self._keep(name, value)

    def _keep(self, name: str, value: Value) -> None:
        kept = self.values.get(name)
        if kept is None:
            kept = self.values[name] = []
        if value is not None and len(kept) < MOST_SAMPLES and value not in kept:
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
    windows: list[AnyWindow | None]
    alerts: list[OpenAlert | None]
    columns: list[list[Counted | None]]
    times: list[int] = []
    begun: list[Glimpse] = []
    busy: bool = False
    older: list[Group] = []

    @classmethod
    def new(cls, stream: Stream, time: int, chunk: int) -> Group:
        """An empty group whose first event is at that time."""
        count = len(stream.subjects)
        return cls(time, chunk, [None] * count, [None] * count, [[] for _ in stream.counted])

    def forget(self) -> None:
        """Drop what was counted, since all of it is too old to matter."""
        self.times.clear()
        self.begun.clear()
        for column in self.columns:
            column.clear()
        if self.busy:
            self.windows = [None] * len(self.windows)
            self.busy = any(alert is not None for alert in self.alerts)

    def wait(self, stream: Stream, bunch: Bunch) -> bool:
        """Take in a bunch that cannot make any difference yet; False if it might."""
        if self.busy:
            return False
        times, newest = bunch.times, self.newest
        first, count = times[0], len(times)
        if first - newest > stream.horizon:
            self.forget()
        if first < newest or len(self.times) + count >= stream.least:
            return False
        self.times.extend(times)
        for kept, counted in zip(self.columns, stream.counted, strict=True):
            kept.extend(bunch.values(counted))
        self.newest = times[-1]
        self.remember(stream, bunch, 0, count)
        return True

    def remember(self, stream: Stream, bunch: Bunch, start: int, stop: int) -> None:
        """Remember the latest events, in case they turn out to begin an alert."""
        begun = self.begun
        for spot in range(max(start, stop - BEGINNINGS), stop):
            begun.append(bunch.glimpse(spot))
        if len(begun) > BEGINNINGS:
            del begun[:-BEGINNINGS]
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
        for glimpse in glimpses:
            alert.show(glimpse)
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
