"""The parts of a line that were read from it are marked, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.reports.defusing import defuse
from midwatch.reports.marking import commands, marked


@pytest.mark.parametrize(
    ("line", "parts", "found"),
    [
        ("from 192.0.2.1 port 22", ["192.0.2.1"], ["192.0.2.1"]),
        ("from 192.0.2.10 port 22", ["192.0.2.1"], []),
        ("from 192.0.2.1:443.", ["192.0.2.1"], ["192.0.2.1"]),
        ("SRC=2001:db8::1 DST=x", ["2001:db8::1"], ["2001:db8::1"]),
        ("user=root by rooted", ["root"], ["root"]),
        ("a b c", ["a", "", "b" * 99], []),
    ],
)
def test_a_part_is_found_as_a_word_of_its_own(
    line: str, parts: list[str], found: list[str]
) -> None:
    assert [piece.text for piece in marked(line, parts, 200) if piece.marked] == found


@given(st.text(), st.lists(st.text(max_size=5)), st.integers(1, 50))
def test_the_pieces_are_the_line(line: str, parts: list[str], longest: int) -> None:
    pieces = marked(line, parts, longest)

    assert "".join(piece.text for piece in pieces) == defuse(line, longest)


def test_commands_stand_out_in_a_sentence() -> None:
    said = commands("see them: midwatch check --html report.html shows all")

    assert [piece.text for piece in said if piece.marked] == ["midwatch check --html report.html"]
