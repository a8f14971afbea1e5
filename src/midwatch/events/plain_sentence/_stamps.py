"""Time stamps in a text, the rare forms among them.

What ``midwatch.events.timestamps`` finds comes first. Forms that are too loose to be
looked for in every line (six digits twice, a month and a day without a year, a bare
number of seconds) are looked for here, near the beginning of lines that nothing else
understood, and handed on in a form that ``StampReader`` reads.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.late_expressions import compiled_late
from midwatch.events.timestamps import ClockContext, StampReader

_STAMPS: Final = StampReader(ClockContext(reference=4_070_908_800_000_000))
"""Only asked whether a text is a stamp; what it says is read with the stream's own clock."""
_EARLIEST: Final = 631_152_000_000_000
_LATEST: Final = 4_102_444_800_000_000
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
_WITHIN: Final = 96
_LEADING: Final = 2
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CLOCK: Final = re.compile(r":[0-5]\d(?:$|\D)")
_RARE: Final = compiled_late(
    # 081109 203518 143 INFO dfs.DataNode
    r"(?:^|[\s\[])(?:(?P<y>\d\d)(?P<mo>\d\d)(?P<d>\d\d) (?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)(?= )"
    # 03-17 16:13:38.811 and [10.30 16:49:06]
    r"|(?P<month>0[1-9]|1[0-2])[-.](?P<day>\d\d) "
    r"(?P<clock>\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?![\d:])"
    # 2005-06-03-15.42.50.675872
    r"|(?P<date>\d{4}-\d\d-\d\d)-(?P<h2>\d\d)\.(?P<m2>\d\d)\.(?P<s2>\d\d(?:\.\d{1,6})?)(?![\d.])"
    # October 06, 2014 11:56 and 2014-10-06 11:56 and 10/06/2014 11:56 AM
    r"|(?P<short>(?:[A-Z][a-z]{2,8} \d{1,2},? \d{4}|\d{4}[-/]\d\d[-/]\d\d"
    r"|\d{1,2}[/.]\d{1,2}[/.]\d{4})(?:,? |T)\d{1,2}:\d\d)(?P<half> ?[AaPp][Mm])?(?!:?\d)"
    # - 1131566461 2005.11.09 dn228
    r"|(?P<epoch>1\d{9})(?:\.\d{1,9})?(?=[ |]))"
)


def is_stamp(text: str) -> bool:
    """Whether a text is a time between 1990 and 2100."""
    instant = _STAMPS.read(text)
    return instant is not None and _EARLIEST <= instant < _LATEST


def stamp_in(text: str, *, anchored: bool = False) -> tuple[str | None, bool]:
    """The first believable time stamp in a text, in a form that ``StampReader`` reads.

    And whether the text begins with it and it states a year, so that it is more exact
    than a syslog header before it. When the line is ``anchored`` by its header, a text
    without any clock time is not searched.
    """
    if anchored and _CLOCK.search(text) is None:
        return None, False
    found = _STAMPS.find(text)
    if found is not None:
        stamp = text[found[1] : found[2]]
        return stamp, found[1] <= _LEADING and _YEAR.search(stamp) is not None
    return _rare_stamp(text), False


def _rare_stamp(text: str) -> str | None:
    rare = _RARE.search(text, 0, _WITHIN)
    if rare is None:
        return None
    part = rare.groupdict()
    if part["y"] is not None:
        stamp = "20{y}-{mo}-{d} {h}:{mi}:{s}".format_map(part)
    elif part["month"] is not None:
        stamp = f"{_MONTHS[int(part['month']) - 1]} {int(part['day'])} {part['clock']}"
    elif part["date"] is not None:
        stamp = "{date} {h2}:{m2}:{s2}".format_map(part)
    elif part["short"] is not None:
        stamp = f"{part['short']}:00{part['half'] or ''}"
    else:
        stamp = part["epoch"] or ""
    return stamp if is_stamp(stamp) else None
