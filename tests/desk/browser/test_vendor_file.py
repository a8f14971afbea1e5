"""A vendor's file, begun and judged in an afternoon, without any script of the page's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_file_is_opened_filled_judged_and_looked_at_again(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("contact", "/c/bakery/vendors/", script=False)
    page.set_default_timeout(10_000)
    _open_it(page)
    _say_what_it_does(page)
    _name_a_contact(page)
    _file_a_paper(page, tmp_path / "soc2.pdf")
    _raise_a_finding(page)
    _review_it(page)
    _decide(page)


def _open_it(page: Page) -> None:
    page.get_by_role("link", name="Add a vendor").click()
    page.get_by_label("Name of the vendor").fill("Lighthouse Help Ltd")
    page.get_by_label("Country").fill("GB")
    page.get_by_role("button", name="Open its file").click()
    page.get_by_role("heading", level=1, name="Lighthouse Help Ltd: ").wait_for()


def _say_what_it_does(page: Page) -> None:
    page.get_by_role("link", name="Say what it does for you").click()
    page.get_by_label("Service").fill("Help desk after hours")
    page.get_by_label("Access it has").select_option(label="an administrator's rights")
    page.get_by_label("Data it can see").select_option(label="our customers' records")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("critical risk").first.wait_for()


def _name_a_contact(page: Page) -> None:
    page.get_by_role("link", name="Add a contact").click()
    page.get_by_label("Name of the person").fill("Night keeper")
    page.get_by_label("Telephone").fill("+44 20 7946 0000")
    page.get_by_label("Answers at any hour").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Try it").click()
    page.get_by_label("Minutes until somebody answered").fill("4")
    page.get_by_role("button", name="Somebody answered").click()
    page.get_by_text("answered within 4 minutes").first.wait_for()


def _file_a_paper(page: Page, report: Path) -> None:
    report.write_bytes(b"%PDF-1.7 not really")
    _tab(page, "Papers")
    page.get_by_role("link", name="File a paper").click()
    page.get_by_label("What it is").select_option(label="ISO certificate")
    page.get_by_label("Title").fill("ISO 27001")
    page.get_by_label("File", exact=True).set_input_files(report)
    page.get_by_role("button", name="File it").click()
    page.get_by_role("link", name="ISO 27001").first.wait_for()


def _raise_a_finding(page: Page) -> None:
    _tab(page, "Findings")
    page.get_by_role("link", name="Raise a finding").click()
    page.get_by_label("What is not as it should be").fill("No word on backups")
    page.get_by_label("Who puts it right").fill("Night keeper")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="No word on backups").click()
    page.get_by_role("link", name="Write a measure").click()
    page.get_by_label("What is done from now on").fill("We ask for a restore test each quarter.")
    page.get_by_label("Who does it").fill("Olga")
    page.get_by_label("By when").fill("2030-01-31")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Outside help").first.click()
    page.get_by_text("We ask for a restore test each quarter.").first.wait_for()
    page.go_back()


def _review_it(page: Page) -> None:
    _tab(page, "Reviews")
    page.get_by_role("link", name="Agree how often").click()
    page.get_by_label("Then").select_option(label="every six months")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Begin a review now").click()
    page.get_by_text("paper filed: ISO 27001").first.wait_for()
    page.get_by_label("With whom of the vendor").fill("Night keeper")
    page.get_by_label("What was said").fill("They test restores from May on.")
    page.get_by_role("button", name="Put it on record").click()
    page.get_by_label("go on, with measures").check()
    page.get_by_label("Why").fill("The restore test is agreed.")
    page.get_by_role("button", name="Finish the review").click()
    page.get_by_text("Go on, with measures.").first.wait_for()


def _decide(page: Page) -> None:
    _tab(page, "At a glance")
    page.get_by_role("link", name="It becomes: being examined").click()
    page.get_by_label("Why").fill("The others answered less.")
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("It stands as: being examined.").first.wait_for()


def _tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="The vendor file").get_by_role("link", name=name).click()
