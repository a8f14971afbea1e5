"""What is drawn once for many is still each reader's own in language, zone and facts."""

from __future__ import annotations

import dataclasses

import pytest
from django.utils import translation

from midwatch.desk.access.lists import Clock
from midwatch.desk.theme.remembering import drawn
from midwatch.desk.theme.templatetags.midwatch import lasting, rounded
from midwatch.desk.triage.lists import RowFacts
from midwatch.incidents import Priority

pytestmark = pytest.mark.any_database

MINUTE = 60_000_000
FACTS = RowFacts(
    reference="MW-7f3k2m9q4x",
    priority=Priority.P2,
    waiting=True,
    opened=1_700_000_000_000_000,
    sentence="somebody <b>guessed</b>",
    standing="",
    client="Harbour",
    owner="",
    clock=Clock(waited=12 * MINUTE, until_next=None, asked=None, step=1, policy=True),
    here=False,
    oob=False,
)


def row(facts: RowFacts = FACTS, zone: str = "UTC") -> str:
    return drawn("triage/row.html", facts, zone)


def test_a_part_is_drawn_again_for_another_language_and_zone() -> None:
    with translation.override("en"):
        english = row()
        later = row(zone="Asia/Tokyo")
    with translation.override("de"):
        german = row()

    assert "waits 12 minutes" in english
    assert "22:13" in english
    assert "07:13" in later
    assert "12 Minuten" in german
    with translation.override("en"):
        assert row() == english


@pytest.mark.parametrize(
    "change",
    [
        {"sentence": "another"},
        {"client": "Quay"},
        {"owner": "ana"},
        {"here": True},
        {"oob": True},
        {"waiting": False},
        {"priority": Priority.P1},
        {"clock": None, "standing": "resolved"},
    ],
)
def test_each_fact_changes_the_part(change: dict[str, object]) -> None:
    assert row(dataclasses.replace(FACTS, **change)) != row()  # type: ignore[arg-type]  # each as the field wants it


def test_texts_are_escaped() -> None:
    assert "somebody &lt;b&gt;guessed&lt;/b&gt;" in row()


@pytest.mark.parametrize("seconds", [0, 1, 59, 119, 120, 121, 7199, 7200, 172_799, 172_800, 9**9])
def test_a_rounded_time_is_written_as_before(seconds: int) -> None:
    assert lasting(rounded(seconds * 1_000_000 + 999_999)) == lasting(seconds * 1_000_000 + 999_999)
