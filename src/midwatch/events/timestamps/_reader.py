"""The reader: stamps in, UTC microseconds out, with the memory that makes it quick.

Lines arrive many to the second and many seconds to the hour. Three memories use that:
the whole stamp; the stamp up to its hour, so that only minutes, seconds, fraction and
zone are left to look up; and the zone's text. All of them are bounded, all of them hold
only what the slow path has worked out, and none of them changes what is returned.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from string import digits
from typing import Final

from midwatch.events.timestamps._forms import (
    HINT,
    LOCATE,
    LONGEST_STAMP,
    Parts,
    microseconds,
    parse,
)
from midwatch.events.timestamps._numbers import EARLIEST, LATEST, read_number
from midwatch.events.timestamps._zones import ABSOLUTE, offset_of, zone_name

TOLERATED_AHEAD: Final = 36 * 3_600_000_000
"""Microseconds by which a stamp without year may lie after the reference.

It allows for a sender in a zone up to half a day away and a clock that is a day off.
"""

MEMO_LIMIT: Final = 4096
"""Entries a memory may hold before it is emptied."""

_SECOND: Final = 1_000_000
_HOUR: Final = 3600 * _SECOND
_DAY: Final = 24 * _HOUR
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_UNREAD: Final = -(1 << 80)
_YEARS_TRIED: Final = 10
"""Eight years lie between two 29 Februaries across 1900 or 2100; one more at each end."""

_LAST_HOUR, _LAST_MINUTE, _LEAP_SECOND = 23, 59, 60

_PAST_HOUR: Final[dict[str, int]] = {
    f"{minute:02}:{second:02}": (minute * 60 + second) * _SECOND
    for minute in range(60)
    for second in range(61)
}
"""Microseconds past the hour of every `mm:ss`, the leap second included."""

# From this column on, the first colon follows the hour: `2024-03-15T06:`, `Mar 15 06:`.
# Only in `15/Mar/2024:06:` it precedes the hour, in a column where no other form has one.
_FIRST_COLON: Final = 9
_CLF_JOIN: Final = 11
_CLF_COLON: Final = 14

_FINEST: Final = 9
"""The most digits of a fraction: nanoseconds."""

# Cisco marks an unset clock with `*`, a lost one with `.`, and puts `:` before the date.
_BEFORE: Final = " \t\r\n\f\v[(\"'*.:"
_AFTER: Final = " \t\r\n\f\v])\"',;:."

_WINDOW: Final = 512
_WIDE_WINDOW: Final = 4096


@dataclass(frozen=True, slots=True)
class ClockContext:
    """What a bare stamp does not say.

    Attributes:
        reference: UTC microseconds since 1970 of an instant known to be at or after the
            lines: a file's modification time, or the present for live lines.
        zone: the zone of stamps that state none.
    """

    reference: int
    zone: tzinfo = UTC


class StampReader:
    """Turns a stamp's text into UTC microseconds since 1970.

    One reader serves one stream. It is not for several threads at once.
    """

    __slots__ = (
        "_fixed_offset",
        "_latest_year",
        "_limit",
        "_local_hours",
        "_memo",
        "_offsets",
        "_stated_hours",
        "_zone",
    )

    def __init__(self, context: ClockContext) -> None:
        """Make a reader.

        Args:
            context: the instant and the zone that complete a bare stamp.

        Raises:
            ValueError: the reference is not within the years 1 to 9998.
        """
        zone = context.zone
        self._zone = zone
        self._fixed_offset = _fixed_offset(zone)
        self._memo: dict[str, int | None] = {}
        # Stamp up to its hour → that hour's start: in UTC by the context's zone, and as
        # if it had been written in UTC, for stamps that state a zone.
        self._local_hours: dict[str, int] = {}
        self._stated_hours: dict[str, int] = {}
        self._offsets: dict[str, int] = {}
        self._limit, self._latest_year = _limit_and_year(context.reference)

    def advance(self, reference: int) -> None:
        """Move the reference, as a long-lived stream must for stamps without year.

        Args:
            reference: UTC microseconds since 1970; replaces the context's.

        Raises:
            ValueError: the reference is not within the years 1 to 9998.
        """
        self._limit, self._latest_year = _limit_and_year(reference)
        self._memo.clear()
        self._local_hours.clear()

    def read(self, text: str) -> int | None:
        """Read a text that is a stamp as a whole.

        Args:
            text: the stamp; blanks, brackets and quotes around it do not matter.

        Returns:
            UTC microseconds since 1970 (negative before), or None when it is no time.
        """
        value = self._memo.get(text, _UNREAD)
        if value is not _UNREAD:
            return value
        value = self._read_known_hour(text)
        if value is None:
            value = self._read_anew(text)
        self._remember(text, value)
        return value

    def known(self, text: str) -> int | None:
        """Read a stamp of an hour that was read before, and nothing else.

        This is for a caller that has a quick way for stamps at a fixed place and
        another way for all the rest.

        Args:
            text: the stamp, or anything.

        Returns:
            What `read` would return, or None, which says nothing about the text.
        """
        value = self._memo.get(text)
        if value is None:
            value = self._read_known_hour(text)
            if value is not None:
                self._remember(text, value)
        return value

    def find(self, text: str) -> tuple[int, int, int] | None:
        """Find the first believable stamp in a line.

        A stamp is believed when it has a date and a time of day between 1990 and 2100.
        A number is believed when it has a fraction, follows a key such as `time=`, or
        stands at the very start. The first 512 characters are searched, and the first
        4096 when these hold nothing.

        Args:
            text: the line.

        Returns:
            UTC microseconds since 1970, and where the stamp starts and ends in the
            text, so that `read(text[start:end])` gives the same; None without a stamp.
        """
        found = self._find_between(text, 0, _WINDOW)
        if found is None and len(text) > _WINDOW:
            # A stamp across the edge of the first window is whole in the second.
            found = self._find_between(text, _WINDOW - 2 * LONGEST_STAMP, _WIDE_WINDOW)
        return found

    def _find_between(self, text: str, start: int, stop: int) -> tuple[int, int, int] | None:
        hint = HINT.search(text, start, stop)
        if hint is None:
            return None
        start = max(start, hint.start() - LONGEST_STAMP)
        match = LOCATE.search(text, start, stop)
        while match is not None:
            if match.end() > stop - LONGEST_STAMP:
                # What the window's edge hides might belong to the stamp.
                match = LOCATE.match(text, match.start(), stop + LONGEST_STAMP) or match
            where = match.span(match.lastgroup or 0)
            value = self.read(text[where[0] : where[1]])
            if value is not None and EARLIEST <= value < LATEST:
                return value, *where
            match = LOCATE.search(text, match.start() + 1, stop)
        return None

    def _remember(self, text: str, value: int | None) -> None:
        if len(text) <= LONGEST_STAMP:
            if len(self._memo) >= MEMO_LIMIT:
                self._memo.clear()
            self._memo[text] = value

    def _read_known_hour(self, text: str) -> int | None:
        """Read a stamp whose hour was seen before; None says nothing about the rest."""
        colon = text.find(":", _FIRST_COLON)
        if colon == _CLF_JOIN:
            colon = _CLF_COLON
            if text[colon : colon + 1] != ":":
                return None
        past_hour = _PAST_HOUR.get(text[colon + 1 : colon + 6])
        if past_hour is None or colon < 0:
            return None
        zone = text[colon + 6 :]
        if zone and zone[0] in ".,":
            fraction = zone[1:]
            zone = fraction.lstrip(digits)
            fraction = fraction.removesuffix(zone)
            if not 1 <= len(fraction) <= _FINEST:
                return None
            past_hour += microseconds(fraction)
        if zone:
            start = self._stated_hours.get(text[:colon])
            offset = self._offsets.get(zone)
            return None if start is None or offset is None else start + past_hour - offset
        start = self._local_hours.get(text[:colon])
        # Beyond the limit a stamp without year is of the year before.
        if start is None or start + past_hour > self._limit:
            return None
        return start + past_hour

    def _read_anew(self, text: str) -> int | None:
        bare = text.lstrip(_BEFORE).rstrip(_AFTER)
        if not bare or len(bare) > LONGEST_STAMP:
            return None
        if len(bare) < len(text):
            value = self._read_known_hour(bare)
            if value is not None:
                return value
        parts = parse(bare)
        if parts is None:
            return read_number(bare)
        if parts.hour > _LAST_HOUR or parts.minute > _LAST_MINUTE or parts.second > _LEAP_SECOND:
            return None
        if parts.year is None:
            return self._read_yearless(bare, parts)
        return self._read_dated(bare, parts, parts.year)

    def _read_yearless(self, bare: str, parts: Parts) -> int | None:
        """Read a stamp in the latest year that the reference allows."""
        for year in range(self._latest_year, max(self._latest_year - _YEARS_TRIED, 0), -1):
            value = self._instant(parts, year)
            if value is not None and value <= self._limit:
                if not parts.zone:
                    self._remember_local_hour(bare, parts, year, value)
                return value
        return None

    def _read_dated(self, bare: str, parts: Parts, year: int) -> int | None:
        value = self._instant(parts, year)
        if value is None or not parts.hour_end:
            return value
        if not parts.zone:
            self._remember_local_hour(bare, parts, year, value)
        elif zone_name(parts.zone) in ABSOLUTE or parts.zone[-1:].isdigit():
            if len(self._stated_hours) >= MEMO_LIMIT:
                self._stated_hours.clear()
            if len(self._offsets) >= MEMO_LIMIT:
                self._offsets.clear()
            offset = offset_of(zone_name(parts.zone)) or 0
            self._offsets[parts.zone] = offset
            self._stated_hours[bare[: parts.hour_end]] = value + offset - _past_hour(parts)
        return value

    def _remember_local_hour(self, bare: str, parts: Parts, year: int, value: int) -> None:
        """Remember where the stamp's hour starts, unless the zone jumps within it."""
        if not parts.hour_end:
            return
        if self._fixed_offset is None:
            first = self._offset(parts._replace(minute=0, second=0), year)
            last = self._offset(parts._replace(minute=_LAST_MINUTE, second=_LAST_MINUTE), year)
            if first != last:
                return
        if len(self._local_hours) >= MEMO_LIMIT:
            self._local_hours.clear()
        self._local_hours[bare[: parts.hour_end]] = value - _past_hour(parts)

    def _instant(self, parts: Parts, year: int) -> int | None:
        """Return the instant of the parts in a year; None when there is no such day."""
        try:
            day = date(year, parts.month, parts.day).toordinal() - _EPOCH_DAY
        except ValueError:
            return None
        offset = self._offset(parts, year)
        if offset is None:
            return None
        return day * _DAY + parts.hour * _HOUR + _past_hour(parts) - offset

    def _offset(self, parts: Parts, year: int) -> int | None:
        """Return how far east of Greenwich the parts were written, in microseconds."""
        name = zone_name(parts.zone) if parts.zone else ""
        if parts.year is None and name.isalpha() and name not in ABSOLUTE:
            # Stamps without a year come from network devices, whose operators name the zone
            # as they like; the name says no more than that it is the operator's.
            name = ""
        if not name:
            if self._fixed_offset is not None:
                return self._fixed_offset
            return _east(self._zone.utcoffset(self._local(parts, year)))
        if name not in ABSOLUTE and name.isalpha():
            local = self._local(parts, year)
            if self._zone.tzname(local) == name:
                return _east(self._zone.utcoffset(local))
        return offset_of(name)

    def _local(self, parts: Parts, year: int) -> datetime:
        second = min(parts.second, _LAST_MINUTE)
        return datetime(
            year,
            parts.month,
            parts.day,
            parts.hour,
            parts.minute,
            second,
            tzinfo=self._zone,
        )


def _past_hour(parts: Parts) -> int:
    return (parts.minute * 60 + parts.second) * _SECOND + parts.microsecond


def _east(offset: timedelta | None) -> int:
    return 0 if offset is None else offset // _MICROSECOND


def _fixed_offset(zone: tzinfo) -> int | None:
    """Return the offset of a zone that has only one; None for one with rules."""
    return _east(zone.utcoffset(None)) if isinstance(zone, timezone) else None


def _limit_and_year(reference: int) -> tuple[int, int]:
    """Return the latest instant allowed to a stamp without year, and a year not before it."""
    limit = reference + TOLERATED_AHEAD
    try:
        year = date.fromordinal(_EPOCH_DAY + limit // _DAY).year
    except (ValueError, OverflowError):
        year = 0
    # A zone east of Greenwich may already be in the next year.
    if not 1 <= year < date.max.year:
        raise ValueError(f"reference {reference} is not within the years 1 to 9998")
    return limit, year + 1
