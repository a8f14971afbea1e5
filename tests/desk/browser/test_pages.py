"""Every page, in day and night, on a screen and on a telephone: accessible, and not too wide.

``scripts/desk-pictures`` runs this with a folder in ``MIDWATCH_PICTURES`` and gets a picture of each.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from midwatch.desk.rehearsal import ATTACKER, BAKERY
from midwatch.kernel import derived_id
from midwatch.vendors.questionnaires import full_questionnaire

pytestmark = pytest.mark.browser

_TODAY = datetime.now(ZoneInfo("Europe/Berlin")).date().isoformat()
OWN = f"/incident/MW-{derived_id('incident', BAKERY, f'attacker|{ATTACKER}', 'bakery-first')[:10]}/"
ASKED = f"/answer/mwq_{BAKERY:_<43}/"
PAGES = (
    (None, "/account/login/"),
    ("manager", "/"),
    ("owner", "/"),
    ("manager", "/nowhere/"),
    ("analyst", "/search/"),
    ("partner", "/search/?q=user:somebody"),
    ("analyst", "/search/?q=user:nobody"),
    ("contact", "/search/event/rehearsal-1-282/"),
    ("partner", "/search/event/rehearsal-1-282/"),
    ("analyst", "/search/rule/?q=user:root"),
    ("owner", "/api/v1/docs"),
    ("manager", "/webhooks/"),
    (None, "/welcome/nothing/"),
    (None, "/invitation/nothing/"),
    (None, "/account/password/reset/"),
    ("manager", "/welcome/"),
    ("manager", "/people/"),
    ("owner", "/people/at/bakery/"),
    ("owner", "/people/at/bakery/invite/"),
    ("manager", "/people/access/3/"),
    ("owner", "/people/tokens/"),
    ("owner", "/profile/"),
    ("owner", "/record/"),
    ("manager", "/record/?kind=people"),
    ("owner", "/account/2fa/"),
    ("owner", "/account/2fa/webauthn/"),
    ("owner", "/account/2fa/totp/activate/"),
    ("owner", "/account/sessions/"),
    ("owner", "/account/password/change/"),
    ("owner", "/account/reauthenticate/"),
    ("manager", "/clients/"),
    ("manager", "/clients/add/"),
    ("manager", "/clients/of/bakery/"),
    ("owner", "/c/bakery/"),
    ("partner", "/c/bakery/"),
    ("owner", "/c/bakery/attempts/?span=month"),
    ("owner", "/c/bakery/reports/"),
    ("owner", f"/c/bakery/reports/day/{_TODAY}/"),
    ("owner", f"/c/bakery/reports/week/{_TODAY}/"),
    ("manager", "/sources/"),
    ("manager", "/sources/unknown/"),
    ("owner", "/c/bakery/sources/"),
    ("owner", "/c/bakery/sources/add/"),
    ("manager", "/c/bakery/sources/add/pfsense/"),
    ("manager", "/c/bakery/sources/of/bakery-wall/"),
    ("manager", "/c/bakery/sources/of/bakery-mail/"),
    ("manager", "/c/bakery/sources/of/bakery-wall/edit/"),
    ("manager", "/c/bakery/sources/of/bakery-wall/remove/"),
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
    ("owner", "/c/bakery/choices/"),
    ("manager", "/choices/"),
    ("owner", "/choice/bkchoice01/"),
    ("owner", "/choice/bkchoice01/?w.call=20"),
    ("examiner", "/choice/bkchoice02/"),
    ("owner", "/choice/bkchoice01/needs/"),
    ("owner", "/choice/bkchoice01/needs/call/"),
    ("owner", "/choice/bkchoice01/candidates/"),
    ("owner", "/choice/bkchoice01/decide/"),
    ("owner", "/choice/bkchoice01/explain/bkvndr0001/"),
    ("owner", "/c/bakery/behind/"),
    ("owner", "/c/bakery/data/"),
    ("examiner", "/c/bakery/data/"),
    ("owner", "/vendor/bkvndr0001/data/"),
    ("owner", "/holding/bkhold0001/"),
    ("owner", "/holding/bkhold0001/change/"),
    ("owner", "/vendor/bkvndr0001/facts/"),
    ("manager", "/service-facts/"),
    ("owner", "/c/bakery/service-facts/"),
    (None, "/service-facts/key/"),
    (None, "/answer/nonsense"),
    ("manager", "/questionnaires/"),
    ("owner", "/c/bakery/questionnaires/"),
    ("examiner", "/c/bakery/questionnaires/"),
    ("owner", "/vendor/bkvndr0001/questionnaires/"),
    ("owner", "/vendor/bkvndr0001/questionnaires/send/"),
    ("owner", f"/vendor/bkvndr0001/questionnaires/preview/?of={full_questionnaire().digest}"),
    ("owner", "/vendor/bkvndr0001/questionnaires/bring/"),
    ("owner", "/questionnaire/file/bkbrght001/"),
    ("owner", "/questionnaire/bkquest001/"),
    ("examiner", "/questionnaire/bkquest001/?part=2"),
    ("owner", "/questionnaire/bkquest002/"),
    ("owner", "/questionnaire/bkquest001/score/"),
    (None, ASKED),
    (None, f"/answer/mwq_{43 * 'x'}/"),
    ("owner", ASKED),
    ("owner", f"{ASKED}part/1/"),
    ("owner", f"{ASKED}part/2/"),
    ("owner", f"{ASKED}part/1/pass-on/"),
    ("owner", f"{ASKED}hand-in/"),
    ("owner", "/c/bakery/vendors/"),
    ("manager", "/vendors/"),
    ("owner", "/c/bakery/vendors/add/"),
    ("owner", "/c/bakery/vendors/calendar/"),
    ("owner", "/c/bakery/policies/"),
    ("owner", "/c/bakery/policies/of/bkpcy00001/"),
    ("owner", "/c/bakery/policies/add/"),
    ("owner", "/vendor/bkvndr0001/"),
    ("examiner", "/vendor/bkvndr0001/"),
    ("owner", "/vendor/bkvndr0001/move/"),
    ("owner", "/vendor/bkvndr0001/company/"),
    ("examiner", "/vendor/bkvndr0001/company/"),
    ("owner", "/vendor/bkvndr0001/company/service/"),
    ("owner", "/vendor/bkvndr0001/company/list/contacts/"),
    ("owner", "/vendor/bkvndr0001/contact/1/"),
    ("owner", "/vendor/bkvndr0001/money/"),
    ("owner", "/vendor/bkvndr0001/money/add/"),
    ("owner", "/vendor/bkvndr0001/papers/"),
    ("owner", "/vendor/bkvndr0001/papers/1/"),
    ("owner", "/vendor/bkvndr0001/papers/1/soc/"),
    ("owner", "/vendor/bkvndr0001/papers/add/"),
    ("owner", "/vendor/bkvndr0001/contracts/"),
    ("owner", "/vendor/bkvndr0001/contracts/1/"),
    ("owner", "/vendor/bkvndr0001/contracts/1/clauses/"),
    ("owner", "/vendor/bkvndr0001/findings/"),
    ("owner", "/vendor/bkvndr0001/findings/1/"),
    ("owner", "/vendor/bkvndr0001/findings/1/step/"),
    ("owner", "/vendor/bkvndr0001/reviews/"),
    ("owner", "/vendor/bkvndr0001/reviews/2/"),
    ("owner", "/vendor/bkvndr0001/reviews/rule/"),
    ("owner", "/c/bakery/vendors/reminders/"),
    ("examiner", "/c/bakery/vendors/reminders/"),
    ("owner", "/c/bakery/vendors/bring/"),
    ("owner", "/vendor/bkvndr0001/file/"),
    ("examiner", "/vendor/bkvndr0001/file/"),
    ("owner", "/vendor/bkvndr0001/file/keep/"),
    ("owner", "/vendor/bkvndr0001/file/delete/"),
    ("manager", "/c/forge/vendors/"),
    (None, "/drill/nonsense/"),
)
"""(role, path) of every page; a page is not done before it stands here."""
GERMAN = (
    (None, "/account/login/"),
    ("analyst", "/queue/"),
    ("analyst", OWN),
    ("owner", "/c/bakery/"),
    ("manager", "/c/bakery/sources/add/pfsense/"),
    ("manager", "/sources/"),
    ("owner", "/people/at/bakery/"),
    ("owner", "/choice/bkchoice01/"),
    ("owner", "/c/bakery/behind/"),
    ("owner", "/c/bakery/data/"),
    ("owner", "/questionnaire/bkquest001/"),
    ("owner", f"{ASKED}part/1/"),
    (None, ASKED),
    ("owner", "/c/bakery/vendors/"),
    ("owner", "/vendor/bkvndr0001/"),
    ("owner", "/vendor/bkvndr0001/money/"),
    ("owner", "/vendor/bkvndr0001/contracts/1/clauses/"),
    ("owner", "/vendor/bkvndr0001/reviews/"),
    ("owner", "/vendor/bkvndr0001/file/"),
    ("owner", "/c/bakery/vendors/reminders/"),
)
"""Pages with the longest words."""
WIDE, TELEPHONE = (1280, 900), (360, 740)
_OF_COLOURS = ("color-contrast", "link-in-text-block")
"""Axe's rules that day and night can answer differently; all others read what both share."""


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_a_page_is_accessible_and_fits(
    visit: Callable[..., Page], serious: Callable[..., list[str]], role: str | None, path: str
) -> None:
    page = visit(role, path)
    looks: tuple[tuple[Literal["light", "dark"], tuple[str, ...]], ...] = (
        ("light", ()),
        ("dark", _OF_COLOURS),
    )
    for theme, rules in looks:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for kind, (width, height) in (("wide", WIDE), ("telephone", TELEPHONE)):
            page.set_viewport_size({"width": width, "height": height})
            picture(page, role, path, f"{theme}-{kind}")
            assert serious(page, *rules) == [], f"{theme}, {kind}"
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{wide} pixels wide: {theme}, {kind}"


@pytest.mark.parametrize(("role", "path"), GERMAN)
def test_german_words_fit_a_telephone(
    visit: Callable[..., Page], role: str | None, path: str
) -> None:
    page = visit(role, path, language="de-DE", size=TELEPHONE)

    assert page.get_attribute("html", "lang") == "de"
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= TELEPHONE[0], f"{wide} pixels wide"


def picture(page: Page, role: str | None, path: str, kind: str) -> None:
    """Keep a picture of the whole page where ``MIDWATCH_PICTURES`` names a folder."""
    if folder := os.environ.get("MIDWATCH_PICTURES"):
        place = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
        name = f"{role or 'stranger'}-{place}-{kind}.png"
        page.screenshot(path=Path(folder) / name, full_page=True)
