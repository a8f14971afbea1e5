"""Lines become batches; what one line says never depends on the others."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.events.catalogue import all_sources, source_named
from midwatch.events.reading import LONGEST_READ, LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.timestamps import ClockContext

REFERENCE = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1_000_000)
RECOGNISER = Recogniser(all_sources())
LINES = [
    "Feb  3 04:05:06 gate sshd[77]: Failed password for root from 192.0.2.9 port 4022 ssh2",
    "Feb  3 04:05:07 gate sshd[78]: Failed password for invalid user x from 192.0.2.9 port 1 ssh2",
    "Feb  3 04:05:08 gate sshd[79]: Accepted password for mia from 192.0.2.20 port 4023 ssh2",
    "",
    "\x00\x01",
    "Feb  3 04:05:09 gate something[1]: it did what it does",
]


def rows(lines: list[str], size: int) -> list[dict[str, object]]:
    reader = LineReader((), ClockContext(REFERENCE), recogniser=RECOGNISER)
    found: list[dict[str, object]] = []
    for start in range(0, len(lines), size):
        result = reader.read(lines[start : start + size], start + 1)
        for batch in result.batches:
            found.extend(dict(row) for row in batch.rows())
        found.extend(
            {"line": failure.line, "failure": failure.reason} for failure in result.failures
        )
    return sorted(found, key=lambda row: int(str(row["line"])))


def test_a_failed_login_says_who_and_from_where() -> None:
    first = rows(LINES, 10)[0]
    assert first["source"] == "openssh"
    assert (first["category"], first["outcome"]) == ("authentication", "failure")
    assert (first["src_ip"], first["src_port"], first["user"]) == ("192.0.2.9", 4022, "root")
    assert first["time"] == int(datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC).timestamp() * 1_000_000)


def test_every_line_is_an_event_or_a_failure() -> None:
    found = rows(LINES, 10)
    assert [row["line"] for row in found] == [1, 2, 3, 4, 5, 6]
    assert found[3]["failure"] == "blank line"
    assert "failure" in found[4]
    assert found[5]["program"] == "something"


@given(st.integers(1, 7))
def test_the_cut_into_chunks_does_not_matter(size: int) -> None:
    assert rows(LINES, size) == rows(LINES, 100)


@given(st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_order_of_lines_does_not_matter(chance: random.Random) -> None:
    order = list(range(len(LINES)))
    chance.shuffle(order)
    shuffled = rows([LINES[spot] for spot in order], 10)
    for row in shuffled:
        row["line"] = order[int(str(row["line"])) - 1] + 1
    assert sorted(shuffled, key=lambda row: int(str(row["line"]))) == rows(LINES, 10)


def test_a_user_name_cannot_forge_the_address() -> None:
    forged = "Feb  3 04:05:06 gate sshd[77]: Failed password for invalid user x from 198.51.100.1 port 22 ssh2 from 192.0.2.9 port 4022 ssh2"
    (row,) = rows([forged], 1)
    assert row["src_ip"] == "192.0.2.9"


def test_a_forced_source_reads_what_recognition_would_not() -> None:
    forced = source_named("openssh")
    line = "Failed password for root from 192.0.2.9 port 4022 ssh2"
    reader = LineReader((), ClockContext(REFERENCE), forced=forced, recogniser=RECOGNISER)
    (batch,) = reader.read([line], 1).batches
    assert batch.source == "openssh"


def test_only_the_head_of_a_very_long_line_is_read_but_all_of_it_is_kept() -> None:
    line = LINES[0] + " " * LONGEST_READ + "end"
    reader = LineReader((), ClockContext(REFERENCE), recogniser=RECOGNISER)
    result = reader.read([line], 1)
    assert result.batches[0].raws[0] == line
