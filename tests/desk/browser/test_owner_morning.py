"""The owner's morning, on a telephone: the sentence, a number down to the incident, who looked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
TRIED = 64
"""The passwords tried of the largest incident."""
TELEPHONE = (360, 740)


def test_the_owner_reads_the_page_and_opens_a_number(visit: Callable[..., Page]) -> None:
    page = visit("owner", "/", size=TELEPHONE)
    expect(page).to_have_url(re.compile(r"/c/bakery/$"))

    headline = page.get_by_role("heading", level=1)
    expect(headline).to_contain_text("A guessed login succeeded")
    assert headline.bounding_box()["y"] < TELEPHONE[1] / 2, "the answer stands on the first screen"  # type: ignore[index]  # it is drawn
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()

    figure = page.get_by_role("link", name="attempts this month")
    number = figure.locator(".number").inner_text()
    assert int(number) >= TRIED
    figure.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"This month: {number} attempts.")
    rows = page.get_by_role("row").filter(has_text="tried 64 VPN passwords")
    expect(rows.filter(has_text="MW-").first).to_be_visible()
    page.go_back()

    looked = page.get_by_role("region", name="Who may look at your data")
    expect(looked).to_contain_text("analyst of all, Analyst at the provider")
    expect(looked).to_contain_text("calling the person whose account was tried")


def test_a_cell_of_the_strip_tells_what_it_means(visit: Callable[..., Page]) -> None:
    page = visit("owner", "/c/bakery/")
    strip = page.get_by_role("img", name="Firewall: silent for")

    expect(strip).to_be_visible()
    expect(strip.locator("rect.silent title")).to_contain_text("silent, though it usually writes")
    page.get_by_role("region", name="The watch, the last 24 hours").get_by_text(
        "The same as a table"
    ).click()
    table = page.get_by_role("table", name="Firewall")
    expect(table.get_by_text("silent, though it usually writes")).to_be_visible()


def test_the_page_reads_without_a_script(visit: Callable[..., Page]) -> None:
    page = visit("owner", "/c/bakery/", script=False)

    expect(page.get_by_role("heading", level=1)).to_contain_text("A guessed login succeeded")


def test_a_report_prints_without_the_desks_furniture(visit: Callable[..., Page]) -> None:
    page = visit("owner", "/c/bakery/reports/")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="The watch, source by source")).to_be_visible()

    page.emulate_media(media="print")

    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
