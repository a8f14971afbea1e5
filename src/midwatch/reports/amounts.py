"""Numbers, lists, times and durations as a person says them, in English.

Instants are UTC microseconds since 1970 and are shown in the reader's zone. Month names do
not depend on the machine's locale.

Example:
    >>> counted(61204, "line", "lines")
    '61,204 lines'
    >>> duration(7_200_000_000)
    '2 hours'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_WORDS: Final = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_UNKNOWN: Final = "at an unknown time"


def number(amount: int) -> str:
    """Digits with the thousands separated: ``61,204``."""
    return f"{amount:,}"


def counted(amount: int, one: str, many: str) -> str:
    """A number with its noun: ``1 attempt``, ``212 attempts``."""
    return f"{number(amount)} {one if amount == 1 else many}"


def in_words(amount: int) -> str:
    """``three`` up to twelve, digits beyond."""
    return _WORDS[amount] if 0 <= amount < len(_WORDS) else number(amount)


def begun(sentence: str) -> str:
    """The sentence with a capital letter at its head; the rest stays as it is."""
    return sentence[:1].upper() + sentence[1:]


def times(amount: int) -> str:
    """``once``, ``twice``, ``64 times``."""
    return {1: "once", 2: "twice"}.get(amount, f"{number(amount)} times")


def listed(items: Sequence[str], most: int = 3) -> str:
    """``a, b and c``; past ``most`` items ``a, b, c and 4 more``."""
    shown = list(items[:most])
    if len(items) > len(shown):
        return f"{', '.join(shown)} and {number(len(items) - len(shown))} more"
    return _joined(shown)


def sampled(items: Sequence[str], most: int = 3) -> str:
    """Like ``listed`` for items that are a sample themselves: ``a, b, c and others``."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and others"
    return _joined(items)


def _joined(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def duration(microseconds: int) -> str:
    """A length of time in its largest fitting unit: ``45 seconds``, ``2 hours``, ``3 days``."""
    if microseconds < SECOND:
        return "less than a second"
    for unit, until, one, many in (
        (SECOND, 90 * SECOND, "second", "seconds"),
        (MINUTE, 90 * MINUTE, "minute", "minutes"),
        (HOUR, 36 * HOUR, "hour", "hours"),
    ):
        if microseconds < until:
            return counted((microseconds + unit // 2) // unit, one, many)
    return counted((microseconds + DAY // 2) // DAY, "day", "days")


def _local(instant: int, zone: tzinfo) -> datetime | None:
    try:
        return (_EPOCH + timedelta(microseconds=instant)).astimezone(zone)
    except (OverflowError, ValueError):
        return None


def rfc3339(instant: int | None) -> str | None:
    """``2026-11-13T02:10:00Z``; fractions of a second only where there are any."""
    if instant is None:
        return None
    local = _local(instant, UTC)
    return None if local is None else local.isoformat().replace("+00:00", "Z")


def utc(instant: int) -> str:
    """``2026-11-13 02:10:00 UTC``, what stands behind a time in the reader's zone."""
    local = _local(instant, UTC)
    return _UNKNOWN if local is None else f"{local:%Y-%m-%d %H:%M:%S} UTC"


def clock(instant: int, zone: tzinfo) -> str:
    """``02:10``."""
    local = _local(instant, zone)
    return "??:??" if local is None else f"{local:%H:%M}"


def day(instant: int, zone: tzinfo) -> str:
    """``13 Nov``."""
    local = _local(instant, zone)
    return _UNKNOWN if local is None else f"{local.day} {_MONTHS[local.month - 1]}"


def moment(instant: int, zone: tzinfo) -> str:
    """``13 Nov 02:10``."""
    local = _local(instant, zone)
    return _UNKNOWN if local is None else f"{day(instant, zone)} {local:%H:%M}"


def hour_of_day(instant: int, zone: tzinfo) -> int:
    """0 to 23 in the reader's zone."""
    local = _local(instant, zone)
    return 0 if local is None else local.hour


def span(first: int, last: int, zone: tzinfo, *, year: bool = False) -> str:
    """``13 Nov 02:10–04:20`` within a day, ``12 Nov 18:00 – 13 Nov 08:00`` across days."""
    start, end = _local(first, zone), _local(last, zone)
    if start is None or end is None:
        return _UNKNOWN
    head, tail = f"{start:%H:%M}", f"{end:%H:%M}"
    from_day, to_day = day(first, zone), day(last, zone)
    if year:
        to_day = f"{to_day} {end.year}"
    if start.year != end.year:
        return f"{from_day} {start.year} {head} – {day(last, zone)} {end.year} {tail}"
    if start.date() != end.date():
        return f"{from_day} {head} – {to_day} {tail}"
    return f"{to_day} {head}" if head == tail else f"{to_day} {head}–{tail}"


def hours_between(start: int, end: int, zone: tzinfo) -> str:
    """``02:10–02:55`` for a stretch shorter than half a day, with its days otherwise."""
    if 0 <= end - start < DAY // 2:
        return f"{clock(start, zone)}–{clock(end, zone)}"
    return span(start, end, zone)


def zone_name(name: str, zone: tzinfo, instant: int | None) -> str:
    """How the reader's zone is called: its database name, or its offset from UTC."""
    key = getattr(zone, "key", None)
    if isinstance(key, str) and key:
        return key
    local = _local(instant or 0, zone)
    return name if local is None else str(local.tzname() or name)
