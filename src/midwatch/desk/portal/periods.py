"""Attempts and refused packets of today, this week and this month, beside the time before.

Days are the client's own. A week and a month are the sum of their days, so that the numbers
agree with each other and with the reports of single days. What came before is counted up to the
same point: yesterday by this time, last week by this hour of this weekday.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from midwatch.incidents import Signal
from midwatch.paging.standing import Recorded
from midwatch.reports.recorded import AttemptCount, count_attempts
from midwatch.watch.rhythm import DAY, HOUR

TREND_DAYS: Final = 30
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """``key``: today, week or month; ``told_before``: what ``before`` is, in words."""

    key: str
    title: str
    start: int
    count: int
    before: int
    told_before: str
    blocked: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its date, when it begins and ends (UTC microseconds), what was counted."""

    date: date
    start: int
    end: int
    attempts: int
    blocked: int


def instant(day: date, zone: ZoneInfo) -> int:
    """When a day begins, UTC microseconds."""
    local = datetime.combine(day, time(), tzinfo=zone)
    return (local.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def local_day(at: int, zone: ZoneInfo) -> date:
    """The day of an instant."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone).date()


def time_of(recorded: Recorded) -> int:
    """When it happened; when it was recorded, where the log states no time."""
    return recorded.at if recorded.signal.first is None else recorded.signal.first


def within(found: Iterable[Recorded], start: int, end: int) -> list[Signal]:
    """The alerts about what began in a span."""
    return [each.signal for each in found if start <= time_of(each) < end]


class Calendar:
    """A client's alerts and refused packets by its own days, up to ``now``."""

    def __init__(
        self, found: Sequence[Recorded], blocked: Mapping[int, int], zone: ZoneInfo, now: int
    ) -> None:
        """``blocked``: by the number of the hour (microseconds // HOUR)."""
        self._zone = zone
        self._now = now
        self._blocked = blocked
        self.today = local_day(now, zone)
        self.first = first_day(now, zone)
        days = [self.first + timedelta(days=number) for number in range(self._span)]
        self._days = days
        self._starts = [instant(day, zone) for day in days]
        self._signals: dict[date, list[Recorded]] = {}
        for each in found:
            spot = bisect_right(self._starts, time_of(each)) - 1
            if spot >= 0:
                self._signals.setdefault(days[spot], []).append(each)
        self._counts: dict[date, int] = {}

    @property
    def _span(self) -> int:
        return (self.today - self.first).days + 1

    def periods(self) -> tuple[Period, ...]:
        """Today, this week, this month."""
        week = self.today - timedelta(days=self.today.weekday())
        month = self.today.replace(day=1)
        last_month = (month - timedelta(days=1)).replace(day=1)
        passed = self.today - month
        # The 31st has no like in a month of 30 days: then all of that month counts.
        end = min(last_month + passed, month - timedelta(days=1))
        return (
            self._period("today", _("today"), self.today, self.today - timedelta(days=1),
                         self.today - timedelta(days=1), _("yesterday by this time")),
            self._period("week", _("this week"), week, week - timedelta(days=7),
                         self.today - timedelta(days=7), _("last week by this day and time")),
            self._period("month", _("this month"), month, last_month, end,
                         _("last month by this day and time")),
        )  # fmt: skip

    def days(self) -> tuple[Day, ...]:
        """All days that are counted, the earliest first."""
        return tuple(self.day(day) for day in self._days)

    def trend(self) -> tuple[Day, ...]:
        """The last days, the earliest first."""
        return tuple(self.day(day) for day in self._days[-TREND_DAYS:])

    def day(self, day: date) -> Day:
        """One day."""
        start, end = instant(day, self._zone), instant(day + timedelta(days=1), self._zone)
        return Day(day, start, end, self._count(day), self._blocked_in(start, end))

    def signals(self, first: date, last: date) -> list[Recorded]:
        """The alerts of the days from one to another, both included."""
        return [each for day in self._days if first <= day <= last
                for each in self._signals.get(day, ())]  # fmt: skip

    def counted(self, first: date, last: date) -> AttemptCount:
        """The attempts of some days, by kind."""
        return count_attempts(each.signal for each in self.signals(first, last))

    def _period(
        self, key: str, title: str, first: date, before: date, before_end: date, told: str
    ) -> Period:
        count = sum(self._count(day) for day in self._days if day >= first)
        earlier = sum(self._count(day) for day in self._days if before <= day < before_end)
        cut = instant(before_end, self._zone) + (self._now - instant(self.today, self._zone))
        partly = [each for each in self._signals.get(before_end, ()) if time_of(each) < cut]
        earlier += count_attempts(each.signal for each in partly).attempts
        start = instant(first, self._zone)
        return Period(
            key, title, start, count, earlier, told, self._blocked_in(start, self._now + HOUR)
        )

    def _count(self, day: date) -> int:
        if day not in self._counts:
            found = self._signals.get(day)
            counted = count_attempts(each.signal for each in found).attempts if found else 0
            self._counts[day] = counted
        return self._counts[day]

    def _blocked_in(self, start: int, end: int) -> int:
        return sum(count for hour, count in self._blocked.items() if start <= hour * HOUR < end)


def first_day(now: int, zone: ZoneInfo) -> date:
    """The first day that is needed: of last month, and of the trend."""
    today = local_day(now, zone)
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return min(last_month, today - timedelta(days=max(TREND_DAYS, 13)))


def since_of(now: int, zone: ZoneInfo) -> int:
    """From when on alerts are needed, UTC microseconds; a day sooner, for late ones."""
    return instant(first_day(now, zone), zone) - DAY
