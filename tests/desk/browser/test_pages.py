"""Every page, in day and night, on a screen and on a telephone: accessible, and not too wide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from midwatch.desk.rehearsal import ATTACKER, BAKERY
from midwatch.kernel import derived_id

pytestmark = pytest.mark.browser

OWN = f"/incident/MW-{derived_id('incident', BAKERY, f'attacker|{ATTACKER}', 'bakery-first')[:10]}/"
PAGES = (
    (None, "/account/login/"),
    ("manager", "/"),
    ("owner", "/"),
    ("manager", "/nowhere/"),
    ("analyst", "/queue/"),
    ("analyst", f"/queue/?open={OWN.split('/')[2]}"),
    ("analyst", "/queue/?client=forge&priority=P5"),
    ("analyst", "/queue/night/"),
    ("owner", "/incidents/"),
    ("partner", "/incidents/?state=resolved"),
    ("analyst", OWN),
    ("owner", OWN),
    ("partner", OWN),
    ("examiner", OWN),
    ("analyst", f"{OWN}events/"),
    ("partner", f"{OWN}past/"),
    ("analyst", f"{OWN}line/bakery-wall/{7 << 17}/"),
    ("partner", f"{OWN}line/bakery-wall/{7 << 17}/"),
    ("analyst", f"{OWN}exception/"),
    ("analyst", f"{OWN}write/"),
    ("analyst", "/exceptions/bakery/"),
    ("analyst", "/handover/"),
    ("analyst", "/handover/new/"),
    (None, "/answer/nonsense"),
)
"""(role, path) of every page; a page is not done before it stands here."""
TELEPHONE = (360, 740)


@pytest.mark.parametrize(("role", "path"), PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_is_accessible_and_fits(
    visit: Callable[..., Page], serious: Callable[[Page], list[str]], role: str | None, path: str,
    theme: str,
) -> None:  # fmt: skip
    page = visit(role, path, theme=theme)
    assert serious(page) == []

    page.set_viewport_size({"width": TELEPHONE[0], "height": TELEPHONE[1]})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= TELEPHONE[0], f"{wide} pixels wide"
    assert serious(page) == []
