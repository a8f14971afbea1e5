"""Stamps that are one number: seconds since 1970 and finer, FILETIME, TAI64N.

The unit is told by the size: between 1990 and 2100 the ranges of seconds, milliseconds,
microseconds, nanoseconds and FILETIME do not touch. A number outside them is no stamp.

Sources: POSIX "seconds since the Epoch"; MS-DTYP section 2.3.3 (FILETIME);
https://cr.yp.to/libtai/tai64.html (labels) and daemontools, which adds ten seconds to
the system's time and knows no later leap second.
"""

import re
from typing import Final

EARLIEST: Final = 631_152_000_000_000
"""1990-01-01 00:00 UTC in microseconds: no number before it is taken for a time."""
LATEST: Final = 4_102_444_800_000_000
"""2100-01-01 00:00 UTC in microseconds: no number from it on is taken for a time."""

_NUMBER: Final = re.compile(r"([0-9]{9,19})(?:[.,]([0-9]{1,9}))?")
_LABEL: Final = re.compile(r"@([0-9a-fA-F]{16})([0-9a-fA-F]{8})?")
_FILETIME_EPOCH: Final = 11_644_473_600_000_000
_FILETIME_DIGITS: Final = 18
_LABEL_EPOCH: Final = (1 << 62) + 10


def read_number(text: str) -> int | None:
    """Read a number as an instant.

    Args:
        text: digits, with a fraction or without, or `@` and a TAI64(N) label.

    Returns:
        UTC microseconds since 1970, or None when it is no believable time.
    """
    if text[:1] == "@":
        return _read_label(text)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    whole, fraction = match.groups()
    number = int(whole)
    # The fraction is counted in billionths of the unit, whichever unit that is.
    billionths = number * 10**9 + int((fraction or "").ljust(9, "0"))
    for divisor in (10**3, 10**6, 10**9, 10**12):
        value = billionths // divisor
        if EARLIEST <= value < LATEST:
            return value
    if fraction is None and len(whole) == _FILETIME_DIGITS:
        value = number // 10 - _FILETIME_EPOCH
        if EARLIEST <= value < LATEST:
            return value
    return None


def _read_label(text: str) -> int | None:
    match = _LABEL.fullmatch(text)
    if match is None:
        return None
    seconds = int(match[1], 16) - _LABEL_EPOCH
    value = seconds * 10**6 + int(match[2] or "0", 16) // 1000
    return value if EARLIEST <= value < LATEST else None
