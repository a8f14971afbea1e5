"""What can be thrown at the vendor pages: huge files, bombs, macros, formulas, statements that lie."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from tests.vendors.questionnaires.test_foreign_formats import caiq

from midwatch.desk.access.roles import Role
from midwatch.desk.answers.models import Asking, Brought
from midwatch.desk.rehearsal import BAKERY, Furnished
from midwatch.desk.vendors.models import Paper, Statement, Vendor
from midwatch.vendors.vendor import Vendor as VendorFile

pytestmark = pytest.mark.any_database

_TABLE = """period end,2025-12-31{more}
currency,EUR{currency}
audit,audited
total assets,100{assets}
total liabilities,50{liabilities}
equity,20{equity}
"""
_PLACES = ("questionnaires/bring/", "money/file/", "papers/add/", "facts/")


@pytest.fixture
def vendor(world: Furnished, db: None) -> Vendor:
    made = Vendor(tenant=BAKERY)
    made.put(VendorFile(id=made.reference, name="Helpers", country="DE"))
    made.save()
    return made


def sheets() -> dict[str, bytes]:
    """Spreadsheets that are not what they seem, by what is wrong with them."""
    plain = caiq(["A&A-01.1"], {})
    macros = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(macros, "w") as new:
        for each in old.namelist():
            new.writestr(each, old.read(each))
        new.writestr("xl/vbaProject.bin", b"program")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(220):
                part.write(b"\0" * 1_000_000)
    return {
        "macros": macros.getvalue(),
        "bomb": bomb.getvalue(),
        "program": b"MZ\x90\0" + b"\0" * 900,
        "nothing": b"",
        "page": b"<html><script>alert(1)</script></html>",
        "cut": plain[: len(plain) // 2],
    }


@pytest.mark.parametrize("place", _PLACES)
def test_200_mb_are_refused_by_what_they_state(
    vendor: Vendor, visitor: Callable[..., Client], place: str
) -> None:
    answer = visitor(Role.OWNER).post(
        f"/vendor/{vendor.reference}/{place}", {}, CONTENT_LENGTH="200000000"
    )
    assert answer.status_code == 413
    assert "This file is too large." in answer.text


@pytest.mark.parametrize("place", _PLACES)
def test_a_form_of_another_site_brings_no_file(
    vendor: Vendor, visitor: Callable[..., Client], place: str
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = visitor(Role.OWNER).cookies
    answer = browser.post(f"/vendor/{vendor.reference}/{place}", {"title": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize("name", sheets())
@pytest.mark.parametrize(("place", "ending"), [("questionnaires/bring/", "xlsx"),
                                                ("money/file/", "xlsm"), ("money/file/", "csv")])  # fmt: skip
def test_what_is_no_honest_table_is_told_and_nothing_is_kept(
    vendor: Vendor, visitor: Callable[..., Client], name: str, place: str, ending: str
) -> None:
    answer = visitor(Role.OWNER).post(
        f"/vendor/{vendor.reference}/{place}",
        {"file": SimpleUploadedFile(f"table.{ending}", sheets()[name])}, follow=True,
    )  # fmt: skip
    assert answer.status_code == 200
    assert re.search(r'class="[^"]*\b(?:notice error|errors?|fault|errorlist)\b', answer.text)
    assert "alert(1)</script>" not in answer.text
    assert not Brought.objects.exists()
    assert not Asking.objects.exists()
    assert not Statement.objects.exists()


def take(browser: Client, vendor: Vendor, **more: str) -> str:
    blank = dict.fromkeys(("more", "currency", "assets", "liabilities", "equity"), "")
    data = _TABLE.format(**{**blank, **more}).encode()
    answer = browser.post(
        f"/vendor/{vendor.reference}/money/file/",
        {"file": SimpleUploadedFile("figures.csv", data)}, follow=True,
    )  # fmt: skip
    assert answer.status_code == 200
    return answer.text


def test_a_statement_that_does_not_balance_is_kept_and_told_with_the_difference(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.OWNER)
    page = take(browser, vendor)
    told = "oes not balance: total assets less liabilities and equity is 30 EUR (30.0% of assets)"
    assert Statement.objects.count() == 1
    assert told in page
    assert "explain the difference" in page
    german = browser.get(
        f"/vendor/{vendor.reference}/money/", headers={"accept-language": "de"}
    ).text
    with translation.override("de"):
        assert "30,0% des Vermögens" in german


def test_two_currencies_are_told_and_not_compared(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    page = take(
        visitor(Role.OWNER), vendor, more=",2024-12-31", currency=",USD", assets=",90",
        liabilities=",40", equity=",50",
    )  # fmt: skip
    assert Statement.objects.count() == 2
    assert "he statements are in USD and EUR: ratios are compared, amounts are not" in page
    assert "two currencies" in page.casefold()


def test_a_formula_in_a_statement_is_refused_not_computed(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("period end", "2025-12-31"), ("currency", "EUR"), ("total assets", "=1+99")):
        sheet.append(row)
    sink = io.BytesIO()
    book.save(sink)
    page = (
        visitor(Role.OWNER)
        .post(
            f"/vendor/{vendor.reference}/money/file/",
            {"file": SimpleUploadedFile("figures.xlsx", sink.getvalue())}, follow=True,
        )
        .text
    )  # fmt: skip
    assert "formula" in page
    assert not Statement.objects.exists()


@pytest.mark.parametrize("token", ["x", "a" * 43, "../../etc", "%00", "A" * 5000])
def test_a_guessed_link_says_nothing_and_many_are_slowed(
    vendor: Vendor, world: Furnished, token: str
) -> None:
    browser = Client(headers={"accept-language": "en"})
    codes = {browser.get(f"/answer/{token}/").status_code for _ in range(40)}
    assert 200 not in codes
    assert codes <= {404, 429}
    assert "Helpers" not in browser.get(f"/answer/{token}/").text


def test_a_paper_of_any_kind_is_never_shown_as_a_page(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.OWNER)
    browser.post(
        f"/vendor/{vendor.reference}/papers/add/",
        {
            "kind": "other", "title": "A paper", "received": "2026-01-31",
            "file": SimpleUploadedFile("x.html", b"<script>alert(1)</script>"),
        },
    )  # fmt: skip
    paper = Paper.objects.filter(vendor=vendor).first()
    assert paper is not None
    answer = browser.get(f"/vendor/{vendor.reference}/papers/{paper.pk}/file/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
