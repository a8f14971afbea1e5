"""How often a source usually speaks, learnt from its own past, and when silence is an alarm.

Of each hour of the last days the longest silence that began in it is kept; the *usual*
silence of an hour is the longest of it and the hour before, the worst day left out once
there are enough. Silence is an alarm after three times the usual one, never before
``SHORTEST`` and never later than ``LONGEST``. Since the worst day is left out, one outage
does not make the next one seem usual, while a source that falls quiet every night is left
alone after the first.

A source is *new* until it was heard for ``ACQUAINTANCE`` altogether, longer pauses than
``SHORTEST`` not counted, or a day has passed: a few lines to try it show no rhythm, however
close together they are. The longest silence of any hour is what is usual of a new source, and
none under ``GRACE`` is an alarm: so it is told within the hour that a new source stopped, and
of one that speaks in bursts when it stays away three times as long as ever.

Times are UTC microseconds, lengths too. Pure: time comes from the caller.

Example:
    >>> rhythm = Rhythm()
    >>> for minute in range(5):
    ...     rhythm.hear(minute * MINUTE)
    >>> rhythm.alarm_at() == 4 * MINUTE + GRACE
    True
    >>> for minute in range(5, 20):
    ...     rhythm.hear(minute * MINUTE)
    >>> rhythm.alarm_at() == 19 * MINUTE + SHORTEST
    True
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
SHORTEST: Final = 5 * MINUTE
"""No silence shorter than this is ever an alarm, unless the source's own setting says so."""
LONGEST: Final = 24 * HOUR
TIMES_USUAL: Final = 3
ACQUAINTANCE: Final = 10 * MINUTE
"""A source that was heard for less, long pauses not counted, is new for a day at most."""
_HOURS: Final = DAY // HOUR
_DAYS_KEPT: Final = 8
_ENOUGH_DAYS: Final = 4
_FIRST_GUESS: Final = 20 * MINUTE
"""What counts as usual of a new source at least, and before anything was learnt of an hour."""
GRACE: Final = TIMES_USUAL * _FIRST_GUESS
"""No silence of a new source that is shorter is an alarm."""


class DayGaps(Struct):
    """The longest silence that began in each hour of one day; 0 where nothing is known."""

    day: int
    longest: list[int]


class Rhythm(Struct):
    """What is known of one source. Plain data: msgspec keeps and restores it.

    ``heard``: for how long altogether, longer pauses than ``SHORTEST`` not counted;
    None: earlier versions did not count it, and the source is not new.
    """

    last: int | None = None
    first: int | None = None
    days: list[DayGaps] = []
    heard: int | None = None

    @property
    def new(self) -> bool:
        """Whether too little was heard to know a rhythm."""
        if self.heard is None or self.last is None or self.first is None:
            return False
        return self.heard < ACQUAINTANCE and self.last - self.first < DAY

    def hear(self, time: int) -> None:
        """A line came at this time; one that is not after the last changes nothing."""
        if self.last is None:
            self.first = self.last = time
            self.heard = 0
            return
        if time <= self.last:
            return
        if self.heard is not None:
            self.heard += pause if (pause := time - self.last) <= SHORTEST else 0
        self._note(self.last, min(time - self.last, LONGEST))
        self.last = time

    def usual(self, time: int) -> int:
        """The usual longest silence that begins around this time."""
        hour = time % DAY // HOUR
        gaps = sorted(
            max(day.longest[hour], day.longest[(hour - 1) % _HOURS])
            for day in self.days
            if day.longest[hour]
        )
        if not gaps or self.new:
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

    def _note(self, time: int, gap: int) -> None:
        number, hour = time // DAY, time % DAY // HOUR
        if not self.days or self.days[-1].day < number:
            self.days.append(DayGaps(number, [0] * _HOURS))
            del self.days[:-_DAYS_KEPT]
        for day in reversed(self.days):
            if day.day == number:
                day.longest[hour] = max(day.longest[hour], gap, 1)
                return
