"""An analyst hunts: search, narrow, open the line, keep the search, take the events out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 30_000
"""Milliseconds; a busy machine searches slowly."""


FAILURES = 160
"""The failed logins as j.ortiz in the furnished lake, at the least."""


@pytest.mark.parametrize("script", [True, False])
def test_an_analyst_hunts(visit: Callable[..., Page], tmp_path: Path, script: bool) -> None:
    page = visit("analyst", "/search/", script=script)
    page.set_default_timeout(PATIENCE)

    page.get_by_label("Search", exact=True).fill("outcome:failure")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    heading = page.get_by_role("heading", level=1)
    user = page.get_by_role("complementary").get_by_role("listitem").filter(has_text="j.ortiz")
    expect(page).to_have_url(re.compile("failure"), timeout=PATIENCE)
    expect(heading).to_contain_text("events", timeout=PATIENCE)
    found = re.findall(r"\d+", user.inner_text())[-1]
    assert int(found) >= FAILURES

    user.get_by_role("link").click()
    expect(heading).to_have_text(f"{found} events", timeout=PATIENCE)
    expect(page.get_by_label("Search", exact=True)).to_have_value("outcome:failure user:j.ortiz")
    address = page.url

    page.locator("table.rows tbody a").first.click()
    expect(page.locator(".line mark[title=user]")).to_have_text("j.ortiz", timeout=PATIENCE)
    page.go_back()
    assert page.url == address

    page.get_by_text("Keep this search").click()
    name = f"Her failures {'with' if script else 'without'} script"
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Keep it").click()
    kept = page.get_by_role("complementary").get_by_role("link", name=name)
    expect(kept).to_be_visible(timeout=PATIENCE)

    page.get_by_text("Take these events out").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "events.csv"
    taken.value.save_as(file)
    assert len(file.read_text("utf-8").splitlines()) == int(found) + 1


def test_a_word_is_completed_while_it_is_written(visit: Callable[..., Page]) -> None:
    page = visit("contact", "/search/")
    page.get_by_label("Search", exact=True).press_sequentially("outcome:failure user:j")

    option = page.locator("#completions option").first
    expect(option).to_have_attribute("value", "outcome:failure user:j.ortiz", timeout=PATIENCE)
