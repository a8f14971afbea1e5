"""Where to look first: spans of time from the newest on, each with some times the last one's rows.

How many rows lie behind a moment is told by the files' own statistics, as if the rows of a file
were spread evenly over its time: good enough to begin where the newest are, and to know beforehand
how much a question has to read.

>>> from midwatch.lake.delta_log import ActiveFile
>>> file = ActiveFile("x", "acme", "2026-11-21", 1, 1_000, 0, 1_000_000, 0)
>>> rows_from([file], 500_000)
500
>>> starts([file], first=100, growth=4), back_to([file], 2_000)
([899500, 499500], None)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # loaded by whoever opens the lake
    from midwatch.lake.delta_log import ActiveFile

FIRST: Final = 250_000
"""Rows of the first span: a tenth of a second's work."""
GROWTH: Final = 4
_STEPS: Final = 24


def starts(
    files: Sequence[ActiveFile], *, first: int | None = None, growth: int = GROWTH
) -> list[int]:
    """When each span begins (UTC microseconds), the newest first; the last one has no beginning."""
    found: list[int] = []
    wanted, whole = first or FIRST, sum(each.rows for each in files)
    while wanted < whole:
        start = back_to(files, wanted)
        if start is None:
            break
        if not found or start < found[-1]:
            found.append(start)
        wanted += wanted * growth
    return found


def back_to(files: Sequence[ActiveFile], most: int) -> int | None:
    """The moment from which on there are about that many rows; None where all are fewer."""
    timed = [each for each in files if each.first_time is not None and each.last_time is not None]
    if not timed or sum(each.rows for each in files) <= most:
        return None
    low = min(each.first_time or 0 for each in timed)
    high = max(each.last_time or 0 for each in timed) + 1
    for _ in range(_STEPS):
        middle = (low + high) // 2
        if rows_from(timed, middle) > most:
            low = middle
        else:
            high = middle
        if high - low <= 1:
            break
    return high


def rows_from(files: Sequence[ActiveFile], moment: int) -> int:
    """About how many rows are of that moment or later."""
    count = 0.0
    for each in files:
        if each.first_time is None or each.last_time is None or each.last_time < moment:
            continue
        if each.first_time >= moment:
            count += each.rows
        else:
            length = each.last_time - each.first_time
            count += each.rows * (each.last_time - moment) / length
    return round(count)
