"""Zones as stamps write them, as microseconds east of Greenwich.

Numeric zones follow RFC 3339 section 5.6 and ISO 8601. Abbreviations are not unique in
the world; the table holds the most widely used meaning of each and leaves out those
that are also common words.
"""

import re
from typing import Final

_HOUR: Final = 3_600_000_000
_MINUTE: Final = 60_000_000

ABBREVIATIONS: Final[dict[str, int]] = {
    name: int(hours * _HOUR)
    for hours, names in (
        (-10, "HST"),
        (-9, "AKST"),
        (-8, "PST AKDT"),
        (-7, "MST PDT"),
        (-6, "CST MDT"),
        (-5, "EST CDT"),
        (-4, "EDT AST"),
        (-3.5, "NST"),
        (-3, "ADT BRT"),
        (-2.5, "NDT"),
        (0, "Z UTC GMT WET"),
        (1, "CET MEZ BST WEST"),
        (2, "CEST MESZ EET SAST"),
        (3, "EEST MSK TRT"),
        (4, "GST"),
        (5, "PKT"),
        (5.5, "IST"),
        (7, "WIB ICT"),
        (8, "AWST HKT SGT"),
        (9, "JST KST"),
        (9.5, "ACST"),
        (10, "AEST"),
        (10.5, "ACDT"),
        (11, "AEDT"),
        (12, "NZST"),
        (13, "NZDT"),
    )
    for name in names.split()
}

ABSOLUTE: Final = frozenset({"Z", "UTC", "GMT"})
"""Names that mean the same everywhere, so no context can change them."""

# The longest names first: an alternation takes the first that fits. Z must touch the
# seconds; every other name may stand apart from them.
_NAMES: Final = "|".join(sorted(ABBREVIATIONS.keys() - {"Z"}, key=len, reverse=True))
ZONE_PATTERN: Final = (
    r"(?:[Zz]"
    r"| ?(?:UTC|GMT)[+-][0-9]{1,2}(?::?[0-5][0-9])?"
    r"| ?[+-](?:0[0-9]|1[0-5]):?[0-5][0-9]"
    r"|[+-](?:0[0-9]|1[0-5])"
    rf"| {{0,2}}\(?(?:{_NAMES})\)?"
    r")(?![0-9A-Za-z_])"
)

_NUMERIC: Final = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2}):?([0-5][0-9])?")
_FARTHEST_HOURS: Final = 15


def zone_name(text: str) -> str:
    """Return the bare name or number of a zone as `ZONE_PATTERN` matched it."""
    return text.strip(" ()").upper()


def offset_of(name: str) -> int | None:
    """Return how far east of Greenwich a zone is.

    Args:
        name: what `zone_name` returned.

    Returns:
        Microseconds to subtract from the local reading, or None for an unknown zone.
    """
    known = ABBREVIATIONS.get(name)
    if known is not None:
        return known
    match = _NUMERIC.fullmatch(name)
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    if int(hours) > _FARTHEST_HOURS:
        return None
    offset = int(hours) * _HOUR + int(minutes or 0) * _MINUTE
    return -offset if sign == "-" else offset
