r"""Lines without the values that other columns hold already.

A line is kept as a format in the words of C's and Java's ``printf`` with numbered arguments.
``%1$s`` to ``%27$d`` stand for columns, in the order of ``ARGUMENTS``; so DuckDB's
``printf`` and Spark's ``format_string`` both give the line back, byte for byte. Numbers that no
column holds go into the columns n0 to n9. What cannot be split so is kept whole.

>>> lines = ["in 203.0.113.9 ttl 64", "in 203.0.113.9 ttl 07"]
>>> split_lines(lines, {"src_ip": ["203.0.113.9"] * 2})[0]
['in %1$s ttl %18$02d', 'in %1$s ttl %18$02d']
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Final

from midwatch.events.source import Value
from midwatch.lake.alike import Alike, Shape, Split, Texts
from midwatch.lake.values import NUMBERS

TEXTS: Final = (
    "src_ip", "dst_ip", "user", "session", "url_path", "user_agent", "mail_from", "mail_to",
    "query_name", "file", "process", "command",
)  # fmt: skip
INTEGERS: Final = ("src_port", "dst_port", "bytes_in", "bytes_out", "pid")
ARGUMENTS: Final = (*TEXTS, *INTEGERS, *NUMBERS)
"""The arguments of a line form. Only ever appended to: forms refer to them by place."""

_FIRST_NUMBER: Final = len(TEXTS) + len(INTEGERS)
_MARK: Final = 0xE000
_LEAST: Final = -(1 << 63)
_MOST: Final = (1 << 63) - 1
# A number that can be printed again as it stood: two digits, or no zero in front.
_NUMBER: Final = re.compile(
    r"(?<![\w.\ue000-\ue0ff])(\d\d|[1-9]\d{2,17}|[1-8]\d{18}|\d)(?![\w.\ue000-\ue0ff])", re.ASCII
)
_MOST_NUMBERS: Final = 48
_UNFIT: Final = re.compile("[\x00\ue000-\ue0ff]")
_LONGEST: Final = 4096
_MARKED: Final = re.compile(r"[%\ue000-\ue0ff]")
_MARKS: Final = {
    name: (chr(_MARK + spot), f"%{spot + 1}${'s' if name in TEXTS else 'd'}")
    for spot, name in enumerate(ARGUMENTS)
}
_FORMATS: Final = dict(_MARKS.values())

Numbers = list[list[int | None]]


def split_lines(
    raws: Sequence[str], columns: Mapping[str, Sequence[Value]]
) -> tuple[list[str | None], Numbers]:
    """Forms and numbers of lines; a form of None where the line has to be kept whole.

    Numbers that are the same in all lines of one shape stay in the form.
    ``columns``: what the row's columns will hold, values as they are written.
    """
    used = [
        (_MARKS[name][0], _as_texts(columns[name]))
        for name in (*TEXTS, *INTEGERS)
        if name in columns
    ]
    forms: list[str | None] = [None] * len(raws)
    numbers: Numbers = [[None] * len(raws) for _ in NUMBERS]
    shapes: dict[tuple[Shape, tuple[bool, ...]], list[Split]] = {}
    alike = Alike(raws, used, _LONGEST, _MOST_NUMBERS)
    for split in (*alike.split(), *_split_singly(raws, used, alike)):
        plain = all(split.numbers)
        shapes.setdefault((split.shape, () if plain else split.numbers), []).append(split)
    for (shape, numeric), parts in shapes.items():
        rows, digits = _joined(parts)
        if len(rows) > 1:
            _fill(Split(shape, rows, digits, numeric), forms, numbers)
        else:
            own = [value for (value,) in digits]
            mixed = [part for pair in zip(shape, (*own, ""), strict=True) for part in pair]
            forms[rows[0]] = _literal("".join(mixed))
    return forms, numbers


def _as_texts(values: Sequence[Value]) -> Texts:
    """Values as they are printed; None where the column cannot hold one."""
    return [
        value
        if value is None or isinstance(value, str)
        else str(value)
        if _LEAST <= value <= _MOST
        else None
        for value in values
    ]


def _split_singly(
    raws: Sequence[str], used: Sequence[tuple[str, Texts]], alike: Alike
) -> Iterator[Split]:
    """The shapes of the lines that are like few others, whose finding must be at its end."""
    found: dict[Shape, tuple[list[int], list[list[str]]]] = {}
    split, unfit = _NUMBER.split, _UNFIT.search
    for row in alike.left:
        raw = raws[row]
        if len(raw) > _LONGEST or unfit(raw):
            continue
        text = raw
        for mark, values in used:
            sought = values[row]
            if sought is not None and len(sought) > 1:
                text = text.replace(sought, mark, 1)
        parts = split(text, _MOST_NUMBERS)
        rows, digits = found.setdefault(tuple(parts[::2]), ([], []))
        rows.append(row)
        digits.append(parts[1::2])
    for shape, (rows, digits) in found.items():
        yield Split(shape, rows, list(zip(*digits, strict=True)))


def _joined(parts: Sequence[Split]) -> tuple[Sequence[int], Sequence[Sequence[str]]]:
    """Rows and numbers of one shape."""
    if len(parts) == 1:
        return parts[0].rows, parts[0].digits
    rows = list(chain.from_iterable(part.rows for part in parts))
    columns = zip(*(part.digits for part in parts), strict=True)
    return rows, [list(chain.from_iterable(column)) for column in columns]


def _fill(split: Split, forms: list[str | None], numbers: Numbers) -> None:
    """Give the lines of one shape their form, or few forms where numbers cannot be taken out."""
    shape, rows, places, numeric = split
    varying = [spot for spot, values in enumerate(places) if values.count(values[0]) < len(values)]
    wanted = [spot for spot in varying if not numeric or numeric[spot]]
    if len(wanted) > len(NUMBERS):
        variety = {spot: len(set(places[spot])) for spot in wanted}
        wanted = sorted(sorted(wanted, key=variety.__getitem__)[-len(NUMBERS) :])
    pieces: list[Sequence[str] | str] = [_literal(shape[0])]
    slot = 0
    for spot, values in enumerate(places):
        padded, bare = _padding(values) if spot in wanted else (True, True)
        if not (padded and bare):
            pieces.append(f"%{_FIRST_NUMBER + slot + 1}${'02d' if padded else 'd'}")
            held = numbers[slot]
            for row, number in zip(rows, map(int, values), strict=True):
                held[row] = number
            slot += 1
        else:
            pieces.append(values if spot in varying else values[0])
        pieces.append(_literal(shape[spot + 1]))
    if all(isinstance(piece, str) for piece in pieces):
        form = "".join(map(str, pieces))
        for row in rows:
            forms[row] = form
    else:
        spread = [repeat(piece) if isinstance(piece, str) else piece for piece in pieces]
        for row, parts in zip(rows, zip(*spread, strict=False), strict=False):
            forms[row] = "".join(parts)


def _padding(values: Sequence[str]) -> tuple[bool, bool]:
    """Whether some numbers are of two digits with a zero in front, and some of one digit."""
    if min(values) >= "1":
        return False, True
    different = set(values)
    return (
        any(len(value) == 2 and value[0] == "0" for value in different),
        any(len(value) == 1 for value in different),
    )


def _literal(text: str) -> str:
    """Literal text of a format, its marks written out."""
    return _MARKED.sub(lambda found: _FORMATS.get(found[0], "%%"), text)


def whole_line(form: str, arguments: Mapping[str, Value]) -> str:
    """The line that a form stands for, its columns given by name.

    >>> whole_line("ttl %18$02d, 100%%", {"n0": 7})
    'ttl 07, 100%'
    """

    def printed(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = arguments.get(ARGUMENTS[int(found[1]) - 1])
        return f"{value:02d}" if found[2] == "02d" else str(value)

    return re.sub(r"%%|%(\d+)\$(s|d|02d)", printed, form)


def whole_line_sql() -> str:
    """The expression that gives the whole line back in DuckDB's SQL.

    In Spark, write ``format_string`` instead of ``printf`` and ``bigint(0)`` for the zeros.
    """
    given = [f"coalesce({name}, '')" for name in TEXTS]
    given += [f"coalesce({name}, 0)" for name in (*INTEGERS, *NUMBERS)]
    return f"coalesce(raw, printf(line_form, {', '.join(given)}))"
