"""Three vendors answer a questionnaire behind links: page by page, by a workbook, and partly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import openpyxl
from playwright.sync_api import Locator, Page, expect

from midwatch.vendors.questionnaires import Kind, Question, short_questionnaire

PATIENCE = 20_000
"""Milliseconds; a busy machine draws a paper slowly."""
ASKED = short_questionnaire()
SOC_REPORT = "soc 2 report.pdf"
Visit = Callable[..., Page]


class Mails(Protocol):
    """What of the mail server is asked."""

    def newest(self, to: str, about: str) -> str: ...


@dataclass
class Candidate:
    """Who may be chosen. ``place``: of its questionnaire, once it was sent."""

    name: str
    person: str
    email: str
    price: str
    place: str = field(default="")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def notices(page: Page) -> Locator:
    return page.locator(".notices")


def come_in(visit: Visit, post: Mails, candidate: Candidate, **more: Any) -> Page:
    """The vendor follows the link in the mail; the code of a second mail opens it."""
    told = post.newest(candidate.email, "asks you some questions")
    link = re.search(r"https?://\S+/answer/\S+", told)
    assert link is not None, told
    vendor = visit(None, urlsplit(link[0]).path, **more)
    vendor.set_default_timeout(PATIENCE)
    expect(heading(vendor)).to_have_text(f"Bakery asks {candidate.name} some questions.")
    local, _at, domain = candidate.email.partition("@")
    vendor.get_by_role("button", name=f"Mail a code to {local[0]}…@{domain}").click()

    code = re.search(r"\b\d{8}\b", post.newest(candidate.email, "Your code"))
    assert code is not None
    vendor.get_by_label("Code").fill("00000000" if code[0] != "00000000" else "11111111")
    vendor.get_by_role("button", name="Open", exact=True).click()
    expect(vendor.locator("main")).to_contain_text("This is not the code.")
    vendor.get_by_label("Code").fill(code[0])
    vendor.get_by_role("button", name="Open", exact=True).click()
    expect(heading(vendor)).to_contain_text("0 of ")
    return vendor


def best(question: Question) -> str:
    """The answer that earns most, as it is typed."""
    if question.kind is Kind.YES_NO:
        return "no" if question.no_is_good else "yes"
    if question.kind is Kind.CHOICE:
        return max(question.choices, key=lambda each: each.credit).word
    return str(question.full) if question.kind is Kind.NUMBER else "In Hamburg, with ourselves."


def reply(page: Page, name: str, answer: str) -> None:
    question = ASKED.question(name)
    assert question is not None
    asked = page.locator(f'fieldset[id="{name}"]')
    if question.kind in (Kind.YES_NO, Kind.CHOICE):
        asked.get_by_label(answer, exact=True).check()
    else:
        asked.locator(f'[name="{name}:value"]').fill(answer)


def best_of(section: int, but: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The answers to what is asked in a section; a follow-up that is not called for is not."""
    for question in ASKED.sections[section].question:
        before = ASKED.question(question.after) if question.after else None
        if before is None or but.get(before.id, best(before)) == question.when.value:
            yield question.id, but.get(question.id, best(question))


def answers_page_by_page(vendor: Page, folder: Path, serious: Callable[[Page], list[str]]) -> None:
    """All of it in the browser, with a report behind one answer and one honest no."""
    report = folder / SOC_REPORT
    report.write_bytes(b"%PDF-1.7 looked at from January to June")
    vendor.get_by_role("link", name="Begin").click()
    for number, section in enumerate(ASKED.sections):
        expect(heading(vendor)).to_have_text(section.title)
        for name, answer in best_of(number, {"people.contractors": "no"}):
            reply(vendor, name, answer)
        if section.id == "audits":
            assert serious(vendor) == []
            vendor.get_by_role("button", name="Save, and back to all sections").click()
            vendor.get_by_role("link", name=section.title, exact=True).click()
            vendor.get_by_label("Shows what you say to").select_option("audits.report")
            vendor.get_by_label("File").set_input_files(report)
            vendor.get_by_role("button", name="Give it").click()
            expect(notices(vendor)).to_contain_text(f"{SOC_REPORT} is with them.")
        vendor.get_by_role(
            "button", name=re.compile("^Save(, and on to the next section)?$")
        ).click()
    expect(heading(vendor)).to_have_text("Every question has an answer.")
    hand_in(vendor, "Everything is answered.")


def answers_by_workbook(vendor: Page, folder: Path) -> None:
    """Down, filled in wrongly, refused with its rows; put right and taken."""
    with vendor.expect_download() as taken:
        vendor.get_by_role("link", name="Take the workbook").click()
    book = folder / "ledger answers.xlsx"
    taken.value.save_as(book)
    fill_in(book, {"desk.night": "no", "security.patching": "soon"})
    give_back(vendor, book)
    expect(notices(vendor)).to_contain_text("security.patching")
    expect(heading(vendor)).to_contain_text("0 of ")

    fill_in(book, {"desk.night": "no", "security.patching": "10"})
    give_back(vendor, book)
    expect(notices(vendor)).to_contain_text(re.compile(r"\d\d answers were taken from it\."))
    expect(heading(vendor)).to_have_text("Every question has an answer.")
    hand_in(vendor, "Everything is answered.")


def fill_in(book: Path, but: dict[str, str]) -> None:
    """The yellow column of the workbook, as somebody fills it in."""
    answers = {
        name: answer
        for number in range(len(ASKED.sections))
        for name, answer in best_of(number, but)
    }
    opened = openpyxl.load_workbook(book)
    sheet = opened["Questions"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "id")
    column = next(cell.column for cell in head if cell.value == "your answer")
    for place, row in enumerate(sheet.iter_rows(), 1):
        if row[0].value in answers:
            sheet.cell(place, column).value = answers.pop(str(row[0].value))
    assert not answers
    opened.save(book)


def give_back(vendor: Page, book: Path) -> None:
    vendor.get_by_label("The filled workbook").set_input_files(book)
    vendor.get_by_role("button", name="Give it back").click()


def answers_partly(vendor: Page) -> None:
    """Two sections on a telephone without script, and two pairs that cannot both be true."""
    said = {
        "Our data with you": {"data.minimised": "yes", "data.encrypted-rest": "no",
                              "data.backups": "yes", "data.backups-encrypted": "yes"},
        "When something happens": {"breach.call-24h": "yes", "breach.contact": "no"},
    }  # fmt: skip
    for title, answers in said.items():
        vendor.get_by_role("link", name=title, exact=True).click()
        for name, answer in answers.items():
            reply(vendor, name, answer)
        vendor.get_by_role("button", name="Save, and back to all sections").click()
    expect(heading(vendor)).to_contain_text("6 of ")
    vendor.get_by_role("link", name="Hand it in").click()
    expect(vendor.get_by_role("heading", name="These cannot both be true")).to_be_visible()
    expect(vendor.locator("main")).to_contain_text("no number is answered at every hour")
    vendor.go_back()
    hand_in(vendor, "questions are unanswered")


def hand_in(vendor: Page, told: str) -> None:
    vendor.get_by_role("link", name="Hand it in").click()
    expect(heading(vendor)).to_contain_text(told)
    vendor.get_by_label("I may speak for").check()
    vendor.get_by_role("button", name="Hand it in").click()
    expect(heading(vendor)).to_have_text("Handed in. Bakery reads it now.")
