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
from collections.abc import Mapping, Sequence
from typing import Final

from midwatch.events.source import Value
from midwatch.lake.columns import NUMBERS

TEXTS: Final = (
    "src_ip", "dst_ip", "user", "session", "url_path", "user_agent", "mail_from", "mail_to",
    "query_name", "file", "process", "command",
)  # fmt: skip
INTEGERS: Final = ("src_port", "dst_port", "bytes_in", "bytes_out", "pid")
ARGUMENTS: Final = (*TEXTS, *INTEGERS, *NUMBERS)
"""The arguments of a line form. Only ever appended to: forms refer to them by place."""

_FIRST_NUMBER: Final = len(TEXTS) + len(INTEGERS)
_MARK: Final = 0xE000
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
    used = [(_MARKS[name][0], columns[name]) for name in (*TEXTS, *INTEGERS) if name in columns]
    forms: list[str | None] = [None] * len(raws)
    numbers: Numbers = [[None] * len(raws) for _ in NUMBERS]
    shapes: dict[tuple[str, ...], tuple[list[int], list[list[str]]]] = {}
    split, unfit = _NUMBER.split, _UNFIT.search
    for row, raw in enumerate(raws):
        if len(raw) > _LONGEST or unfit(raw):
            continue
        text = raw
        for mark, values in used:
            value = values[row]
            if value is not None:
                sought = value if isinstance(value, str) else str(value)
                if len(sought) > 1:
                    text = text.replace(sought, mark, 1)
        parts = split(text, _MOST_NUMBERS)
        shape = tuple(parts[::2])
        held = shapes.get(shape)
        if held is None:
            held = shapes[shape] = ([], [])
        held[0].append(row)
        held[1].append(parts[1::2])
    for shape, (rows, digits) in shapes.items():
        if len(rows) > 1:
            _fill(shape, rows, digits, forms, numbers)
        else:
            mixed = [part for pair in zip(shape, (*digits[0], ""), strict=True) for part in pair]
            forms[rows[0]] = _literal("".join(mixed))
    return forms, numbers


def _fill(
    shape: Sequence[str],
    rows: Sequence[int],
    digits: Sequence[Sequence[str]],
    forms: list[str | None],
    numbers: Numbers,
) -> None:
    """Give the lines of one shape their form, or few forms where numbers cannot be taken out."""
    places = list(zip(*digits, strict=True))
    wanted = [spot for spot, values in enumerate(places) if values.count(values[0]) < len(values)]
    if len(wanted) > len(NUMBERS):
        variety = {spot: len(set(places[spot])) for spot in wanted}
        wanted = sorted(sorted(wanted, key=variety.__getitem__)[-len(NUMBERS) :])
    pieces: list[Sequence[str] | str] = [_literal(shape[0])]
    slot = 0
    for spot, values in enumerate(places):
        padded = any(len(value) == 2 and value[0] == "0" for value in values)
        if spot in wanted and not (padded and any(len(value) == 1 for value in values)):
            pieces.append(f"%{_FIRST_NUMBER + slot + 1}${'02d' if padded else 'd'}")
            held = numbers[slot]
            for row, value in zip(rows, values, strict=True):
                held[row] = int(value)
            slot += 1
        else:
            pieces.append(values[0] if values.count(values[0]) == len(values) else values)
        pieces.append(_literal(shape[spot + 1]))
    if all(isinstance(piece, str) for piece in pieces):
        form = "".join(str(piece) for piece in pieces)
        for row in rows:
            forms[row] = form
    else:
        for place, row in enumerate(rows):
            forms[row] = "".join(
                piece if isinstance(piece, str) else piece[place] for piece in pieces
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
