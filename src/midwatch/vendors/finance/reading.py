"""Statements from a table: one line an item, one column a period.

    period end        2024-12-31   2025-12-31
    currency          EUR          EUR
    unit              1000         1000
    audit             audited      audited
    going concern     no doubt     no doubt
    current assets    412          398
    …

An empty cell is a missing amount; what begins with # is a remark. A formula, a word that is
no number, an item nobody knows and an item that stands twice are refused with their row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from midwatch.kernel import BadInputError
from midwatch.vendors.finance.amounts import EMPTY, read_amount
from midwatch.vendors.finance.statements import (
    MEANINGS,
    Audit,
    FinancialStatement,
    GoingConcern,
    Item,
)
from midwatch.vendors.spreadsheets import (
    Cell,
    Column,
    Formula,
    Page,
    csv_bytes,
    read_table,
    workbook_bytes,
)

_END, _CURRENCY, _UNIT, _MONTHS, _AUDIT, _CONCERN = (
    "period end", "currency", "unit", "months", "audit", "going concern",
)  # fmt: skip
_HEADS: Final = (_END, _CURRENCY, _UNIT, _MONTHS, _AUDIT, _CONCERN)
_ALIASES: Final = {
    "item": _END, "period": _END, "year end": _END, "assurance": _AUDIT,
    "securities": Item.SECURITIES, "r&d": Item.RESEARCH, "sales": Item.REVENUE,
    "turnover": Item.REVENUE, "interest": Item.INTEREST, "shareholders' equity": Item.EQUITY,
    "book equity": Item.EQUITY, "capex": Item.CAPITAL_EXPENDITURE, "inventories": Item.INVENTORY,
    "profit before interest and taxes": Item.EBIT, "net profit": Item.NET_INCOME,
    "accounts receivable": Item.RECEIVABLES,
}  # fmt: skip
_CONCERN_WORDS: Final = {
    "no": GoingConcern.NO_DOUBT, "none": GoingConcern.NO_DOUBT, "yes": GoingConcern.DOUBT,
}  # fmt: skip
_UNITS: Final = {"1": 1, "1000": 1000, "thousand": 1000, "thousands": 1000,
                 "1000000": 1_000_000, "million": 1_000_000, "millions": 1_000_000}  # fmt: skip
_MOST_PERIODS: Final = 12
_Word = TypeVar("_Word", bound=StrEnum)


def read_statements(data: bytes, name: str) -> tuple[FinancialStatement, ...]:
    """The statements of a CSV or XLSX file, oldest first.

    Raises:
        BadInputError: With the row and what is wrong in it.
    """
    rows: dict[str, tuple[int, tuple[Cell, ...]]] = {}
    known = {*_HEADS, *Item}
    for number, row in read_table(data, name).numbered():
        label = row[0]
        if label is None or (isinstance(label, str) and label.startswith("#")):
            continue
        key = " ".join(str(label).replace("_", " ").casefold().split()).rstrip(":")
        key = _ALIASES.get(key, key)
        if key not in known:
            raise BadInputError(
                f"nobody knows an item {str(label)[:60]!r}",
                remedy="midwatch vendor finance --template writes a table with all items; "
                "put # in front of a line that is a remark",
                path=name,
                line=number,
            )
        if key in rows:
            raise BadInputError(
                f"'{key}' stands here and in row {rows[key][0]}",
                remedy="keep one of the two",
                path=name,
                line=number,
            )
        rows[key] = (number, tuple(map(_given, row[1:])))
    if _END not in rows or not any(rows[_END][1]):
        raise BadInputError(
            "no line says which periods these are",
            remedy="begin with a line: period end, 2025-12-31",
            path=name,
        )
    periods = max((n for n, cell in enumerate(rows[_END][1], 1) if cell is not None), default=0)
    if periods > _MOST_PERIODS:
        raise BadInputError(
            f"the table has {periods} periods; more than {_MOST_PERIODS} are not read",
            remedy="send the last three years",
            path=name,
        )
    _check_width(rows, periods, name)
    found = [_statement(rows, column, name) for column in range(periods)]
    return tuple(sorted(found, key=lambda each: each.end))


def template_bytes(form: str) -> bytes:
    """An empty table to fill in, as ``csv`` or ``xlsx``."""
    heads = [
        (_END, "2024-12-31", "2025-12-31"),
        (_CURRENCY, "EUR", "EUR"),
        (_UNIT, "1", "1"),
        (_MONTHS, "12", "12"),
        (_AUDIT, Audit.SELF_DECLARED.value, Audit.SELF_DECLARED.value),
        (_CONCERN, GoingConcern.NOT_KNOWN.value, GoingConcern.NOT_KNOWN.value),
    ]
    if form == "csv":
        return csv_bytes(heads[0], [*heads[1:], *((item.value, "", "") for item in Item)])
    rows = [(*head, "") for head in heads[1:]]
    rows += [(item.value, "", "", f"# {MEANINGS[item]}") for item in Item]
    columns = (Column(_END, 28), Column(heads[0][1], 16, asked=True),
               Column(heads[0][2], 16, asked=True), Column("# meaning", 70))  # fmt: skip
    return workbook_bytes([Page("Statements", columns, tuple(rows))])


def _check_width(rows: Mapping[str, tuple[int, tuple[Cell, ...]]], periods: int, name: str) -> None:
    for key, (number, cells) in rows.items():
        for cell in cells[periods:]:
            if isinstance(cell, Decimal | Formula):
                raise BadInputError(
                    f"'{key}' has more amounts than there are periods",
                    remedy="give every column its period end",
                    path=name,
                    line=number,
                )


def _statement(
    rows: Mapping[str, tuple[int, tuple[Cell, ...]]], column: int, name: str
) -> FinancialStatement:
    def cell(key: str) -> tuple[int, Cell]:
        number, cells = rows.get(key, (0, ()))
        return number, cells[column] if column < len(cells) else None

    def read(key: str, reader: Callable[[Cell], _Read], default: _Read) -> _Read:
        number, value = cell(key)
        if value is None:
            return default
        try:
            return reader(_plain(value))
        except ValueError as error:
            shown = value.text if isinstance(value, Formula) else value
            raise BadInputError(
                f"'{key}' cannot be {str(shown)[:60]!r}: {error}",
                remedy="correct the cell; leave it empty if it is not known",
                path=name,
                line=number,
            ) from error

    end = read(_END, _date, None)
    currency = read(_CURRENCY, _currency, "")
    if end is None or not currency:
        raise BadInputError(
            f"column {column + 2} has amounts but no {_END if end is None else _CURRENCY}",
            remedy="every period needs its end and its currency",
            path=name,
            line=rows[_END][0] if end is None else rows.get(_CURRENCY, (None,))[0],
        )
    unit = read(_UNIT, _unit, 1)
    amounts = {}
    for item in Item:
        amount = read(item, _amount, None)
        if amount is not None:
            amounts[item] = amount * unit
    return FinancialStatement(
        end=end,
        currency=currency,
        amounts=amounts,
        months=read(_MONTHS, _months, 12),
        audit=read(_AUDIT, lambda value: _word(Audit, value), Audit.SELF_DECLARED),
        going_concern=read(_CONCERN, _concern, GoingConcern.NOT_KNOWN),
        unit=unit,
        source=name,
    )


_Read = TypeVar("_Read")


def _given(cell: Cell) -> Cell:
    """The cell, empty where it is a remark."""
    return None if isinstance(cell, str) and cell.startswith("#") else cell


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, Formula):
        raise ValueError("it is a formula; write its result")  # noqa: TRY004  # told with its row like every other
    return cell


def _amount(cell: Cell) -> Decimal | None:
    if isinstance(cell, Decimal):
        return cell
    if not isinstance(cell, str):
        raise ValueError("it is no number")  # noqa: TRY004  # told with its row like every other
    return read_amount(cell)


def _date(cell: Cell) -> date:
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(str(cell).strip())
    except ValueError:
        raise ValueError("write the day as 2025-12-31") from None


def _currency(cell: Cell) -> str:
    text = str(cell).strip().upper()
    if len(text) != 3 or not (text.isascii() and text.isalpha()):
        raise ValueError("write the three letters of the currency, such as EUR")
    return text


def _unit(cell: Cell) -> int:
    text = str(cell).strip().casefold().replace(",", "").replace(" ", "")
    if text not in _UNITS:
        raise ValueError("write 1, 1000 or 1000000")
    return _UNITS[text]


def _months(cell: Cell) -> int:
    text = str(cell).strip()
    if not text.isdecimal() or not 1 <= int(text[:4]) <= 24:
        raise ValueError("write a number of months from 1 to 24")
    return int(text)


def _concern(cell: Cell) -> GoingConcern:
    word = str(cell).strip().casefold()
    return _CONCERN_WORDS[word] if word in _CONCERN_WORDS else _word(GoingConcern, cell)


def _word(kind: type[_Word], cell: Cell) -> _Word:
    text = " ".join(str(cell).casefold().split())
    if text in EMPTY and kind is GoingConcern:
        text = GoingConcern.NOT_KNOWN
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"write one of: {', '.join(kind)}") from None
