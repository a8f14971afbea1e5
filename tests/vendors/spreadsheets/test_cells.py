"""What is written comes back as it was, and never as a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.spreadsheets import (
    Column,
    Formula,
    Page,
    csv_bytes,
    read_table,
    read_workbook,
    safe_text,
    workbook_bytes,
)
from midwatch.vendors.spreadsheets.reading import MOST_ROWS

HOSTILE = [
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://x","y")',
    "\uff1d1+1",
    "<script>alert(1)</script>",
    "x\x07\x1b[2J",
    "\u202egnp.exe",
]


def written(*texts: str) -> bytes:
    return workbook_bytes([Page("P", (Column("a"),), tuple((text,) for text in texts))])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_in_a_workbook(text: str) -> None:
    data = written(text)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    book = openpyxl.load_workbook(io.BytesIO(data))
    cell = book["P"]["A2"]
    assert cell.data_type == "s"
    assert cell.value == safe_text(text)
    assert "\x1b" not in str(cell.value)
    assert "\u202e" not in str(cell.value)


@pytest.mark.parametrize("text", HOSTILE[:7])
def test_hostile_text_is_marked_in_csv(text: str) -> None:
    (_head, (cell,)) = csv.reader(io.StringIO(csv_bytes(["h"], [[text]]).decode("utf-8-sig")))
    assert cell == f"'{text}"


@given(st.text(max_size=200))
@settings(max_examples=60)  # a whole workbook each time
def test_any_text_comes_back_as_written(text: str) -> None:
    (sheet,) = read_workbook(written(text, "end"), "x.xlsx").sheets
    cell = sheet.rows[1][0] if sheet.rows[1] else None
    # XML has one kind of line end; blanks at the ends are no part of an answer.
    expected = safe_text(text).replace("\r\n", "\n").replace("\r", "\n").strip()
    assert (cell or "") == expected
    assert sheet.rows[2] == ("end",)


def test_numbers_and_days_keep_their_kind() -> None:
    page = Page(
        "P", (Column("a"),), ((Decimal("1.5"),), (7,), (date(2026, 1, 2),), (None,), ("x",))
    )
    (sheet,) = read_workbook(workbook_bytes([page]), "x.xlsx").sheets
    assert sheet.rows[1:] == ((Decimal("1.5"),), (Decimal(7),), (date(2026, 1, 2),), (), ("x",))


def test_formulas_of_others_are_named_not_evaluated() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "=1+1"
    sink = io.BytesIO()
    book.save(sink)
    (found,) = read_workbook(sink.getvalue(), "x.xlsx").sheets
    assert found.rows == ((Formula("=1+1"),),)


def test_a_sheet_that_lies_about_its_size_is_read_in_bounds() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "first", "second"
    sheet["XFD1"] = "far right"
    sink = io.BytesIO()
    book.save(sink)
    (found,) = read_workbook(sink.getvalue(), "x.xlsx").sheets
    assert found.rows == (("first",), ("second",))
    sheet["A1048576"] = "far down"
    book.save(sink := io.BytesIO())
    with pytest.raises(BadInputError, match=f"more than {MOST_ROWS:,} rows"):
        read_workbook(sink.getvalue(), "x.xlsx")


def test_choices_become_a_drop_down_list() -> None:
    page = Page("P", (Column("a"), Column("b", choices=("yes", "no"))), (("q", None),))
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([page])))
    (rule,) = book["P"].data_validations.dataValidation
    assert (rule.formula1, str(rule.sqref)) == ('"yes,no"', "B2")


def test_csv_in_any_usual_clothing() -> None:
    rows = (("a", "1"), ("b", "ü"))
    for text in ("a,1\nb,ü\n", "a;1\r\nb;ü\r\n", "a\t1\nb\tü"):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
            assert read_table(text.encode(encoding), "x.csv").rows == rows, (text, encoding)
