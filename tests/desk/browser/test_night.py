"""The analyst's night: something happens, and it is cleared by keyboard in a few minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from midwatch.desk.rehearsal import BAKERY, a_signal, now
from midwatch.incidents import Incidents, IncidentState
from midwatch.paging import SqliteIncidents
from midwatch.watch.state_folder import StateFolder

pytestmark = pytest.mark.browser


@pytest.fixture
def kept(desk: Any) -> Any:
    store = SqliteIncidents(StateFolder(desk.state).database)
    yield store
    store.close()


def happens(kept: SqliteIncidents, name: str, address: str) -> str:
    """A new finding; gives the reference of its incident."""
    signal = a_signal(BAKERY, name, addresses=(address,), users=(f"{name}.baker",))
    outcome = Incidents(kept, lambda _tenant: None).record([signal], now())
    found = kept.incident(outcome.incidents[0])
    assert found is not None
    return found.reference


def test_the_analysts_night(  # noqa: PLR0915  # one night, told in one piece
    visit: Callable[..., Page], kept: SqliteIncidents
) -> None:
    page = visit("analyst", "/queue/")
    before = [row.get_attribute("data-row") for row in page.locator("[data-row]").all()]

    # A new incident announces itself, and nothing moves until it is asked for.
    reference = happens(kept, "night", "203.0.113.150")
    page.evaluate("document.body.dispatchEvent(new Event('look'))")
    new = page.get_by_role("link", name="1 new; show")
    expect(new).to_be_visible()
    assert [row.get_attribute("data-row") for row in page.locator("[data-row]").all()] == before
    new.click()
    row = page.locator(f'[data-row="{reference}"]')
    expect(row).to_be_visible()

    # j and k move; the story stands on the right, the address can be sent.
    page.keyboard.press("j")
    expect(page.locator("#story .pane")).to_be_visible()
    first = page.locator(".row.here").get_attribute("data-row")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(f'.row.here[data-row="{first}"]')).to_have_count(1)
    for _step in range(len(before) + 1):
        if page.locator(".row.here").get_attribute("data-row") == reference:
            break
        page.keyboard.press("j")
    expect(page.locator(f'.pane[data-reference="{reference}"]')).to_be_visible()
    assert f"open={reference}" in page.url

    # a acknowledges; the row changes where it stands.
    places = [each.get_attribute("data-row") for each in page.locator("[data-row]").all()]
    page.keyboard.press("a")
    expect(page.get_by_text("Acknowledged: nobody else is called.")).to_be_visible()
    expect(row).to_contain_text("acknowledged, answered by analyst of all")
    assert [each.get_attribute("data-row") for each in page.locator("[data-row]").all()] == places

    # A step is ticked.
    page.get_by_role("button", name="done: Read the raw lines").click()
    expect(page.get_by_text("1 of 8 steps done.")).to_be_visible()

    # e leads to an exception, which shows what it would have hidden before it is kept.
    page.keyboard.press("e")
    page.get_by_label("Account").select_option(label="night.baker")
    page.get_by_label("Origin").select_option(label="any")
    page.get_by_label("Why is it harmless").fill("It is our own test account, says Olga.")
    page.get_by_role("button", name="Preview: what would it have hidden?").click()
    expect(page.get_by_text("it would have hidden 1 of")).to_be_visible()
    page.get_by_role("button", name="Keep this exception").click()
    expect(page.get_by_text("It is our own test account, says Olga.")).to_be_visible()

    # d resolves, with what it was.
    page.goto(f"{page.url.split('/exceptions')[0]}/queue/?open={reference}")
    page.keyboard.press("d")
    page.get_by_label("What was it?").select_option("benign")
    page.get_by_label("Why", exact=True).fill("a test")
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(row).to_contain_text("resolved as benign")
    found = kept.by_reference(reference)
    assert found is not None
    assert found.state is IncidentState.RESOLVED

    # The hand-over is drafted, written and kept.
    page.get_by_role("link", name="Write the hand-over").click()
    note = page.get_by_label("Note")
    assert f"analyst of all: {reference} resolved: a test" in note.input_value()
    note.fill(f"{note.input_value()}the oven is hot")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("the oven is hot")).to_be_visible()


def test_keys_are_told_and_can_be_switched_off(
    visit: Callable[..., Page], serious: Callable[[Page], list[str]]
) -> None:
    page = visit("analyst", "/queue/")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == []
    page.get_by_label("Single keys do this").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(page.locator(".row.here")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_label("Single keys do this").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(page.locator(".row.here")).to_have_count(1)


def test_without_javascript_the_queue_is_links_and_forms(
    visit: Callable[..., Page], kept: SqliteIncidents
) -> None:
    reference = happens(kept, "plain", "203.0.113.151")
    page = visit("analyst", "/queue/", script=False)

    page.locator(f'[data-row="{reference}"] a').click()
    assert page.url.endswith(f"/incident/{reference}/")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledged: nobody else is called.")).to_be_visible()
    page.get_by_role("button", name="done: Read the raw lines").click()
    expect(page.get_by_text("1 of 8 steps done.")).to_be_visible()
    page.get_by_role("link", name="Open the lines it rests on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)


def test_the_incidents_page_fetches_its_events(visit: Callable[..., Page]) -> None:
    page = visit("analyst", "/queue/?client=bakery&priority=P2")
    page.locator("[data-row]").filter(has_text="more finding").first.locator("a").click()
    page.keyboard.press("o")

    page.wait_for_url("**/incident/MW-*/")
    expect(page.locator("#events .lines li")).not_to_have_count(0)
    page.locator("#events .lines a").first.click()
    expect(page.locator(".raw mark").filter(has_text="198.51.100.7")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("In the last 30 days")).to_be_visible()


def test_on_a_telephone_a_row_opens_its_page(visit: Callable[..., Page]) -> None:
    page = visit("analyst", "/queue/", size=(360, 740))
    page.locator("[data-row] a").first.click()
    page.wait_for_url("**/incident/MW-*/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
