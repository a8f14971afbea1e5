"""Times that are asked for, as UTC microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from midwatch.kernel import BadInputError

DAY: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def aware(moment: datetime) -> datetime:
    """A time with its zone; one without is UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def micros(moment: datetime) -> int:
    """A time as UTC microseconds."""
    return (aware(moment) - _EPOCH) // timedelta(microseconds=1)


def span_of(
    since: datetime | None, until: datetime | None, now: int, length: int
) -> tuple[int, int]:
    """Since and until; by default up to ``now``, so long.

    Raises:
        BadInputError: It ends before it begins.
    """
    last = now if until is None else micros(until)
    first = last - length if since is None else micros(since)
    if first >= last:
        raise BadInputError("until is not after since", remedy="give the earlier time as since")
    return first, last
