"""The state kept for one group of events of one stream: what was counted, what is open."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import filterfalse
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
from midwatch.detection.bunches import Inflow
from midwatch.detection.chunks import Glimpse, Shape
from midwatch.detection.demands import Counted, Fired
from midwatch.detection.figures import AnyWindow
from midwatch.detection.inflows import Key
from midwatch.detection.streams import Stream, Subject
from midwatch.events.source import Value

_time_of: Final[Callable[[Glimpse], int]] = itemgetter(0)
BEGINNINGS: Final = MOST_EVIDENCE // 4
"""Events that an alert shows of its beginning."""
_FEW: Final = 16
"""Events that are not worth the work of letting go of some."""
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

    def absorb(self, inflow: Inflow, places: range, counted: Collection[Counted | None]) -> None:
        """Take in further events of the group, and what they hold where that counts."""
        self.count += len(places)
        first, last = inflow.times[places[0]], inflow.times[places[-1]]
        self.first, self.last = min(first, self.first), max(last, self.last)
        if counted and len(self.distinct) < MOST_DISTINCT:
            self.distinct.update(cast("Collection[Counted]", counted))
            self.distinct.discard(cast("Counted", None))
        room = MOST_EVIDENCE - len(self.evidence)
        if room > 0:
            self.show(inflow.glimpses(places[:room]))
        elif self.count < _LOOKED_AT:
            self._sample(inflow.glimpses(places[:1])[0])

    def show(self, glimpses: Sequence[Glimpse]) -> None:
        """Keep lines and values of events, as long as there is room."""
        room = MOST_EVIDENCE - len(self.evidence)
        self.evidence += [
            Evidence(shape.origin, line) for _, line, shape, _ in glimpses[: max(room, 0)]
        ]
        shape: Shape | None = None
        for glimpse in glimpses:
            self._sample(glimpse, again=glimpse[2] is shape)
            shape = glimpse[2]

    def _sample(self, glimpse: Glimpse, *, again: bool = False) -> None:
        """Keep the values of an event that are new; ``again``: of the shape met just before."""
        _, _, shape, sample = glimpse
        if len(self.pairs) <= _MOST_PAIRS:
            self._meet(zip(shape.names, sample, strict=True))
            if not again:
                self._meet(shape.fixed)

    def _meet(self, pairs: Iterable[tuple[str, Value]]) -> None:
        """Keep values of fields that are new."""
        met = self.pairs
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

    @classmethod
    def of_few(cls, inflow: Inflow, places: range, chunk: int) -> Group:
        """A new group with events that are too few to matter."""
        return cls(
            inflow.times[places[-1]],
            chunk,
            inflow.glimpses(places),
            [column[places.start : places.stop] for column in inflow.columns],
        )

    @property
    def times(self) -> list[int]:
        """The times of the events kept."""
        return list(map(_time_of, self.kept))

    def wake(self, stream: Stream) -> None:
        """Make room for windows and alerts."""
        if not self.alerts:
            self.windows = [None] * len(stream.subjects)
            self.alerts = [None] * len(stream.subjects)

    def doze(self, stream: Stream) -> None:
        """Drop windows that what is kept would give again, if nothing is open."""
        kept, least = self.kept, stream.least
        if len(kept) >= least and (not least or kept[-least][0] >= self.newest - stream.horizon):
            return
        if not any(self.alerts):
            self.trim(stream, self.newest)
            self.windows, self.alerts = [], []

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

    def take_asleep(self, stream: Stream, inflow: Inflow, places: range) -> bool:
        """Take in events while nobody watches the group; False if somebody ought to.

        This is the way of most groups: nothing is asked of them but how many events they have.
        """
        kept, times = self.kept, inflow.times
        first, last = times[places[0]], times[places[-1]]
        late = first < self.newest
        if late and first < self.newest - stream.horizon:
            return False
        if len(kept) + len(places) >= stream.least:
            self.trim(stream, self.newest if late else first)
            if len(kept) + len(places) >= stream.least:
                return False
        if late:
            self.newest = max(self.newest, last)
            self.put_in(inflow, places)
            self.trim(stream, self.newest)
            return True
        self.newest = last
        if len(places) > _FEW and last - first > stream.horizon:
            places = places[bisect_left(places, last - stream.horizon, key=times.__getitem__) :]
        self.keep(inflow, places)
        if len(kept) > _FEW and last - kept[0][0] > stream.horizon:
            self.trim(stream, last)
        return True

    def keep(self, inflow: Inflow, places: range) -> None:
        """Keep events, which are newer than all that is kept."""
        self.kept += inflow.glimpses(places)
        for kept, column in zip(self.columns, inflow.columns, strict=True):
            kept.extend(column[places.start : places.stop])

    def put_in(self, inflow: Inflow, places: range) -> None:
        """Keep events, in order, some of which are older than what is kept."""
        times = inflow.times[places.start : places.stop]
        begin = bisect_right(self.kept, times[0], key=_time_of)
        tail = [*self.kept[begin:], *inflow.glimpses(places)]
        order = sorted(range(len(tail)), key=[glimpse[0] for glimpse in tail].__getitem__)
        self.kept[begin:] = [tail[spot] for spot in order]
        for kept, column in zip(self.columns, inflow.columns, strict=True):
            cells = [*kept[begin:], *column[places.start : places.stop]]
            kept[begin:] = [cells[spot] for spot in order]

    def trim(self, stream: Stream, now: int) -> None:
        """Let go of what can make no difference any more at that time."""
        kept, before = self.kept, now - stream.horizon
        surplus = max(0, len(kept) - stream.memory)
        if kept and kept[0][0] < before:
            surplus = bisect_left(kept, before, surplus, key=_time_of)
        if surplus:
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
