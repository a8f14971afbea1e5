"""A vendor is asked, answers behind a link without an account, and is judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TELEPHONE = (360, 740)
Visit = Callable[..., Page]


def send(visit: Visit, name: str) -> tuple[str, str]:
    """Send the short questionnaire as the owner: the link's path and a code to tell."""
    owner = visit("owner", "/vendor/bkvndr0001/questionnaires/send/")
    owner.get_by_label("short questionnaire").check()
    owner.get_by_label("Who answers").fill(name)
    owner.get_by_label("Their e-mail address").fill("")
    owner.get_by_label("Fill in what they answered before").uncheck()
    owner.get_by_role("button", name="Send").click()
    link = owner.locator("#link").inner_text()
    owner.get_by_role("button", name="Make a code to tell them").click()
    return urlsplit(link).path, owner.locator("#code").inner_text()


def come_in(vendor: Page, code: str) -> None:
    vendor.get_by_label("Code").fill(code)
    vendor.get_by_role("button", name="Open").click()


def type_answers(vendor: Page, serious: Callable[[Page], list[str]]) -> None:
    """What is typed is kept at once, and a follow-up shows when it is called for."""
    vendor.get_by_role("link", name="Begin").click()
    first = vendor.locator("fieldset.question").first
    first.get_by_label("yes", exact=True).check()
    first.locator(".saved", has_text="kept").wait_for()
    assert "1 of 5 answered" in vendor.inner_text("#progress")
    hours = vendor.get_by_label("Number (hours)")
    hours.fill("soon")
    vendor.locator(".saved.wrong").wait_for()
    assert "no number" in vendor.inner_text(".saved.wrong")
    hours.fill("4")
    vendor.locator(".saved.wrong").wait_for(state="detached")
    vendor.reload()
    assert vendor.get_by_label("Number (hours)").input_value() == "4"
    assert serious(vendor) == []

    vendor.get_by_role("button", name="Save, and on to the next section").click()
    backups = vendor.locator("fieldset.question", has_text="Do you keep backups")
    follow = vendor.locator("fieldset.question", has_text="Are the backups encrypted")
    assert not follow.is_visible()
    backups.get_by_label("yes", exact=True).check()
    assert follow.is_visible()


def give_a_paper(vendor: Page, folder: Path) -> None:
    """A paper stands behind an answer."""
    paper = folder / "backup plan.pdf"
    paper.write_bytes(b"%PDF-1.7 a plan")
    vendor.get_by_label("File").set_input_files(paper)
    vendor.get_by_role("button", name="Give it").click()
    assert "backup plan.pdf is with them" in vendor.inner_text(".notices")


def pass_on(visit: Visit, vendor: Page) -> None:
    """A colleague answers one part, without a script, on a telephone."""
    vendor.get_by_role("link", name="All sections").click()
    vendor.get_by_role("link", name="Pass on Your people").click()
    vendor.get_by_label("Your colleague's name").fill("Colin")
    vendor.get_by_role("button", name="Pass it on").click()
    theirs = urlsplit(vendor.locator("#link").inner_text()).path
    colleague = visit(None, theirs, size=TELEPHONE, script=False)
    come_in(colleague, vendor.locator("#code").inner_text())
    colleague.get_by_role("link", name="Your people").click()
    asked = colleague.locator("fieldset.question")
    for number in range(2):
        asked.nth(number).get_by_label("yes", exact=True).check()
    colleague.get_by_label("Number (hours)").fill("8")
    colleague.get_by_role("button", name="Save", exact=True).click()
    assert "Every question has an answer" in colleague.inner_text("h1")
    assert "Our data" not in colleague.content()


def judge(owner: Page) -> None:
    """One answer is judged and another one asked back."""
    row = owner.locator("#q1")
    row.get_by_label("Verdict").select_option("partly")
    row.get_by_label("Why", exact=True).fill("No paper shows it.")
    row.get_by_role("button", name="Keep the verdict").click()
    assert "accepted in part" in owner.locator("#q1 .verdict").inner_text()
    owner.locator("#q2 details.talk summary").click()
    owner.locator("#q2").get_by_label("What you want to say").fill("Since when?")
    owner.locator("#q2").get_by_role("button", name="Ask the vendor").click()
    assert "question back, open" in owner.locator("#q2").inner_text()


def test_a_vendor_answers_and_is_judged(
    visit: Visit, serious: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    path, code = send(visit, "Vera Story")
    vendor = visit(None, path)
    come_in(vendor, code)
    assert "0 of 30 questions are answered" in vendor.inner_text("h1")
    type_answers(vendor, serious)
    give_a_paper(vendor, tmp_path)
    pass_on(visit, vendor)

    vendor.goto(vendor.url.split("/answer/")[0] + path + "hand-in/")
    assert "questions are unanswered" in vendor.inner_text("h1")
    vendor.get_by_label("I may speak for").check()
    vendor.get_by_role("button", name="Hand it in").click()
    assert "Handed in" in vendor.inner_text("h1")

    owner = visit("owner", "/vendor/bkvndr0001/questionnaires/")
    owner.get_by_role("row", name="Vera Story").get_by_role("link").first.click()
    place = owner.url
    judge(owner)
    assert serious(owner) == []

    vendor.reload()
    assert "asks something back" in vendor.inner_text("h1")
    vendor.get_by_label("Your reply").fill("Since March.")
    vendor.get_by_role("button", name="Reply").click()
    assert "Your reply is with them" in vendor.inner_text(".notices")
    owner.goto(place)
    assert "Since March." in owner.locator("#q2").inner_text()
    owner.get_by_label("What you conclude").fill("Enough, once the paper is here.")
    owner.get_by_role("button", name="Close the review").click()
    assert "Enough, once the paper is here." in owner.inner_text("blockquote")


def test_a_link_opens_in_no_other_browser(visit: Visit) -> None:
    path, code = send(visit, "Vera Elsewhere")
    come_in(visit(None, path), code)
    other = visit(None, path)
    come_in(other, code)
    assert "A code opens it" in other.inner_text("main")
    assert "no code that could be typed" in other.inner_text(".notices")
