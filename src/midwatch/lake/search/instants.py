"""Times as people write them in a search: ``7d``, ``2026-11-01``, ``2026-11-01T18:00``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_AGO: Final = re.compile(r"(\d{1,6})(s|m|min|h|d|w)", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SearchClock:
    """``now``: UTC microseconds; ``zone``: that of times that state none."""

    now: int
    zone: tzinfo = UTC


def span_of(text: str, clock: SearchClock) -> tuple[int, int] | None:
    """The first microsecond of what was written and the first behind it; None if it is no time.

    A date is its whole day in the zone, a minute its minute; ``7d`` is the instant that long ago.

    >>> span_of("1d", SearchClock(now=86_400_000_000))
    (0, 1)
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        instant = clock.now - int(ago[1]) * _UNITS[ago[2]] * 1_000_000
        return instant, instant + 1
    if text == "now":
        return clock.now, clock.now + 1
    try:
        moment = datetime.fromisoformat(text)
        if _DATE.fullmatch(text):
            start = moment.replace(tzinfo=clock.zone)
            return _micros(start), _micros(start + timedelta(days=1))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=clock.zone)
        length = 60_000_000 if re.fullmatch(r"[^T ]*[T ]\d\d:\d\d", text) else 1_000_000
        if moment.microsecond:
            length = 1
        return _micros(moment), _micros(moment) + length
    except (ValueError, OverflowError):
        return None


def _micros(moment: datetime) -> int:
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
