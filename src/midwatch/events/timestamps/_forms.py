"""The written forms of a stamp, as patterns.

Two uses of one grammar: `parse` takes a whole text apart, `LOCATE` says where in a line
a stamp may be, and `HINT` spares most lines without a stamp that search. Every
quantifier is bounded and none is nested, so the work is linear in the text. Whether the
parts make a real date is for the reader to say.

Sources: RFC 3164 section 4.1.2, RFC 3339, RFC 5424 section 6.2.3, RFC 5322 section 3.3,
ISO 8601 basic and extended, the Common Log Format of httpd, asctime of ISO C.
"""

import re
from typing import Final, NamedTuple

from midwatch.events.late_expressions import compiled_late
from midwatch.events.timestamps._zones import ZONE_PATTERN

LONGEST_STAMP: Final = 64
"""No known form is longer than this many characters."""


class Parts(NamedTuple):
    """What a stamp says, as numbers, before anybody checked that it is a date.

    `year` is None when it is not written. `zone` is the zone's text, empty when none is
    written. `hour_end` is where the hour ends in the text if nothing but minutes,
    seconds, a fraction and a zone follow it; otherwise 0.
    """

    year: int | None
    month: int
    day: int
    hour: int
    minute: int
    second: int
    microsecond: int
    zone: str
    hour_end: int


# English in full, and the abbreviations of German, French, Spanish, Italian and Dutch
# that mean the same month wherever they are used.
_MONTHS: Final[dict[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan january jän jänner januar janv janvier ene enero gen gennaio januari",
            "feb february februar févr fév février febr febrero febbraio februari",
            "mar march mär märz mrz mars marzo mrt maart",
            "apr april avr avril abr abril aprile",
            "may mai mayo mag maggio mei",
            "jun june juni juin junio giu giugno",
            "jul july juli juil juillet julio lug luglio",
            "aug august août aou ago agosto augustus",
            "sep sept september septembre septiembre set settembre",
            "oct october okt oktober octobre octubre ott ottobre",
            "nov november novembre noviembre",
            "dec december dez dezember déc décembre dic diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}

_WEEKDAY: Final = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|MON|TUE|WED|THU|FRI|SAT|SUN)[a-z]{0,6},? {1,2}"
_NAME: Final = r"(?P<name>[^\W\d_]{3,9})\.?"
_YEAR: Final = r"(?P<year>(?:19[7-9][0-9]|20[0-9]{2}|2100))"
_DAY: Final = r"(?P<day>[0-9]{1,2})"
_CLOCK: Final = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?![0-9])"
_FRACTION: Final = r"(?:[.,](?P<fraction>[0-9]{1,9})(?![0-9]))?"
# In a line a comma may also part two columns: then only the lengths that loggers write
# are a fraction.
_FRACTION_IN_LINE: Final = (
    r"(?:\.[0-9]{1,9}(?![0-9])|,(?:[0-9]{3}|[0-9]{6}|[0-9]{9})(?![0-9A-Ya-y_]))?"
)
_HALF: Final = r"(?: ?(?P<half>[AaPp][Mm])(?![A-Za-z]))?"
_ZONE: Final = rf"(?P<zone>{ZONE_PATTERN})?"
_TIME: Final = _CLOCK + _FRACTION + _HALF + _ZONE
# Between date and time. The last one is how firewalls write key=value pairs:
# date=2024-03-15 time=06:07:08.
_JOIN: Final = (
    r"(?P<join>[Tt_:\t-]|,? {1,3}(?:- )?|,"
    r"|,? at |[\"']?[ ,]{1,2}time=[\"']?)"
)

_YEAR_FIRST: Final = (
    r"(?P<year>[0-9]{4})(?P<mark>[-/.:])(?P<month>[0-9]{1,2})(?P=mark)"
    rf"{_DAY}{_JOIN}{_TIME}"
)
_COMPACT: Final = (
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<join>[Tt _-])"
    r"(?P<hour>[0-9]{2})(?P<colon>:?)(?P<minute>[0-9]{2})(?P=colon)(?P<second>[0-9]{2})"
    rf"(?![0-9]){_FRACTION}{_ZONE}"
)
_UNPARTED: Final = (
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})"
    rf"{_FRACTION}{_ZONE}"
)
_SHORT_YEAR_FIRST: Final = (
    rf"(?P<year>[0-9]{{2}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}) {{1,2}}{_TIME}"
)
_DAY_NAME_YEAR: Final = (
    rf"{_DAY}(?:[-/ ]|\. ?){_NAME}(?:[-/ ](?P<year>[0-9]{{4}})|[-/](?P<short_year>[0-9]{{2}}))"
    rf"{_JOIN}{_TIME}"
)
_DAY_NAME: Final = rf"{_DAY} {_NAME} {{1,2}}{_TIME}"
_YEAR_NAME_DAY: Final = rf"{_YEAR}[-/ ]{_NAME}[-/ ]{{1,2}}{_DAY}{_JOIN}{_TIME}"
_NUMBERS: Final = (
    r"(?P<first>[0-9]{1,2})(?P<mark>[-/.])(?P<other>[0-9]{1,2})(?P=mark)"
    rf"(?P<year>[0-9]{{4}}){_JOIN}{_TIME}"
)
_SHORT_NUMBERS: Final = (
    r"(?P<first>[0-9]{1,2})(?P<mark>[/.])(?P<other>[0-9]{2})(?P=mark)"
    rf"(?P<year>[0-9]{{2}}){_JOIN}{_TIME}"
)
_NAME_DAY: Final = (
    rf"{_NAME}[-/ ]{{1,2}}{_DAY}(?:(?:,? |[-/]){_YEAR}|-(?P<short_year>[0-9]{{2}}))?{_JOIN}{_TIME}"
    # A year after the time, but not an address or a host name that begins like one.
    r"(?: {1,2}(?P<late_year>19[7-9][0-9]|20[0-9]{2}|2100)(?![\w-]|[.:][\w:])"
    rf"(?P<late_zone>{ZONE_PATTERN})?)?"
)

_DIGIT_FORMS: Final = tuple(
    compiled_late(form)
    for form in (
        _YEAR_FIRST,
        _DAY_NAME_YEAR,
        _NUMBERS,
        _COMPACT,
        _DAY_NAME,
        _SHORT_NUMBERS,
        _SHORT_YEAR_FIRST,
        _YEAR_NAME_DAY,
        _UNPARTED,
    )
)
_NAME_FORM: Final = compiled_late(_NAME_DAY)
_WEEKDAY_FIRST: Final = compiled_late(_WEEKDAY)

_NOON: Final = 12
_LAST_MONTH: Final = 12
_TWO_DIGITS: Final = 2
_PIVOT: Final = 69
"""Two-digit years from here on are of the 1900s, as POSIX strptime has it."""


def parse(text: str) -> Parts | None:
    """Take a stamp apart.

    Args:
        text: the stamp alone, at most `LONGEST_STAMP` characters.

    Returns:
        Its parts, or None when the text has no known form.
    """
    if not text[:1].isdigit():
        weekday = _WEEKDAY_FIRST.match(text)
        if weekday is None:
            match = _NAME_FORM.fullmatch(text)
            return None if match is None else _parts(match, may_be_known=True)
        text = text[weekday.end() :]
        if not text[:1].isdigit():
            match = _NAME_FORM.fullmatch(text)
            return None if match is None else _parts(match, may_be_known=False)
        return _parse_digits(text, may_be_known=False)
    return _parse_digits(text, may_be_known=True)


def _parse_digits(text: str, *, may_be_known: bool) -> Parts | None:
    for form in _DIGIT_FORMS:
        match = form.fullmatch(text)
        if match is not None:
            return _parts(match, may_be_known=may_be_known)
    return None


def _parts(match: re.Match[str], *, may_be_known: bool) -> Parts | None:
    said = match.groupdict()
    month_day = _month_and_day(said)
    if month_day is None:
        return None
    hour = int(said["hour"])
    half = said.get("half")
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half[0] in "Pp" else 0)
    late_year = said.get("late_year")
    plain = may_be_known and not half and not late_year and said.get("colon") is None
    return Parts(
        year=_full_year(said.get("year") or said.get("short_year") or late_year),
        month=month_day[0],
        day=month_day[1],
        hour=hour,
        minute=int(said["minute"]),
        second=int(said["second"]),
        microsecond=microseconds(said["fraction"] or ""),
        zone=said["zone"] or said.get("late_zone") or "",
        hour_end=match.end("hour") if plain else 0,
    )


def _month_and_day(said: dict[str, str | None]) -> tuple[int, int] | None:
    """Return month and day; None when the month has no such name."""
    name = said.get("name")
    if name:
        month = _MONTHS.get(name.lower())
        return None if month is None else (month, int(said["day"] or 0))
    first = said.get("first")
    if first:
        one, other = int(first), int(said["other"] or 0)
        month_first = said["mark"] == "/" and said["join"] != ":"
        if one > _LAST_MONTH or (not month_first and other <= _LAST_MONTH):
            return other, one
        return one, other
    if said.get("mark") == said.get("join") == ":":
        # Six numbers between colons are an address.
        return None
    return int(said["month"] or 0), int(said["day"] or 0)


def _full_year(year: str | None) -> int | None:
    if not year:
        return None
    if len(year) > _TWO_DIGITS:
        return int(year)
    return int(year) + (1900 if int(year) >= _PIVOT else 2000)


def microseconds(fraction: str) -> int:
    """Return the microseconds in the digits after the decimal mark, cut to six."""
    return int(fraction[:6].ljust(6, "0"))


def _anonymous(form: str) -> str:
    """Return a form without group names, for use beside others in one pattern."""
    form = form.replace(_FRACTION, _FRACTION_IN_LINE)
    form = form.replace("(?P=mark)", "[-/.:]").replace("(?P=colon)", ":?")
    return re.sub(r"\(\?P<\w+>", "(?:", form)


def _any_of(*forms: str) -> str:
    return "(?:" + "|".join(_anonymous(form) for form in forms) + ")"


# A year in four digits may follow anything but a number or the dot of an address; the
# other forms that begin with digits may not be the end of a word or a path either.
_BEGINS_WITH_YEAR: Final = _any_of(_YEAR_FIRST, _YEAR_NAME_DAY)
_BEGINS_WITH_DIGITS: Final = r"(?<![A-Za-z_/-])" + _any_of(
    _DAY_NAME_YEAR, _DAY_NAME, _NUMBERS, _SHORT_NUMBERS, _COMPACT, _SHORT_YEAR_FIRST
)
# Squid and the audit daemon write seconds with a fraction. A message id looks the same,
# but goes on.
_DECIMAL: Final = r"(?<![A-Za-z_/-])(?P<decimal>[1-3][0-9]{9}\.[0-9]{3,9})(?![\w.@])"
# Keys whose number is a time, and the numbers believed behind them.
_KEY: Final = (
    r"(?<![A-Za-z])(?:(?:event|log|dev|device|start|end|creation|receipt|receive)?_?"
    r"[Tt]ime(?:_?[Ss]tamp)?|date|epoch|start|end|rt|ts)[\"']{0,2} ?[=:] ?[\"']?"
)
_KEYED: Final = (
    r"(?P<keyed>[1-3][0-9]{9}(?:[0-9]{3}|[0-9]{6}|[0-9]{9})?(?:\.[0-9]{1,9})?)(?![\w.@-])"
)
# At the very start, after a syslog priority at most.
_LEADING: Final = (
    r"\A(?:<[0-9]{1,3}>(?:[0-9]{1,2} )?)?\[?"
    r"(?P<leading>1[0-9]{9}(?:[0-9]{3})?(?:\.[0-9]{1,9})?)(?=[\] \t|,;])"
)
_LABEL: Final = r"(?<!\w)@4[0-9a-fA-F]{15}(?:[0-9a-fA-F]{8})?(?!\w)"

LOCATE: Final = compiled_late(
    rf"(?<![0-9.])(?=[0-9])(?:{_BEGINS_WITH_YEAR}|{_BEGINS_WITH_DIGITS}|{_DECIMAL})"
    rf"|(?<![^\W\d_])(?:{_WEEKDAY})?{_any_of(_NAME_DAY)}"
    rf"|(?<![^\W\d_]){_WEEKDAY}{_any_of(_DAY_NAME_YEAR, _YEAR_FIRST)}"
    rf"|{_KEY}{_KEYED}|{_LEADING}|{_LABEL}"
)
"""Where in a line a stamp may be; when a named group took part, it is the stamp."""

# One set of first characters lets the search skip over all others at full speed.
HINT: Final = compiled_late(
    r"[0-9@](?::[0-9]{2}:[0-9]{2}|[0-9]{9}|[0-9]{7}[Tt _-][0-9]{6}|(?<=@)4[0-9a-fA-F]{15})"
)
"""What every stamp in a line contains, less than `LONGEST_STAMP` after its start."""
