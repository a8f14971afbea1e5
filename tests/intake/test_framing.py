"""Where messages begin and end in a stream of syslog."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.intake.framing import LONGEST_LINE, Framing

MESSAGE = st.binary(min_size=1, max_size=60).map(lambda body: b"<13>" + body)


def whole(data: bytes, longest: int = LONGEST_LINE) -> tuple[list[bytes], Framing]:
    framing = Framing(longest)
    return framing.feed(data) + framing.end(), framing


def in_pieces(data: bytes, cuts: list[int], longest: int) -> tuple[list[bytes], Framing]:
    framing = Framing(longest)
    lines: list[bytes] = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        lines += framing.feed(data[start:end])
    return lines + framing.end(), framing


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"<13>one\n<13>two\n", [b"<13>one", b"<13>two"]),
        (b"<13>one\r\n<13>two\r\n", [b"<13>one", b"<13>two"]),
        (b"<13>one\0<13>two\0", [b"<13>one", b"<13>two"]),
        (b"7 <13>one7 <13>two", [b"<13>one", b"<13>two"]),
        (b"8 <13>a\nb\n8 <13>two\n", [b"<13>a\nb", b"<13>two"]),
        (b"7 <13>one\n7 <13>two\n", [b"<13>one", b"<13>two"]),
        (b"<13>one\n7 <13>two<13>three\n", [b"<13>one", b"<13>two", b"<13>three"]),
        (b"no priority\n2024-11-01 10:00:00 x\n", [b"no priority", b"2024-11-01 10:00:00 x"]),
        (b"192.0.2.1 - - [x]\n12 Nov text\n", [b"192.0.2.1 - - [x]", b"12 Nov text"]),
        (b"\n\n<13>one\n\n", [b"<13>one"]),
        (b"<13>no end", [b"<13>no end"]),
        (b"20 <13>broken", [b"<13>broken"]),
        (b"123456789 <13>too many digits\n", [b"123456789 <13>too many digits"]),
        (b"", []),
    ],
)
def test_messages_are_told_apart(data: bytes, lines: list[bytes]) -> None:
    assert whole(data)[0] == lines
    assert in_pieces(data, list(range(len(data))), LONGEST_LINE)[0] == lines


@given(
    st.lists(
        st.one_of(
            MESSAGE.map(lambda message: str(len(message)).encode() + b" " + message),
            MESSAGE.map(lambda message: message.replace(b"\n", b"").replace(b"\0", b"") + b"\n"),
            st.binary(max_size=30),
        )
    ).map(b"".join),
    st.lists(st.integers(0, 10_000)),
    st.sampled_from([5, 16, LONGEST_LINE]),
)
def test_any_cutting_gives_the_same_messages(data: bytes, cuts: list[int], longest: int) -> None:
    expected, once = whole(data, longest)
    lines, often = in_pieces(data, cuts, longest)

    assert lines == expected
    assert (often.failed, often.cut, often.broken) == (once.failed, once.cut, once.broken)
    assert all(line and len(line) <= longest for line in lines)


def test_a_last_line_without_its_end_is_cut_like_any_other() -> None:
    lines, framing = whole(b"<13>six", 6)

    assert lines == [b"<13>si"]
    assert framing.cut == 1


@given(st.lists(st.one_of(MESSAGE.map(lambda body: body.rstrip(b"\r\n\0")), st.just(b"<1>"))))
def test_counted_messages_come_out_as_they_went_in(messages: list[bytes]) -> None:
    data = b"".join(str(len(message)).encode() + b" " + message for message in messages)

    assert whole(data)[0] == messages


@given(st.binary(max_size=300), st.lists(st.integers(0, 300)))
def test_garbage_holds_no_more_than_one_message(data: bytes, cuts: list[int]) -> None:
    framing = Framing(longest=20)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        framing.feed(data[start:end])
        assert framing.held <= 21


@pytest.mark.parametrize("bad", [b"x", b"0 <13>", b"-5 <13>", b"12345678 <13>", b"012 <13>"])
def test_a_wrong_count_fails_the_stream_and_keeps_what_came_before(bad: bytes) -> None:
    framing = Framing()

    assert framing.feed(b"7 <13>one" + bad + b"more\n") == [b"<13>one"]
    assert framing.failed == "bad count"
    assert framing.feed(b"7 <13>two") == framing.end() == []
    assert framing.held == 0


@pytest.mark.parametrize("frame", [b"<13>%s\n", b"2000004 <13>%s"])
def test_a_line_beyond_a_megabyte_is_cut_and_counted(frame: bytes) -> None:
    framing = Framing()
    data = frame % (b"a" * 2_000_000) + b"<13>next\n"
    lines: list[bytes] = []
    for start in range(0, len(data), 65_536):
        lines += framing.feed(data[start : start + 65_536])
        assert framing.held <= LONGEST_LINE + 1

    assert [len(line) for line in lines] == [LONGEST_LINE, 8]
    assert lines[1] == b"<13>next"
    assert framing.cut == 1


def test_a_message_given_up_is_cut_and_the_next_is_whole() -> None:
    framing = Framing()
    framing.feed(b"<13>a very long")

    assert framing.give_up() == [b"<13>a very long"]
    assert framing.feed(b" line\n<13>next\n") == [b"<13>next"]
    assert framing.cut == 1
