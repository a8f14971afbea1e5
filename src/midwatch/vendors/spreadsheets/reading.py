"""A workbook or CSV file as rows of plain cells.

Formulas are never evaluated and what a program remembered of their results is not believed:
such a cell is a ``Formula``, and each reader decides whether that is an error. Rows count
from 1, as the spreadsheet shows them.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.etree.ElementTree import ParseError

import msgspec
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from midwatch.kernel import BadInputError
from midwatch.vendors.spreadsheets.packages import (
    LARGEST_FILE,
    check_package,
    check_size,
    kind_of,
)

__all__ = ["LARGEST_FILE", "Cell", "Formula", "Sheet", "Workbook", "read_table", "read_workbook"]

MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 60
_DEEPEST_ROW: Final = 50_000
"""Empty rows are walked this far, to find out whether anything stands below."""
_MOST_SHEETS: Final = 60
LONGEST_TEXT: Final = 20_000
_UNREADABLE: Final = (
    InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError,
    IndexError, zipfile.BadZipFile, OverflowError, EOFError, RecursionError,
)  # fmt: skip


class Formula(msgspec.Struct, frozen=True):
    """A cell that holds a formula; it was not evaluated."""

    text: str


Cell = str | Decimal | bool | date | Formula | None


class Sheet(msgspec.Struct, frozen=True):
    """A sheet: its rows from the first, each without the empty cells at its end."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False

    def numbered(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """The rows that hold something, with their numbers."""
        return ((number, row) for number, row in enumerate(self.rows, 1) if row)


class Workbook(msgspec.Struct, frozen=True):
    """All sheets; ``name`` is the file's."""

    name: str
    sheets: tuple[Sheet, ...]

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, whatever its capitals."""
        wanted = name.casefold().strip()
        return next((each for each in self.sheets if each.name.casefold().strip() == wanted), None)


def read_workbook(data: bytes, name: str) -> Workbook:
    """The sheets of an XLSX file. ``name`` is for messages.

    Raises:
        BadInputError: It is something else, too large, damaged, or holds macros.
    """
    check_package(data, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions we do not look at
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            try:
                sheets = tuple(_sheet(each, name) for each in book.worksheets[:_MOST_SHEETS])
            finally:
                book.close()
    except _UNREADABLE as error:
        raise BadInputError(
            f"the workbook cannot be read: {error}",
            remedy="open it in a spreadsheet program, save it as .xlsx and send it again",
            path=name,
        ) from error
    return Workbook(name, sheets)


def read_table(data: bytes, name: str) -> Sheet:
    """The one table of a CSV or XLSX file, by what the file is; its name must not lie.

    Raises:
        BadInputError: It is neither, or its name says one and its content the other.
    """
    check_size(len(data), name)
    kind = kind_of(data)
    called = name.lower().rsplit(".", 1)[-1]
    if kind == "xlsx":
        if called in ("csv", "txt", "tsv"):
            raise BadInputError(
                f"the file is called .{called}, but is a workbook",
                remedy="give it the ending .xlsx if it is what you mean to send",
                path=name,
            )
        return _first_filled(read_workbook(data, name))
    if called in ("xlsx", "xlsm", "xls") or kind != "text":
        words = "plain text" if kind == "text" else kind
        raise BadInputError(
            f"the file is called .{called}, but is {words}",
            remedy="save the table as .xlsx or .csv and send that",
            path=name,
        )
    return Sheet(name, tuple(_csv_rows(_decoded(data, name), name)))


def _first_filled(book: Workbook) -> Sheet:
    for sheet in book.sheets:
        if any(sheet.rows) and not sheet.hidden:
            return sheet
    raise BadInputError("the workbook is empty", remedy="fill in its first sheet", path=book.name)


def _sheet(sheet: ReadOnlyWorksheet, name: str) -> Sheet:
    # The size a sheet states of itself may lie; what is read is bounded in either direction.
    sheet.reset_dimensions()
    rows: list[tuple[Cell, ...]] = []
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):  # type: ignore[misc]  # its types know worksheets only
        row = [_cell(cell.value, cell.data_type) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        if number > MOST_ROWS and (row or number > _DEEPEST_ROW):
            raise BadInputError(
                f"the sheet {sheet.title!r} has more than {MOST_ROWS:,} rows",
                remedy="send only the sheet with the answers, without rows far below them",
                path=name,
            )
        if number <= MOST_ROWS:
            rows.append(tuple(row))
    while rows and not rows[-1]:
        rows.pop()
    return Sheet(sheet.title, tuple(rows), hidden=sheet.sheet_state != "visible")


def _cell(value: object, kind: str) -> Cell:  # noqa: PLR0911  # one return for each kind of cell
    if value is None:
        return None
    if kind == "f" or not isinstance(value, (str, bool, int, float, Decimal, date, time)):
        return Formula(str(value)[:LONGEST_TEXT])
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return str(value)
        return number if number.is_finite() else str(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()[:LONGEST_TEXT]
    return text or None


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else (
        "utf-8-sig", "cp1252",
    ):  # fmt: skip
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInputError(
        "the file's characters cannot be read", remedy="save it as CSV in UTF-8", path=name
    )


def _csv_rows(text: str, name: str) -> Iterator[tuple[Cell, ...]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, 1):
            if number > MOST_ROWS:
                raise BadInputError(
                    f"the table has more than {MOST_ROWS:,} rows",
                    remedy="send only the rows that are asked for",
                    path=name,
                )
            cells = [cell.strip()[:LONGEST_TEXT] or None for cell in row[:MOST_COLUMNS]]
            while cells and cells[-1] is None:
                cells.pop()
            yield tuple(cells)
    except csv.Error as error:
        raise BadInputError(
            f"the table cannot be read: {error}",
            remedy="close every quotation mark, or save it anew as CSV",
            path=name,
            line=reader.line_num,
        ) from error
