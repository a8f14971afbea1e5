"""The state kept for one group of events of one subject: its window, or its open alert."""

from __future__ import annotations

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
from midwatch.detection.bunches import Bunch
from midwatch.detection.subjects import Subject
from midwatch.detection.windows import Counted, Fired, PeriodWindow, Window
from midwatch.events.source import Value

_BEGINNINGS: Final = MOST_EVIDENCE // 2
"""Events remembered while a group is still being counted."""
_LOOKED_AT: Final = 64
"""Events of a bunch whose values are sampled for an alert that is open."""


class Glimpse(Struct, array_like=True):
    """What is remembered of an event before there is an alert."""

    time: int
    evidence: Evidence
    sample: tuple[tuple[str, Value], ...]


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
            chunk, row = bunch.event(spot)
            self.keep(chunk.sample(row))
            if len(self.evidence) < MOST_EVIDENCE:
                self.evidence.append(chunk.evidence(row))

    def keep(self, sample: Sequence[tuple[str, Value]]) -> None:
        """Keep values that are new, as long as there is room."""
        for name, value in sample:
            kept = self.values.setdefault(name, [])
            if len(kept) < MOST_SAMPLES and value not in kept:
                kept.append(value)


class Group(Struct):
    """One run of time of one group. ``newest`` is the latest time it has seen.

    ``touched`` is the number of the chunk that last had events of it.
    """

    window: Window
    newest: int
    touched: int
    begun: list[Glimpse] = []
    alert: OpenAlert | None = None

    def remember(self, bunch: Bunch, start: int, stop: int) -> None:
        """Remember the latest events, in case they turn out to begin an alert."""
        for spot in range(max(start, stop - _BEGINNINGS), stop):
            chunk, row = bunch.event(spot)
            self.begun.append(Glimpse(bunch.times[spot], chunk.evidence(row), chunk.sample(row)))
        if len(self.begun) > _BEGINNINGS:
            del self.begun[:-_BEGINNINGS]

    def open(
        self, subject: Subject, key: Sequence[Value], fired: Fired, distinct: set[Counted]
    ) -> OpenAlert:
        """Turn what was counted into an alert."""
        glimpses = [glimpse for glimpse in self.begun if glimpse.time >= fired.first]
        evidence = [glimpse.evidence for glimpse in glimpses]
        last = max((glimpse.time for glimpse in glimpses), default=self.newest)
        group = group_mapping(subject, key)
        alert = OpenAlert(
            id=alert_id(subject.rule.id, group, fired.first, evidence),
            first=fired.first,
            last=last,
            count=fired.count,
            figure=fired.figure,
            values={},
            evidence=evidence,
            distinct=distinct,
        )
        for glimpse in glimpses:
            alert.keep(glimpse.sample)
        self.alert = alert
        self.begun = []
        if not isinstance(self.window, PeriodWindow):
            self.window = subject.new_window()
        return alert


def group_mapping(subject: Subject, key: Sequence[Value]) -> dict[str, Value]:
    """The group's key as field → value."""
    if subject.plain:
        return {str(key[0]): key[1]} if key else {}
    return dict(zip(subject.group_by, key, strict=True))


def alert_of(subject: Subject, key: Sequence[Value], alert: OpenAlert, state: AlertState) -> Alert:
    """The alert as others see it now."""
    figure = alert.figure
    if alert.distinct and (figure is None or len(alert.distinct) > figure):
        figure = len(alert.distinct)
    return Alert(
        id=alert.id,
        rule=subject.rule,
        state=state,
        group=group_mapping(subject, key),
        first=alert.first or None,
        last=alert.last or None,
        count=alert.count,
        figure=figure,
        values={name: tuple(values) for name, values in alert.values.items()},
        evidence=tuple(alert.evidence),
    )
