"""Lines are told apart by their text, and none that may hold a literal is passed over."""

from __future__ import annotations

import json

import pytest

from midwatch.detection.literals import Literal
from midwatch.detection.raw_search import FOLDING_TO_ASCII, RawSearch, piece_of


def rows(literal: str, *raws: str, ascii_only: bool = False) -> list[int]:
    search = RawSearch([Literal(literal, ascii_only=ascii_only)])
    assert search.usable
    return list(search.rows(raws))


@pytest.mark.parametrize(
    "raw",
    [
        '{"a": "run MimiKatz now"}',
        '{"a": "mimik\\u0061tz"}',
        '{"a": "\\u006d\\u0069\\u006dikatz"}',
        '{"a": "\u00e9 mimi\u212aatz"}',
        '{"a": "\\u00e9 mimi\\u212Aatz"}',
    ],
)
def test_a_line_with_the_literal_is_found_however_it_is_written(raw: str) -> None:
    json.loads(raw)
    assert rows("mimikatz", '{"a": "nothing"}', raw, '{"a": "mimi"}') == [1]


def test_escapes_that_can_stand_for_no_letter_of_a_piece_are_not_undone() -> None:
    beyond = (chr(code) for code in range(0x80, 0x110000))
    folding = {ord(letter) for letter in beyond if any(map(str.isascii, letter.casefold()))}
    assert set(FOLDING_TO_ASCII) == folding
    assert rows("mimikatz", *(json.dumps({"a": f"mimi{chr(code)}atz"}) for code in folding)) == [
        row for row, code in enumerate(folding) if chr(code).casefold() == "k"
    ]


def test_a_line_that_is_not_ascii_leaves_the_others_as_they_are() -> None:
    assert rows("mimikatz", '{"a": "mimikatz"}', '{"a": "\u00e9"}', '{"a": "\u00e9mimikatz"}') == [
        0,
        2,
    ]


def test_what_only_looks_like_an_escape_is_searched_as_it_stands() -> None:
    raw = json.dumps({"a": "C:\\u0041dmin"})
    assert rows("u0041dmin", raw) == [0]
    assert rows("c:admin", raw) == []


def test_an_escaped_character_beside_a_piece_does_not_hide_it() -> None:
    assert rows('say "mimikatz"', json.dumps({"a": 'say "mimikatz"'})) == [0]
    assert rows("\\mimilib.dll", json.dumps({"a": "C:\\mimilib.dll"})) == [0]


def test_texts_that_are_joined_are_found_apart() -> None:
    assert rows("alpha, beta", '{"a": ["alpha", "beta"]}') == [0]


def test_lines_that_are_not_ascii_may_hold_what_expressions_fold_otherwise() -> None:
    assert rows("sekurlsa", '{"a": "\u00e9"}', '{"a": "e"}', ascii_only=True) == [0]


@pytest.mark.parametrize("literal", ["10.0.0.1", "0x3e7", "true", "tcp", "42", '"', "a"])
def test_values_that_may_be_written_otherwise_cannot_be_told_by_the_line(literal: str) -> None:
    assert piece_of(literal) is None
    assert not RawSearch([Literal(literal), Literal("mimikatz")]).usable
