"""Sentences that remember how they were made; their English."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.vendors.every_sentence import sentences

import midwatch.vendors
from midwatch.vendors.sentences import Listed, Number, Quoted, Sentence, Word, english, plain
from midwatch.vendors.tiers import Tier

HERE = Path(midwatch.vendors.__file__).parent
_AS_IT_WAS = "1f724d5680ff439136f560e663fb401046286547fcf7287144178a600b3dd695"
"""SHA-256 of all English that is said about 300 files; it is what it was before sentences had
templates. Who changes a sentence on purpose writes the new one here."""


def calls() -> list[tuple[Path, ast.Call]]:
    return [
        (path, node)
        for path in sorted(HERE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Sentence"
    ]


def test_the_english_is_what_it_was() -> None:
    said = [[str(each) for each in sentences(seed)] for seed in range(300)]
    assert hashlib.sha256(json.dumps(said).encode()).hexdigest() == _AS_IT_WAS


def test_every_template_is_written_out_with_the_values_it_names() -> None:
    found = calls()
    assert len(found) > 100
    for path, call in found:
        (template,) = call.args
        assert isinstance(template, ast.Constant), (path, call.lineno)
        assert isinstance(template.value, str), (path, call.lineno)
        named = set(re.findall(r"%\((\w+)\)s", template.value))
        given_ = {each.arg for each in call.keywords}
        assert named == given_, (path, call.lineno)


@given(st.text(), st.text())
def test_somebodys_words_stand_as_they_are(one: str, other: str) -> None:
    told = Sentence("%(one)s and %(other)s", one=one, other=Quoted(other))
    assert told == f"{one} and {other!r}"
    assert told.values == {"one": one, "other": Quoted(other)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Number(Decimal("1234567.50")), "1,234,567.50"),
        (Number(3, ""), "3"),
        (Word(Tier.CRITICAL, capital=True), "Critical"),
        (date(2026, 11, 22), "2026-11-22"),
        (Listed((Word(Tier.LOW), "x"), " and "), "low and x"),
        (7, "7"),
    ],
)
def test_values_in_english(value: Number | Word | Listed | date | int, text: str) -> None:
    assert english(value) == text


def test_a_template_without_values_keeps_its_percent() -> None:
    assert Sentence("100 %") == "100 %"


def test_encoders_take_a_sentence_as_its_english() -> None:
    told = {"says": Sentence("%(n)s of 3", n=2)}
    assert msgspec.json.encode(told, enc_hook=plain) == b'{"says":"2 of 3"}'
    with pytest.raises(NotImplementedError):
        msgspec.json.encode({"says": object()}, enc_hook=plain)
