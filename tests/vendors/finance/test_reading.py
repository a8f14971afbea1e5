"""Statements from tables of people who mistype."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.finance import Audit, GoingConcern, Item, read_statements, template_bytes
from midwatch.vendors.finance.amounts import read_amount

GOOD = """period end;2024-12-31;2025-12-31
currency;EUR;EUR
unit;1000;1000
audit;audited;reviewed
going concern;no;yes
# a remark that is skipped;;
Cash:;1 200,5;
total_assets;(3);4
"""


def read(text: str, name: str = "s.csv") -> tuple[object, ...]:
    return read_statements(text.encode(), name)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def test_a_table_of_two_years() -> None:
    older, newer = read_statements(GOOD.encode("cp1252"), "s.csv")
    assert older.end == date(2024, 12, 31)
    assert older.amounts == {Item.CASH: Decimal(1_200_500), Item.TOTAL_ASSETS: Decimal(-3000)}
    assert newer.amounts == {Item.TOTAL_ASSETS: Decimal(4000)}, "an empty cell is no zero"
    assert (older.audit, newer.audit) == (Audit.AUDITED, Audit.REVIEWED)
    assert newer.going_concern is GoingConcern.DOUBT
    assert older.unit == 1000


def test_the_same_from_a_workbook() -> None:
    data = workbook(
        ("period end", date(2025, 12, 31)),
        ("currency", "eur"),
        ("cash", 1200.5),
        ("audit", "audited"),
    )
    (only,) = read_statements(data, "s.xlsx")
    assert (only.end, only.currency) == (date(2025, 12, 31), "EUR")
    assert only.amounts == {Item.CASH: Decimal("1200.5")}


@pytest.mark.parametrize(
    ("row", "line", "says"),
    [
        ("cash,about 5", 3, "it is no number"),
        ("cash,1.234", 3, "thousands or a fraction"),
        ('cash,"1,234"', 3, "thousands or a fraction"),
        ("goodwill,5", 3, "nobody knows an item 'goodwill'"),
        ("currency,EUR", 3, "stands here and in row 2"),
        ("audit,perfect", 3, "write one of: audited"),
        ("unit,12", 3, "write 1, 1000 or 1000000"),
        ("months,0", 3, "months from 1 to 24"),
        ("cash,=1+1", 3, "it is no number"),
        ('cash,"5', 3, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(row: str, line: int, says: str) -> None:
    with pytest.raises(BadInputError, match=says) as refused:
        read(f"period end,2025-12-31\ncurrency,EUR\n{row}\n")
    assert refused.value.line == line
    assert refused.value.path == "s.csv"
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("currency,EUR\n", "which periods"),
        ("period end,2025-12-31\ncash,5\n", "no currency"),
        ("period end,31.12.2025\ncurrency,EUR\n", "write the day as"),
        ("period end,2025-12-31\ncurrency,Euro\n", "three letters"),
        ("", "which periods"),
        ("period end" + ",2025-12-31" * 13, "13 periods"),
    ],
)
def test_a_table_without_its_head_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        read(text)


def test_a_formula_is_refused_with_its_row() -> None:
    data = workbook(("period end", date(2025, 12, 31)), ("currency", "EUR"), ("cash", "=SUM(1,2)"))
    with pytest.raises(BadInputError, match="it is a formula; write its result") as refused:
        read_statements(data, "s.xlsx")
    assert refused.value.line == 3


def test_an_amount_beside_no_period_is_refused() -> None:
    data = workbook(("period end", date(2025, 12, 31)), ("currency", "EUR"), ("cash", 5, 6))
    with pytest.raises(BadInputError, match="more amounts than there are periods"):
        read_statements(data, "s.xlsx")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_empty_template_is_read_as_nothing_given(form: str) -> None:
    found = read_statements(template_bytes(form), f"t.{form}")
    assert [each.amounts for each in found] == [{}, {}]
    assert all(each.going_concern is GoingConcern.NOT_KNOWN for each in found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-5", "-5"),
        ("(1,234,567.8)", "-1234567.8"),
        ("1.234.567,8", "1234567.8"),
        ("1'234'567", "1234567"),
        ("12,5", "12.5"),
        ("\u2212 7", "-7"),
        ("", None),
        ("n/a", None),
    ],
)
def test_amounts_as_people_write_them(text: str, value: str | None) -> None:
    assert read_amount(text) == (None if value is None else Decimal(value))


@given(st.text(max_size=50))
def test_any_text_is_an_amount_nothing_or_a_reason(text: str) -> None:
    try:
        value = read_amount(text)
    except ValueError as error:
        reason = str(error)
    else:
        reason = "read" if value is None or value.is_finite() else ""
    assert reason


@given(st.decimals(-(10**12), 10**12, places=2))
def test_plain_numbers_come_back(value: Decimal) -> None:
    assert read_amount(f"{value:f}") == value
    assert read_amount(f"{value:,.2f}") == value


@given(st.binary(max_size=300))
def test_any_bytes_are_statements_or_a_plain_refusal(data: bytes) -> None:
    try:
        read_statements(data, "x.csv")
    except BadInputError as refused:
        remedy = refused.remedy
    else:
        remedy = "none is needed"
    assert remedy
