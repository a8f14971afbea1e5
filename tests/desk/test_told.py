"""The pure room's sentences in the desk's languages."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from tests.vendors.every_sentence import sentences
from tests.vendors.test_sentences import calls

from midwatch.desk.choosing.words import NOTES
from midwatch.desk.vendors.sentences import TEMPLATES
from midwatch.desk.vendors.told import told
from midwatch.vendors.finance.statements import Item
from midwatch.vendors.questionnaires import own_in
from midwatch.vendors.sentences import Listed, Number, Quoted, Sentence, Word
from midwatch.watch.service_record import NOTES as SERVICE_NOTES

pytestmark = pytest.mark.any_database

_WORDS = re.compile(r"[a-z]{2}")


def room() -> set[str]:
    """All templates of the room that have a word in them, and the contradictions of our own."""
    templates = {call.args[0].value for _path, call in calls()}  # type: ignore[attr-defined]  # a constant, as another test holds
    clashes = {each.says for version in own_in("") for each in version.contradictions}
    return {e for e in templates if _WORDS.search(re.sub(r"%\(\w+\)s", "", e))} | clashes


def test_the_desk_knows_all_that_the_room_can_say_and_nothing_else() -> None:
    assert room() == TEMPLATES


def test_all_of_it_has_german() -> None:
    with translation.override("de"):
        same = {each for each in TEMPLATES if translation.gettext(each) == each}
    assert same == set()


@pytest.mark.parametrize("seed", range(40))
def test_english_stays_and_german_is_told_of_every_file(seed: int) -> None:
    for each in sentences(seed):
        with translation.override("en"):
            assert told(each) == each
        with translation.override("de"):
            assert "%(" not in told(each).replace("%(x)s", "")


def test_values_are_written_as_the_language_writes_them() -> None:
    said = Sentence(
        "liability ends at %(cap)s %(currency)s; a breach could cost %(exposure)s",
        cap=Number(Decimal("1234567.5")), currency="EUR", exposure=Number(2_000),
    )  # fmt: skip
    with translation.override("de"):
        text = told(said)
        assert "1.234.567,5 EUR" in text
        assert "2.000" in text
        day = told(Sentence("nothing covers the time since %(day)s", day=date(2026, 5, 3)))
        assert "3. Mai 2026" in day
        listed = Listed((Word(Item.CASH), Word(Item.EBIT)))
        missing = told(Sentence("not given: %(items)s", items=listed))
        assert missing.endswith("EBIT")
        assert "cash" not in missing


def test_what_a_vendor_wrote_is_not_translated_nor_taken_for_a_template() -> None:
    words = "Contract 100 % %(cap)s {x}"
    with translation.override("de"):
        assert words in told(Sentence("contract %(title)s ends", title=Quoted(words)))
        assert told(words) == words


def test_how_our_watch_counts_is_told_in_german() -> None:
    assert set(SERVICE_NOTES) == NOTES
    with translation.override("de"):
        assert not any(translation.gettext(each) == each for each in NOTES)


def test_plain_text_of_ours_is_told_too() -> None:
    with translation.override("de"):
        assert told("no financial statements were seen") != "no financial statements were seen"
        assert told("") == ""
