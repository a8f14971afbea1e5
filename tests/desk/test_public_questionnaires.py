"""The public questionnaires through the page that brings them: what was read, and what was not."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.vendors.questionnaires.test_foreign_formats import HECVAT_IDS, caiq, caiq_ids

from midwatch.desk.access.roles import Role
from midwatch.desk.answers.models import Brought
from midwatch.desk.vendors.models import Vendor

pytestmark = pytest.mark.any_database

VSAQ = {
    "infrastructure": (96, 76), "physical_and_datacenter": (30, 16),
    "security_privacy_programs": (46, 36), "webapp": (73, 55), "test_template": (3, 1),
}  # fmt: skip
"""The four, and their template: questions and pieces of advice."""
HEADS = (
    "New ID", "Question", "Start", "Org", "Product", "Infra", "Access", "Case", "AI", "Privacy",
    "Score Mapping", "Score Location",
)  # fmt: skip
SHEETS = (
    "START HERE", "Organization", "Product", "Infrastructure", "IT Accessibility",
    "Case-Specific", "AI", "Privacy", "Institution Evaluation", "High-Risk Evaluation",
    "Privacy Analyst Evaluation", "Analyst Reference",
)  # fmt: skip


def bring(browser: Client, vendor: Vendor, name: str, data: bytes) -> str:
    answer = browser.post(
        f"/vendor/{vendor.reference}/questionnaires/bring/",
        {"file": SimpleUploadedFile(name, data)}, follow=True,
    )  # fmt: skip
    assert answer.status_code == 200
    return answer.text


def hecvat(answered: dict[str, tuple[str, object]]) -> bytes:
    """A workbook laid out as HECVAT 4.1.4 is: visible texts are formulas, the list is hidden."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in SHEETS:
        sheet = book.create_sheet(name)
        sheet.append([f"HECVAT 4.1.4 - {name}"])
        sheet.append(["ID", "Question", "Answer", "Additional Information", "Guidance"])
        for each, (on, answer) in answered.items():
            if on == name:
                sheet.append([each, "=VLOOKUP(A3,Questions!A:B,2)", answer, "see our page"])
    listed = book.create_sheet("Questions")
    listed.append(["All questions"])
    listed.append(HEADS)
    scored = book.create_sheet("(backend scoring)")
    scored.append(["Scoring"])
    scored.append(["New ID", "ID Code", "Question", "Score Mapping", "Vendor Response"])
    for number, each in enumerate(HECVAT_IDS):
        text = "Do you do a background check?" if each == "COMP-01" else f"Is {number} described?"
        listed.append([each, text, 0, 1])
        scored.append([each, number, text, 1, "=Organization!C3"])
    listed.sheet_state = scored.sheet_state = "hidden"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def counts(page: str) -> dict[str, int]:
    """What the page counts, by its word."""
    return {
        word: int(number.replace(",", ""))
        for word, number in re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd>", page)
    }


def left(page: str) -> tuple[int, int]:
    """How many of how many of their questions speak to none of ours."""
    found = re.search(r"(\d+) of its (\d+) questions speaks? to none of ours", page)
    assert found is not None
    return int(found[1]), int(found[2])


@pytest.mark.cases
@pytest.mark.parametrize("name", VSAQ)
def test_each_of_the_vsaq_files(
    vendor: Vendor, visitor: Callable[..., Client], cases_dir: Path, name: str
) -> None:
    file = cases_dir / "due-diligence" / "vsaq" / f"{name}.json"
    page = bring(visitor(Role.OWNER), vendor, file.name, file.read_bytes())
    questions, tips = VSAQ[name]
    assert f"{questions} questions were read." in page
    assert counts(page) == {"unanswered": questions, "advice": tips}
    assert left(page)[1] == questions
    assert "oddit" not in page


def test_they_hold_the_advice_that_is_known_of_them() -> None:
    assert sum(tips for _questions, tips in VSAQ.values()) == 184


@pytest.mark.cases
def test_mvsp_has_25_controls_and_can_be_sent_on(
    vendor: Vendor, visitor: Callable[..., Client], cases_dir: Path
) -> None:
    (file,) = (cases_dir / "due-diligence" / "mvsp").glob("*.json")
    page = bring(visitor(Role.OWNER), vendor, file.name, file.read_bytes())
    assert "25 questions were read." in page
    assert counts(page) == {"unanswered": 25, "controls": 25}
    assert "Keep it, to be sent" in page


@pytest.mark.cases
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("oscal/basic-catalog.json", "claims to be MVSP and is not"),
        ("oscal/ssp-example.json", "questionnaire"),
        ("financial/5year.arff", "questionnaire"),
    ],
)
def test_other_files_are_refused_with_reasons(
    vendor: Vendor, visitor: Callable[..., Client], cases_dir: Path, path: str, says: str
) -> None:
    file = cases_dir / "due-diligence" / path
    page = bring(visitor(Role.OWNER), vendor, file.name, file.read_bytes())
    error = re.search(r'class="[^"]*error[^"]*"[^>]*>(.*?)</', page, re.DOTALL)
    assert error is not None
    assert says in page
    assert not Brought.objects.exists()


def test_a_filled_caiq_counts_as_the_public_example(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    ids = caiq_ids()
    words = ["Yes"] * 107 + ["No"] * 122 + ["NA"] * 32
    data = caiq(ids, {i: (w, "CSP-owned", "how") for i, w in zip(ids, words, strict=True)})
    page = bring(visitor(Role.OWNER), vendor, "caiq.xlsx", data)
    assert "261 questions were read." in page
    assert counts(page) == {"yes": 107, "no": 122, "does not apply": 32, "controls": 197}
    none, every = left(page)
    assert every == 261
    assert 0 < none < 261


def test_a_caiq_impostor_is_refused_with_reasons(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    data = caiq([*caiq_ids()[:20], "GOV-01.1", "desk.night"], {})
    page = bring(visitor(Role.OWNER), vendor, "caiq.xlsx", data)
    assert "claims to be CAIQ 4.0.3 and is not: 2 of 22 ids are not of CAIQ 4.0.3" in page
    assert "GOV-01.1" in page
    assert not Brought.objects.exists()


def test_a_hecvat_of_the_real_layout_gives_hints_and_what_is_left_is_told(
    vendor: Vendor, visitor: Callable[..., Client]
) -> None:
    answered: dict[str, tuple[str, object]] = {
        "GNRL-01": ("START HERE", "Acme <b>Ltd</b>"),
        "COMP-01": ("Organization", "Yes"),
        "COMP-02": ("Organization", "No"),
        "DATA-01": ("Privacy", "N/A"),
        "DATA-02": ("Privacy", "=B1"),
    }
    page = bring(visitor(Role.OWNER), vendor, "hecvat.xlsx", hecvat(answered))
    assert "332 questions were read." in page
    assert counts(page) == {
        "yes": 1, "no": 1, "stated": 1, "does not apply": 1, "unanswered": 328,
    }  # fmt: skip
    assert "the answer is a formula, not read" in page
    assert "It answers 0 of our" in page
    assert "hint helps with others" in page
    assert left(page) == (331, 332)
    assert "<b>Ltd" not in page
