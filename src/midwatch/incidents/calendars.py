"""Office hours, quiet times and who is on call: local times as instants, right on DST nights.

Local times are turned into instants day by day with their zone. A time that a change of
clocks repeats means its first occurrence; one that it skips means the instant that would
have been it on the clock before the change. All instants are UTC microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

import msgspec

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_SEARCH: Final = 400
"""Days to look ahead for the next opening; longer holidays do not exist."""


class Span(msgspec.Struct, frozen=True):
    """A daily stretch of local time on some weekdays (Monday is 0).

    It ends the next day when ``end`` is not after ``start``; equal times are a whole day.
    """

    days: frozenset[int]
    start: time
    end: time


class Override(msgspec.Struct, frozen=True):
    """One person instead of the rotation, from ``start`` until ``end`` (not included)."""

    start: int
    end: int
    person: str


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """People taking turns of ``days`` days, handed over at a local time.

    The first of ``people`` begins on ``begins`` at ``at``. Before that the order is carried
    on backwards, so that somebody is on call at any time.
    """

    name: str
    people: tuple[str, ...]
    begins: date
    at: time = time(8, 0)
    days: int = 7
    overrides: tuple[Override, ...] = ()


def instant(day: date, clock: time, zone: tzinfo) -> int:
    """The instant of a local time."""
    local = datetime.combine(day, clock, tzinfo=zone)
    return (local.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def local(at: int, zone: tzinfo) -> datetime:
    """The local date and time of an instant."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)


def covers(spans: Sequence[Span], holidays: frozenset[date], at: int, zone: tzinfo) -> bool:
    """Whether the instant lies in one of the spans; none begins on a holiday."""
    return end_of(spans, holidays, at, zone) is not None


def end_of(spans: Sequence[Span], holidays: frozenset[date], at: int, zone: tzinfo) -> int | None:
    """When the span that holds the instant ends; None when none does."""
    today = local(at, zone).date()
    ends = [
        end
        for day in (today - timedelta(days=1), today)
        for start, end in _on(spans, holidays, day, zone)
        if start <= at < end
    ]
    return max(ends, default=None)


def next_open(
    spans: Sequence[Span], holidays: frozenset[date], at: int, zone: tzinfo
) -> int | None:
    """The instant itself when a span holds it, else when the next one begins.

    None when none begins within 400 days.
    """
    if covers(spans, holidays, at, zone):
        return at
    today = local(at, zone).date()
    for ahead in range(_LONGEST_SEARCH):
        day = today + timedelta(days=ahead)
        starts = [start for start, _end in _on(spans, holidays, day, zone) if start >= at]
        if starts:
            return min(starts)
    return None


def on_call(rotation: Rotation, at: int, zone: tzinfo) -> str:
    """Who is on call at that instant. A later override wins over an earlier one."""
    for override in reversed(rotation.overrides):
        if override.start <= at < override.end:
            return override.person
    day = local(at, zone).date()
    # On a night when the clock is set back, the hand-over happens at its first occurrence.
    if at < instant(day, rotation.at, zone):
        day -= timedelta(days=1)
    turn = (day - rotation.begins).days // rotation.days
    return rotation.people[turn % len(rotation.people)]


def _on(
    spans: Sequence[Span], holidays: frozenset[date], day: date, zone: tzinfo
) -> Iterator[tuple[int, int]]:
    if day in holidays:
        return
    for span in spans:
        if day.weekday() in span.days:
            over = day + timedelta(days=1) if span.end <= span.start else day
            yield instant(day, span.start, zone), instant(over, span.end, zone)
