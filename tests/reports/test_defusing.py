"""Text from outside cannot act on the screen it is shown on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.reports.defusing import defuse


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("root", "root"),
        ("Zoë Müller 中文", "Zoë Müller 中文"),
        ("", ""),
        ("\x1b[2J", "\\x1b[2J"),
        ("one\r\ntwo\tthree", "one\\r\\ntwo\\tthree"),
        ("exe\u202egnp", "exe\\u202egnp"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u2028b", "a\\u2028b"),
        ("a\xa0b", "a\\xa0b"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("lone\udc80", "lone\\udc80"),
        ("\u3164", "\\u3164"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 4, "e\u0301\u0301\\u0301\\u0301"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert defuse(text) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert defuse("A" * 10_000, 5) == "AAAA…"
    assert defuse("AAAAA", 5) == "AAAAA"
    assert defuse("\x1b\x1b", 5) == "\\x1b…"


@given(st.text(st.characters()), st.none() | st.integers(1, 40))
def test_the_result_is_always_one_printable_line(text: str, longest: int | None) -> None:
    shown = defuse(text, longest)

    assert shown.isprintable()
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert longest is None or len(shown) <= longest
    assert defuse(shown, longest) == shown
