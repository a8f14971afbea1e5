"""What candidates' contracts and insurance say, in the page, the workbook, the PDF and the API."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone, translation

from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.choosing.models import Choice
from midwatch.desk.choosing.selectors import Seen
from midwatch.desk.choosing.services import ChoiceActs
from midwatch.desk.choosing.table import told_of
from midwatch.desk.rehearsal import BAKERY, Furnished, now
from midwatch.desk.rehearsal_answers import furnish_questionnaires
from midwatch.desk.rehearsal_choosing import CHOICES, MADE, furnish_choosing
from midwatch.desk.rehearsal_vendors import furnish_vendors
from midwatch.desk.vendors.models import Contract, Vendor
from midwatch.vendors.comparing import Holds

OWN = f"/choice/{CHOICES[BAKERY]}/"
CAP = "Liable for at most, against what a breach could cost"


@pytest.fixture
def house(world: Furnished, db: None) -> Furnished:
    vendor = furnish_vendors(BAKERY)
    furnish_questionnaires(vendor)
    furnish_choosing(vendor, now())
    return world


def section(page: str) -> str:
    return page[page.index('id="terms"') : page.index('id="finance"')]


def test_the_terms_stand_side_by_side(house: Furnished, visitor: Callable[..., Client]) -> None:
    told = section(visitor(Role.OWNER).get(OWN).content.decode())
    for words in (
        "Draft of May", "500,000 EUR", "a breach could cost 400,000 EUR", "only in USD",
        "present, within 24 hours", "weak, within 72 hours", "less than it is liable for",
        "none in force on file", "Nobody looked yet for: Indemnity",
    ):  # fmt: skip
        assert words in told, words
    assert 'class="differs"' in told


def test_with_nothing_on_file_it_says_what_to_ask_for(
    house: Furnished, visitor: Callable[..., Client]
) -> None:
    Contract.objects.all().delete()
    for vendor in Vendor.objects.filter(tenant=BAKERY):
        vendor.body["insurance"] = []
        vendor.save()
    assert "Nothing is on file for any of them." in section(
        visitor(Role.OWNER).get(OWN).content.decode()
    )


def test_the_workbook_and_the_table_say_the_same(
    house: Furnished, visitor: Callable[..., Client]
) -> None:
    asked = visitor(Role.OWNER)
    book = openpyxl.load_workbook(io.BytesIO(asked.get(f"{OWN}as/xlsx/").content))
    rows = {row[0]: row[1:] for row in book["Contract and insurance"].values}
    assert rows[CAP][0] == "500,000 EUR (a breach could cost 400,000 EUR)"
    assert rows["Clause: breach notice"][2] == "! weak, within 72 hours (page 7)"
    assert CAP in asked.get(f"{OWN}as/csv/").content.decode()


def test_programs_get_them_with_what_they_mean(
    house: Furnished, visitor: Callable[..., Client]
) -> None:
    found = visitor(Role.OWNER).get(f"/api/v1/choices/{CHOICES[BAKERY]}").json()
    terms = {each["term"]: each for each in found["candidates"][0]["terms"]}
    assert terms[CAP]["holds"] == "yes"
    assert terms["Clause: liability"] == {
        "term": "Clause: liability", "clause": "liability", "text": "weak", "holds": "partly",
        "more": "page 11",
    }  # fmt: skip


def test_a_decision_keeps_the_terms_as_they_were(
    house: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.OWNER)
    good = Vendor.objects.get(tenant=BAKERY, name__startswith="Night Owls")
    ChoiceActs(scope).decide(CHOICES[BAKERY], good.reference, "The board", "It answers at night.")
    draft = Contract.objects.get(vendor=good)
    draft.body["cap"] = "1"
    draft.body["start"] = (timezone.now().date() - timedelta(days=9)).isoformat()
    draft.save()
    seen = Seen(scope, Choice.objects.get(reference=CHOICES[BAKERY]))
    kept = seen.comparison
    assert kept is not None
    terms = kept.results[0].candidate.terms
    assert terms is not None
    assert (terms.cap, terms.cap_holds) == (Decimal(500_000), Holds.YES)


def test_a_choice_made_before_there_were_terms_is_still_read(
    house: Furnished, visitor: Callable[..., Client]
) -> None:
    page = visitor(Role.OWNER).get(f"/choice/{MADE[BAKERY]}/").content.decode()
    assert "was chosen" in page


def test_what_spoke_against_it_is_told_in_german(
    house: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.OWNER)
    seen = Seen(scope, Choice.objects.get(reference=MADE[BAKERY]))
    kept = seen.comparison
    assert kept is not None
    assert seen.choice.made is not None
    with translation.override("en"):
        assert told_of(seen, kept, kept).against == seen.choice.made.against
    with translation.override("de"):
        german = told_of(seen, kept, kept).against
    assert len(german) == len(seen.choice.made.against)
    assert not set(german) & set(seen.choice.made.against)
