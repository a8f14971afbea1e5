"""Every technique our own rules name is explained in our own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import midwatch.rules
from midwatch.rules.technique_texts import TECHNIQUES, explain

PACK = Path(midwatch.rules.__file__).parent / "pack"
NAMED = sorted(
    {
        number.upper()
        for path in PACK.rglob("*.yml")
        for number in re.findall(r"attack\.(t\d{4}(?:\.\d{3})?)", path.read_text("utf-8"))
    }
)


def test_our_rules_name_techniques() -> None:
    assert len(NAMED) > 40, "the rules moved: this test no longer sees them"


@pytest.mark.parametrize("number", NAMED)
def test_a_technique_our_rules_name_has_words_of_its_own(number: str) -> None:
    assert number in TECHNIQUES, f"write what {number} is in rules/technique_texts.py"


@pytest.mark.parametrize("number", sorted(TECHNIQUES))
def test_words_are_whole_sentences_in_plain_style(number: str) -> None:
    found = TECHNIQUES[number]

    assert re.fullmatch(r"T\d{4}(\.\d{3})?", number)
    assert found.words.endswith(".")
    assert "!" not in found.words
    assert 40 < len(found.words) < 260
    assert found.name


def test_what_has_no_entry_is_explained_by_its_parent() -> None:
    assert explain("t1110.002") == TECHNIQUES["T1110"]
    assert explain("T9999.001") is None
