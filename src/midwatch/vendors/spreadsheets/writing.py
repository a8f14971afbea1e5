r"""Workbooks and CSV of our own making, in which no text of others can become a formula.

In a workbook every text is stored as text, whatever it begins with, and marked so that it
stays text when somebody edits the cell. CSV knows no types: there a text that a program may
take for a formula is given an apostrophe in front (OWASP, "CSV Injection").

>>> safe_text("=HYPERLINK(1)\x07")
'=HYPERLINK(1)\\x07'
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec
import openpyxl
from openpyxl.cell.cell import Cell as XlsxCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

LONGEST_CELL: Final = 32_767
_MADE: Final = datetime(2026, 1, 1)  # noqa: DTZ001  # a workbook knows no zones
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What XML 1.0 cannot hold, and marks that turn the reading direction.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_HEAD: Final = PatternFill("solid", fgColor="1F2A3C")
_ASKED: Final = PatternFill("solid", fgColor="FFF8E1")
_LINE: Final = Border(bottom=Side(style="hair", color="9AA5B1"))

Value = str | int | Decimal | date | None


class Column(msgspec.Struct, frozen=True):
    """A column: heading, width in characters, the words to choose from, to be filled in or not."""

    title: str
    width: int = 18
    choices: tuple[str, ...] = ()
    asked: bool = False


class Page(msgspec.Struct, frozen=True):
    """A sheet to be written. ``notes`` stand above the table, one a row; ``choices`` per row.

    ``row_choices`` names for a row (from 0) the words its first asked column offers, in place
    of the column's. ``bold`` are rows that are headings; ``marked`` ones stand out.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    row_choices: tuple[tuple[int, tuple[str, ...]], ...] = ()
    bold: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()
    hidden: bool = False


def safe_text(text: str) -> str:
    """The text with what no cell can hold, or nobody can see, as a visible escape."""
    return _UNSEEN.sub(_escape, text)[:LONGEST_CELL]


def workbook_bytes(pages: Sequence[Page]) -> bytes:
    """An XLSX file of these sheets. The same sheets give the same cells, never a formula."""
    book = openpyxl.Workbook()
    if book.active is not None:
        book.remove(book.active)
    book.properties.creator = "Midwatch"
    book.properties.created = book.properties.modified = _MADE
    for page in pages:
        _write_page(book.create_sheet(page.title), page)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def csv_bytes(titles: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    """A CSV file (UTF-8 with its mark, for spreadsheet programs) of these rows."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerow([_csv_cell(title) for title in titles])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return sink.getvalue().encode("utf-8-sig")


def _csv_cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = safe_text(value)
        return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
    return str(value)


def _write_page(sheet: Worksheet, page: Page) -> None:
    row = 1
    for note in page.notes:
        _put(sheet.cell(row, 1), note)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=False)
        row += 1
    row += bool(page.notes)
    for number, column in enumerate(page.columns, 1):
        head = sheet.cell(row, number)
        _put(head, column.title)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), _HEAD
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    first = row + 1
    for offset, values in enumerate(page.rows):
        for number, value in enumerate(values, 1):
            cell = sheet.cell(first + offset, number)
            _put(cell, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = _LINE
            if offset in page.bold:
                cell.font = Font(bold=True)
            elif offset in page.marked:
                cell.fill = _ASKED
                cell.font = Font(bold=number == 1)
            elif number <= len(page.columns) and page.columns[number - 1].asked:
                cell.fill = _ASKED
    sheet.freeze_panes = f"A{first}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if page.hidden:
        sheet.sheet_state = "hidden"
    _add_choices(sheet, page, first)


def _add_choices(sheet: Worksheet, page: Page, first: int) -> None:
    special = dict(page.row_choices)
    asked = next((n for n, column in enumerate(page.columns, 1) if column.choices), None)
    lists: dict[tuple[str, ...], DataValidation] = {}
    for number, column in enumerate(page.columns, 1):
        for offset in range(len(page.rows)) if column.choices else ():
            words = special.get(offset, column.choices) if number == asked else column.choices
            if offset in page.bold or not words or sum(map(len, words)) > 240:
                continue
            if words not in lists:
                lists[words] = DataValidation(
                    type="list", formula1='"' + ",".join(words) + '"', allow_blank=True
                )
                sheet.add_data_validation(lists[words])
            lists[words].add(sheet.cell(first + offset, number).coordinate)


def _put(cell: XlsxCell | MergedCell, value: Value) -> None:
    assert isinstance(cell, XlsxCell)  # noqa: S101  # our pages merge no cells
    if isinstance(value, str):
        cell.value = safe_text(value)
        cell.data_type = "s"  # the library would take "=…" for a formula
        if value.startswith(_FORMULA):
            cell.quotePrefix = True
    else:
        cell.value = value


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
