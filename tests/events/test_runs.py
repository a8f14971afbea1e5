"""Reading many lines together gives what reading them one by one gives."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.events import sources as sources_package
from midwatch.events.catalogue import all_sources
from midwatch.events.expectations import REFERENCE
from midwatch.events.header import read_header
from midwatch.events.heads import HeadReader
from midwatch.events.readers.mapping import present
from midwatch.events.reading import LONGEST_READ, LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.runs import Run, read_messages, read_singly
from midwatch.events.source import Source, Value
from midwatch.events.timestamps import ClockContext, StampReader

SOURCES = all_sources()
RECOGNISER = Recogniser(SOURCES)
FOLDER = Path(sources_package.__path__[0])
CLOCK = ClockContext(REFERENCE)


def sample_lines() -> list[str]:
    found: list[str] = []
    for sample in sorted(FOLDER.glob("*/samples/*")):
        if sample.is_file() and not sample.name.endswith((".jsonl", ".md")):
            found.extend(sample.read_bytes().decode("utf-8", "replace").splitlines())
    return found


LINES = sample_lines()
MESSAGES = [read_header(line, StampReader(CLOCK)).message for line in LINES]
# Lines that come again and again, so that readers learn how they are written.
AGAIN = [message for message in MESSAGES if message.count("=") > 5 for _ in range(6)]


def events(lines: Sequence[str], sizes: Sequence[int]) -> list[dict[str, object]]:
    """All events and failures by line, read in chunks of these sizes in turn."""
    reader = LineReader((), CLOCK, recogniser=RECOGNISER)
    found: list[dict[str, object]] = []
    start = turn = 0
    while start < len(lines):
        size = sizes[turn % len(sizes)]
        result = reader.read(lines[start : start + size], start + 1)
        for batch in result.batches:
            assert list(batch.lines) == sorted(batch.lines)
            found.extend(
                {**row, "raw": raw, "message": message}
                for row, raw, message in zip(batch.rows(), batch.raws, batch.messages, strict=True)
            )
        found.extend({"line": each.line, "failure": each.reason} for each in result.failures)
        start, turn = start + size, turn + 1
    return sorted(found, key=lambda row: int(str(row["line"])))


@given(
    st.randoms(use_true_random=False),
    st.lists(st.integers(1, 400), min_size=1, max_size=5),
)
@settings(max_examples=10)
def test_lines_say_together_what_they_say_alone(chance: random.Random, sizes: list[int]) -> None:
    chosen = [LINES[chance.randrange(len(LINES))] for _ in range(600)]
    repeated = "Feb  3 04:05:06 gate sshd[77]: message repeated 3 times: [ Invalid user x from 192.0.2.9 port 22]"
    chosen.insert(chance.randrange(600), repeated)
    assert events(chosen, sizes) == events(chosen, [1])


Said = tuple[tuple[str, ...], dict[str, Value], dict[str, Value]]


def readings(runs: Sequence[Run]) -> dict[int, Said]:
    """Each row's form and what its columns hold (blanks are the finisher's to take out)."""
    found: dict[int, Said] = {}
    for run in runs:
        assert list(run.rows) == sorted(run.rows)
        for place, row in enumerate(run.rows):
            assert row not in found
            values = {name: column[place] for name, column in run.columns.items()}
            held = {name: value for name, value in values.items() if present(value)}
            found[row] = (run.form.names, dict(run.form.constants), held)
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_reader_says_of_many_what_it_says_of_each(source: Source) -> None:
    messages = [*dict.fromkeys(MESSAGES), *AGAIN]
    random.Random(5).shuffle(messages)  # the same order each time, no secret
    for reader in source.readers:
        together, left = read_messages(reader, messages)
        singly, left_singly = read_singly(reader.read, messages)
        assert list(left) == list(left_singly)
        assert readings(together) == readings(singly)


def test_a_plain_header_is_what_the_complete_way_takes_off() -> None:
    stamps = StampReader(CLOCK)
    heads = HeadReader(stamps).read(LINES, LONGEST_READ)
    read = 0
    for program, rows in heads.by_program.items():
        announced = program is None or bool(RECOGNISER.readers[program])
        for row in rows:
            header = read_header(LINES[row], stamps)
            if announced and header.program == program:
                read += 1
                assert header.message == heads.messages[row].lstrip()
                assert header.time == heads.times[row]
                assert (header.host, header.pid) == (heads.hosts[row], heads.pids[row])
                assert header.severity == heads.severities[row]
    assert read > len(LINES) // 4


@pytest.mark.parametrize(
    "line",
    [
        "Feb  3 04:05:06 gate sshd[77]",
        "Feb  3 04:05:06 gate sshd[77]:",
        "Feb  3 04:05:06 gate sshd[77]: %x",
        "Feb  3 04:05:06 gate sshd[77]: [ID 1 auth.info] x",
        "Feb  3 04:05:06 CEF: 0|x",
        "Feb  3 04:05:06 2026 gate sshd: x",
        "<192>date=2026",
        "",
    ],
)
def test_a_line_of_another_form_is_left_to_the_complete_way(line: str) -> None:
    good = "Feb  3 04:05:06 gate sshd[77]: x"
    heads = HeadReader(StampReader(CLOCK)).read([good, line], LONGEST_READ)
    assert (dict(heads.by_program), list(heads.left)) == ({"sshd": [0]}, [1])
