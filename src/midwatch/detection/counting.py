"""How a group takes in a bunch of events, subject by subject.

While a subject has no alert its condition is watched; once it holds, the alert absorbs
all further events until the group has been quiet for the subject's timespan. Then
counting starts afresh: everything older lies outside any window by then.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from midwatch.detection.alerts import Alert, AlertState
from midwatch.detection.bunches import Bunch
from midwatch.detection.chunks import Glimpse
from midwatch.detection.demands import Counted, Fired
from midwatch.detection.figures import AnyWindow, PeriodWindow
from midwatch.detection.groups import BEGINNINGS, Group, alert_of
from midwatch.detection.inflows import Key
from midwatch.detection.latecomers import Latecomers
from midwatch.detection.streams import Stream, Subject
from midwatch.detection.windows import (
    DistinctWindow,
    SequenceWindow,
    crowd_around,
    first_crowd,
)

_NOTHING: Sequence[Counted | None] = ()


class Intake:
    """Events of a bunch, from ``start`` up to ``stop``, on their way into a group.

    Alerts that open or close by it are added to ``alerts``.
    """

    __slots__ = (
        "_base", "_bunch", "_group", "_key", "_sets", "_start", "_stop", "_stream", "_times",
        "alerts",
    )  # fmt: skip

    def __init__(
        self, stream: Stream, key: Key, group: Group, bunch: Bunch, start: int, stop: int
    ) -> None:
        group.wake(stream)
        self.alerts: list[Alert] = []
        self._stream = stream
        self._key = key
        self._group = group
        self._bunch = bunch
        self._start = start
        self._stop = stop
        self._base = 0
        self._times: list[int] = []
        self._sets: dict[int, set[Counted | None]] = {}

    def take(self) -> list[Alert]:
        """Take the events in; alerts that opened or closed by it."""
        group, times, stream = self._group, self._bunch.times, self._stream
        if times[self._start] < group.newest:
            self._start = self._take_late(bisect_left(times, group.newest, self._start, self._stop))
        start, stop = self._start, self._stop
        if start == stop:
            return self.alerts
        if times[start] - group.newest > stream.horizon:
            self.alerts.extend(end_periods(stream, self._key, group, times[start]))
            group.forget()
            group.wake(stream)
        self._base = len(group.kept)
        self._times = []
        group.newest = times[stop - 1]
        places = self._bunch.places[start:stop]
        for number, subject in enumerate(stream.subjects):
            if not self._passes(number, subject, places):
                self._step(number, subject)
        group.keep(self._bunch.inflow, places[-stream.memory :])
        if len(group.kept) > 2 * stream.memory:
            group.trim(stream, group.newest)
        group.doze(stream)
        return self.alerts

    def _passes(self, number: int, subject: Subject, places: range) -> bool:
        """Whether by the events, taken in at once, nothing begins or ends for a subject.

        If so it has taken them in; else they must be looked at one by one.
        """
        group, demand, count = self._group, subject.demand, len(places)
        alert, window = group.alerts[number], group.windows[number]
        if alert is not None:
            if group.newest - alert.last > demand.timespan:
                return False
            counts = subject.column is not None and not self._stream.by_rule
            alert.absorb(self._bunch.inflow, places, self._values(subject) if counts else ())
            return True
        if subject.counts:
            few = self._base + count < demand.need
            return (
                few or first_crowd(self._whole(), demand.need, demand.timespan, self._base) is None
            )
        if window is None:
            return self._base + count < subject.least
        return self._kept_by(window, subject)

    def _kept_by(self, window: AnyWindow, subject: Subject) -> bool:
        """Whether a window takes all events at once, since by none of them anything happens."""
        demand, start, stop = subject.demand, self._start, self._stop
        times = self._bunch.times[start:stop]
        if isinstance(window, DistinctWindow):
            few = window.are_few(demand, self._values(subject), times[0])
            if few:
                window.keep(demand, times, self._column(subject)[start:stop])
            return few
        if isinstance(window, SequenceWindow):
            return window.take_beginnings(demand, times, self._column(subject)[start:stop])
        return False

    def _values(self, subject: Subject) -> set[Counted | None]:
        """The distinct values of what a subject counts."""
        number = subject.column
        if number is None:
            return set()
        known = self._sets.get(number)
        if known is None:
            column = self._bunch.column(number)
            known = self._sets[number] = set(column[self._start : self._stop])
        return known

    def _whole(self) -> list[int]:
        """The times of the events kept, then of those that come."""
        if not self._times:
            self._times = self._group.times[: self._base]
            self._times += self._bunch.times[self._start : self._stop]
        return self._times

    def _column(self, subject: Subject) -> Sequence[Counted | None]:
        return _NOTHING if subject.column is None else self._bunch.column(subject.column)

    def _step(self, number: int, subject: Subject) -> None:
        """Let one subject take the events, which are in order."""
        spot, group, stop = self._start, self._group, self._stop
        while spot < stop:
            if group.alerts[number] is not None:
                spot = self._absorb(number, subject, spot)
            elif subject.waits:
                spot = self._wait(number, subject, spot)
            else:
                fired = self._watch(number, subject, spot)
                if fired is None:
                    return
                self._open(number, subject, fired)
                spot = fired.spot + 1

    def _absorb(self, number: int, subject: Subject, spot: int) -> int:
        """Give events to the open alert, and close it if it is over; where that ended."""
        alert = self._group.alerts[number]
        if alert is None:
            return spot
        times, span, last, until = self._bunch.times, subject.demand.timespan, alert.last, spot
        if times[self._stop - 1] - last <= span:
            until = self._stop
        else:
            while until < self._stop and times[until] - last <= span:
                last = times[until]
                until += 1
        if until > spot:
            counted = _NOTHING if self._stream.by_rule else self._column(subject)
            alert.absorb(self._bunch.inflow, self._bunch.places[spot:until], counted[spot:until])
        if until < self._stop:
            self._group.alerts[number] = None
            self.alerts.append(alert_of(self._stream, subject, self._key, alert, AlertState.CLOSED))
        return until

    def _wait(self, number: int, subject: Subject, spot: int) -> int:
        """Give events to the period, and judge it if it is over; where that ended."""
        window = self._group.windows[number]
        if not isinstance(window, PeriodWindow):
            window = self._group.windows[number] = PeriodWindow()
        until = window.take(
            subject.demand, self._bunch.times, self._column(subject), spot, self._stop
        )
        if until < self._stop:
            glimpses = self._glimpses(window.begin or 0, until)
            alert = judge(self._stream, number, self._key, self._group, glimpses)
            if alert is not None:
                self.alerts.append(alert)
        return until

    def _watch(self, number: int, subject: Subject, spot: int) -> Fired | None:
        """The event, from ``spot`` on, at which the subject's condition holds."""
        times, demand = self._whole(), subject.demand
        place = self._base + spot - self._start
        if subject.counts:
            if len(times) < demand.need:
                return None
            end = first_crowd(times, demand.need, demand.timespan, place)
            if end is None:
                return None
            return _crowd(times, end, demand.timespan, spot + end - place)
        if subject.least > len(times) and self._group.windows[number] is None:
            return None
        window = self._window(number, subject, place)
        if isinstance(window, PeriodWindow):
            return None
        return window.take(demand, self._bunch.times, self._column(subject), spot, self._stop)

    def _window(self, number: int, subject: Subject, place: int) -> AnyWindow:
        """The subject's window; a new one takes over the events kept before ``place``."""
        known = self._group.windows[number]
        if known is not None:
            return known
        window = self._group.windows[number] = subject.new_window()
        if place and subject.column is not None:
            column = self._bunch.column(subject.column)
            cells = self._group.columns[subject.column][: self._base]
            cells += column[self._start : self._start + place - self._base]
            window.keep(subject.demand, self._whole()[:place], cells)
        return window

    def _open(self, number: int, subject: Subject, fired: Fired) -> None:
        glimpses = self._glimpses(fired.first, fired.spot + 1)
        alert = self._group.open(self._stream, number, self._key, fired, glimpses)
        self.alerts.append(alert_of(self._stream, subject, self._key, alert, AlertState.OPEN))

    def _glimpses(self, first: int, stop: int) -> list[Glimpse]:
        """The latest events from the time ``first`` on that come before the one at ``stop``."""
        start = bisect_left(self._bunch.times, first, self._start, stop)
        found = self._bunch.glimpses(max(start, stop - BEGINNINGS), stop)
        missing = BEGINNINGS - len(found)
        return [*self._group.kept[-missing:], *found] if missing else found

    def _take_late(self, end: int) -> int:
        """Take the events up to ``end``, which are older than the group's newest; the end.

        Many at once where nothing begins by them; else in halves, so that few remain to be
        looked at one by one.
        """
        group, stream = self._group, self._stream
        pending = [(self._start, end)]
        while pending:
            start, stop = pending.pop()
            group.trim(stream, group.newest)
            if self._late_pass(start, stop):
                continue
            if stop - start == 1:
                self._late(start)
            else:
                half = (start + stop) // 2
                pending += [(half, stop), (start, half)]
        return end

    def _late_pass(self, start: int, stop: int) -> bool:
        """Whether late events could be taken in at once."""
        return Latecomers(self._stream, self._group, self._bunch, start, stop).take()

    def _late(self, spot: int) -> None:
        """Put one event that is older than the group's newest where it belongs."""
        group = self._group
        (glimpse,) = self._bunch.glimpses(spot, spot + 1)
        place = bisect_right(group.kept, glimpse[0], key=_time_of)
        self._times = group.times
        self._times.insert(place, glimpse[0])
        fired: list[tuple[int, Subject, Fired]] = []
        for number, subject in enumerate(self._stream.subjects):
            found = self._late_for(number, subject, spot, place)
            if found is not None:
                fired.append((number, subject, found))
        group.kept.insert(place, glimpse)
        for number, kept in enumerate(group.columns):
            kept.insert(place, self._bunch.column(number)[spot])
        for number, subject, found in fired:
            alert = group.open(self._stream, number, self._key, found, group.kept)
            self.alerts.append(alert_of(self._stream, subject, self._key, alert, AlertState.OPEN))
        group.trim(self._stream, group.newest)

    def _late_for(self, number: int, subject: Subject, spot: int, place: int) -> Fired | None:
        """What the late event, now among the times at ``place``, means to a subject."""
        group, demand, times = self._group, subject.demand, self._bunch.times
        alert = group.alerts[number]
        column = self._column(subject)
        if alert is not None:
            if times[spot] >= alert.first - demand.timespan:
                counted = _NOTHING if self._stream.by_rule else column[spot : spot + 1]
                alert.absorb(self._bunch.inflow, self._bunch.places[spot : spot + 1], counted)
            return None
        if subject.counts:
            end = crowd_around(self._times, demand.need, demand.timespan, place)
            return None if end is None else _crowd(self._times, end, demand.timespan, spot)
        window = group.windows[number]
        if isinstance(window, PeriodWindow):
            window.take(demand, times, column, spot, spot + 1)
            return None
        if window is None:
            if subject.waits or subject.least > len(self._times):
                return None
            window = group.windows[number] = subject.new_window()
            if subject.column is not None:
                others = [*self._times[:place], *self._times[place + 1 :]]
                window.keep(demand, others, group.columns[subject.column])
        return window.take(demand, times, column, spot, spot + 1)


def _time_of(glimpse: Glimpse) -> int:
    return glimpse[0]


def _crowd(times: Sequence[int], end: int, span: int, spot: int) -> Fired:
    """All events within the span that ends at ``times[end]``."""
    first = bisect_left(times, times[end] - span, 0, end)
    return Fired(spot, times[first], times[end], end + 1 - first)


def judge(
    stream: Stream, number: int, key: Key, group: Group, glimpses: Sequence[Glimpse]
) -> Alert | None:
    """End a period; an alert that it gives opens and closes at once.

    ``glimpses``: of the latest events up to the end of the period.
    """
    subject = stream.subjects[number]
    window = group.windows[number]
    group.windows[number] = None
    if not isinstance(window, PeriodWindow):
        return None
    fired = window.verdict(subject.demand)
    if fired is None:
        return None
    opened = group.open(stream, number, key, fired, glimpses)
    group.alerts[number] = None
    return alert_of(stream, subject, key, opened, AlertState.CLOSED)


def end_periods(stream: Stream, key: Key, group: Group, time: int | None) -> Iterator[Alert]:
    """End the periods that are over at that time; all of them where it is None."""
    for number, (subject, window) in enumerate(zip(stream.subjects, group.windows, strict=False)):
        if isinstance(window, PeriodWindow) and window.begin is not None:
            over = time is None or time - window.begin > subject.demand.timespan
            alert = judge(stream, number, key, group, group.kept) if over else None
            if alert is not None:
                yield alert


def close(stream: Stream, key: Key, group: Group) -> Iterator[Alert]:
    """End everything in a group: its periods are judged, its alerts closed."""
    yield from end_periods(stream, key, group, None)
    for number, (subject, alert) in enumerate(zip(stream.subjects, group.alerts, strict=False)):
        if alert is not None:
            group.alerts[number] = None
            yield alert_of(stream, subject, key, alert, AlertState.CLOSED)
