"""The desk by keyboard alone: where Tab leads, what is seen of it, and that nothing is a trap."""

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

FOCUS = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let still = 0, last = -1; still < 4; still = scrollY === last ? still + 1 : 0) {
    last = scrollY;
    await frame();
  }
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect(), drawn = getComputedStyle(at);
  const label = at.id && document.querySelector(`input:focus-visible + label[for="${at.id}"]`);
  const marked = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const spot = (label || at).getBoundingClientRect();
  const top = document.elementFromPoint(
    Math.min(Math.max(spot.left + spot.width / 2, 1), innerWidth - 1),
    Math.min(Math.max(spot.top + spot.height / 2, 1), innerHeight - 1));
  return {
    what: `${at.tagName} ${(at.innerText || at.value || at.name || at.id || "").trim().slice(0, 40)}`,
    ring: marked(drawn) || (!!label && marked(getComputedStyle(label))),
    seen: spot.width > 0 && spot.height > 0 && spot.bottom > 0 && spot.top < innerHeight,
    covered: !(top && ((label || at).contains(top) || top.contains(at))),
    y: box.top + scrollY,
    main: !!at.closest("main"),
  };
}"""
PAGES = (
    ("analyst", "/queue/"), ("analyst", "/queue/night/"), ("analyst", "/incidents/"),
    ("owner", "/c/bakery/"), ("owner", "/incidents/"), ("owner", "/search/"),
    ("owner", "/profile/"), ("manager", "/clients/"), ("manager", "/webhooks/"),
)  # fmt: skip


@pytest.fixture
def kept(desk: Any) -> Any:
    store = SqliteIncidents(StateFolder(desk.state).database)
    yield store
    store.close()


def happens(kept: SqliteIncidents, name: str, address: str) -> str:
    signal = a_signal(BAKERY, name, addresses=(address,), users=(f"{name}.baker",))
    outcome = Incidents(kept, lambda _tenant: None).record([signal], now())
    found = kept.incident(outcome.incidents[0])
    assert found is not None
    return found.reference


def walk(page: Page, most: int = 400) -> list[dict[str, Any]]:
    """Every stop of the Tab key, from the top until it leaves the page."""
    found: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at is None:
            return found
        found.append(at)
    pytest.fail(f"Tab does not leave the page; the last was at {found[-1]}")


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_every_stop_is_seen_and_none_is_a_trap(
    visit: Callable[..., Page], role: str, path: str
) -> None:
    page = visit(role, path)
    page.emulate_media(reduced_motion="reduce")  # a stop is looked at once the page stands still
    stops = walk(page)

    assert stops[0]["what"].startswith("A Skip to the content")
    assert [each["what"] for each in stops if not each["ring"]] == []
    assert [each["what"] for each in stops if not each["seen"]] == []
    assert [each["what"] for each in stops if each["covered"]] == []
    assert any(each["main"] for each in stops)


def test_the_skip_link_leads_past_the_places(visit: Callable[..., Page]) -> None:
    page = visit("analyst", "/queue/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["main"]


def test_from_the_queue_to_an_answer_without_a_mouse(
    visit: Callable[..., Page], kept: SqliteIncidents
) -> None:
    reference = happens(kept, "keyed", "203.0.113.201")
    page = visit("analyst", "/queue/")
    row = page.locator(f'[data-row="{reference}"] > a')
    row.focus()
    page.keyboard.press("Enter")
    pane = page.locator(f'.pane[data-reference="{reference}"]')
    expect(pane).to_be_visible()

    # The story comes to whoever acknowledges: the focus does not fall back to the top.
    pane.get_by_role("button", name="Acknowledge").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Acknowledged: nobody else is called.")).to_be_visible()
    expect(page.locator("#story")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#story') !== null")

    # A form that was opened closes by Escape, and the focus is where it was opened.
    page.keyboard.press("d")
    form = page.locator("details.act-more[open]")
    expect(form).to_have_count(1)
    assert page.evaluate("document.activeElement.closest('details.act-more') !== null")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") in ("SELECT", "INPUT")
    page.locator("details.act-more[open] select").first.select_option("benign")
    page.locator("details.act-more[open] button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice", has_text="esolved")).to_be_visible()
    found = kept.by_reference(reference)
    assert found is not None
    assert found.state is IncidentState.RESOLVED


def test_choosing_by_keyboard_does_not_leave_the_page(visit: Callable[..., Page]) -> None:
    page = visit("analyst", "/incidents/")
    chosen = page.locator("#f-state")
    chosen.focus()
    before = page.url
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(300)
    assert page.url == before
    expect(chosen).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/?*state=*")


def test_a_menu_closes_by_escape_where_it_was_opened(visit: Callable[..., Page]) -> None:
    page = visit("owner", "/c/bakery/")
    summary = page.locator("details.me > summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator("details.me[open]")).to_have_count(0)
    expect(summary).to_be_focused()


def test_the_owner_answers_without_a_mouse(
    visit: Callable[..., Page], kept: SqliteIncidents
) -> None:
    reference = happens(kept, "ownkeys", "203.0.113.202")
    page = visit("owner", "/c/bakery/")
    link = page.locator(f'main a[href*="{reference}"]').first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/incident/{reference}/")
    page.get_by_role("button", name="Acknowledge").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Acknowledged: nobody else is called.")).to_be_visible()
