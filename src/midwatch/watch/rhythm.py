"""How often a source usually speaks, learnt from its own past, and when silence is an alarm.

A day is cut into blocks of four hours. Of each block of the last days the longest gap
between two lines is kept; the *usual* gap of a block is the longest of them, the worst
day left out once there are enough. Silence is an alarm after three times the usual gap,
never before ``SHORTEST`` and never later than ``LONGEST``. Since the worst day is left out,
one outage does not make the next one seem usual, while a source that falls quiet every
night is left alone after the first.

Times are UTC microseconds, lengths too. Pure: time comes from the caller.

Example:
    >>> rhythm = Rhythm()
    >>> for minute in range(10):
    ...     rhythm.hear(minute * MINUTE)
    >>> rhythm.alarm_at() == 9 * MINUTE + SHORTEST
    True
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
BLOCK: Final = 4 * HOUR
SHORTEST: Final = 5 * MINUTE
"""No silence shorter than this is ever an alarm, unless the source's own setting says so."""
LONGEST: Final = 24 * HOUR
TIMES_USUAL: Final = 3
_BLOCKS: Final = DAY // BLOCK
_DAYS_KEPT: Final = 8
_ENOUGH_DAYS: Final = 4
_FIRST_GUESS: Final = 20 * MINUTE
"""What counts as usual before anything was learnt of a block."""


class DayGaps(Struct):
    """The longest gap of each block of one day; 0 where nothing is known."""

    day: int
    longest: list[int]


class Rhythm(Struct):
    """What is known of one source. Plain data: msgspec keeps and restores it."""

    last: int | None = None
    first: int | None = None
    days: list[DayGaps] = []

    def hear(self, time: int) -> None:
        """A line came at this time; one that is not after the last changes nothing."""
        if self.last is None:
            self.first = self.last = time
            return
        if time <= self.last:
            return
        self._learn(self.last, time)
        self.last = time

    def usual(self, time: int) -> int:
        """The usual longest gap around this time."""
        block = time % DAY // BLOCK
        gaps = sorted(
            max(day.longest[block], day.longest[(block - 1) % _BLOCKS])
            for day in self.days
            if day.longest[block]
        )
        if not gaps:
            known = max((max(day.longest) for day in self.days), default=0)
            return max(known, _FIRST_GUESS)
        return gaps[-2] if len(gaps) >= _ENOUGH_DAYS else gaps[-1]

    def allowed(self, time: int, fixed: int = 0) -> int:
        """How long silence may last; ``fixed`` is a person's own setting, 0 for none."""
        if fixed:
            return fixed
        return min(max(TIMES_USUAL * self.usual(time), SHORTEST), LONGEST)

    def alarm_at(self, fixed: int = 0) -> int | None:
        """When silence becomes an alarm if nothing comes; None before the first line."""
        if self.last is None:
            return None
        return self.last + self.allowed(self.last, fixed)

    def _learn(self, begin: int, end: int) -> None:
        """Remember the gap between two lines in every block that it touches."""
        gap = min(end - begin, LONGEST)
        at = max(begin, end - DAY)
        while True:
            self._note(at, gap)
            following = (at // BLOCK + 1) * BLOCK
            if following > end:
                return
            at = following

    def _note(self, time: int, gap: int) -> None:
        number, block = time // DAY, time % DAY // BLOCK
        if not self.days or self.days[-1].day < number:
            self.days.append(DayGaps(number, [0] * _BLOCKS))
            del self.days[:-_DAYS_KEPT]
        for day in reversed(self.days):
            if day.day == number:
                day.longest[block] = max(day.longest[block], gap, 1)
                return
