"""The contract of every log source: one test walks all the folders.

The laws over all of them: samples are read as expected without being told the product, no
source takes another's samples, a failed login has one form, every address and number
has its type, arbitrary input never raises and never loses a line.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from midwatch.events import sources as sources_package
from midwatch.events.addresses import canonical_address
from midwatch.events.arrow import to_arrow
from midwatch.events.catalogue import all_sources
from midwatch.events.expectations import EXPECTED_SUFFIX, expected_rows
from midwatch.events.reading import LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.schema import FIELDS, Category, FieldType, Outcome
from midwatch.events.source import Source
from midwatch.events.timestamps import ClockContext

FOLDER = Path(sources_package.__path__[0])
SOURCES = all_sources()
RECOGNISER = Recogniser(SOURCES)
REFERENCE = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1_000_000)
SAMPLES = sorted(
    sample
    for sample in FOLDER.glob("*/samples/*")
    if not sample.name.endswith((".jsonl", ".md")) and sample.is_file()
)


def reader(forced: Source | None = None) -> LineReader:
    return LineReader((), ClockContext(REFERENCE), forced=forced, recogniser=RECOGNISER)


def lines_of(sample: Path) -> list[str]:
    lines = sample.read_bytes().decode("utf-8", "replace").split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def test_every_folder_is_a_source_of_that_name() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/source.py")}
    assert folders == {source.name for source in SOURCES}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_source_comes_with_readme_and_samples(source: Source) -> None:
    folder = FOLDER / source.name
    assert (folder / "README.md").read_text().strip()
    assert [path for path in SAMPLES if path.parent.parent == folder]
    assert source.title
    assert source.programs or source.marks or source.fallback or source.distinct


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_samples_are_read_as_expected(sample: Path) -> None:
    expected = [
        json.loads(line)
        for line in sample.with_name(sample.stem + EXPECTED_SUFFIX).read_text().splitlines()
    ]
    got = expected_rows(lines_of(sample), RECOGNISER, REFERENCE)
    assert got == expected


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_samples_are_taken_by_their_own_source(sample: Path) -> None:
    result = reader().read(lines_of(sample), 1)
    takers = {batch.source for batch in result.batches}
    own = sample.parts[-3]
    assert own in takers
    lines = sum(len(batch) for batch in result.batches if batch.source == own)
    assert lines >= 0.5 * sum(len(batch) for batch in result.batches)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_columns_keep_the_laws_of_the_schema(sample: Path) -> None:
    for batch in reader().read(lines_of(sample), 1).batches:
        for row in batch.rows():
            if "category" in row:
                assert row["category"] in set(Category)
            if "outcome" in row:
                assert row["outcome"] in set(Outcome)
            for name, value in row.items():
                field = FIELDS.get(name)
                if field is None:
                    continue
                match field.type:
                    case FieldType.ADDRESS:
                        assert isinstance(value, str)
                        assert canonical_address(value) == value
                    case FieldType.INTEGER | FieldType.TIME:
                        assert isinstance(value, int)
                    case FieldType.TEXT:
                        assert isinstance(value, (str, int))
        assert to_arrow(batch).num_rows == len(batch)


def assert_nothing_lost(lines: list[str], forced: Source | None = None) -> None:
    result = reader(forced).read(lines, 1)
    seen = [line for batch in result.batches for line in batch.lines]
    seen += [failure.line for failure in result.failures]
    assert sorted(seen) == list(range(1, len(lines) + 1))
    for batch in result.batches:
        assert len(list(batch.rows())) == len(batch)


CUTS = [line for sample in SAMPLES for line in lines_of(sample)[:4]]


@given(st.lists(st.one_of(st.text(), st.binary().map(lambda data: data.decode("latin-1")))))
@example(["\x00", "\ufeff", "<13>", "{", "[", "{}", "CEF:0|", "1 - - - - - -", "\ud800"])
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_arbitrary_input_never_raises_and_never_loses_a_line(lines: list[str]) -> None:
    assert_nothing_lost(lines)


@given(
    st.sampled_from(CUTS or [""]), st.integers(0, 400), st.text(max_size=20), st.integers(0, 400)
)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
def test_mangled_samples_never_raise_and_never_lose_a_line(
    line: str, start: int, middle: str, end: int
) -> None:
    assert_nothing_lost([line[:start] + middle + line[end:], line[end:], middle + line])


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    max_examples=25,
)
@given(data=st.data())
def test_a_forced_source_takes_anything(source: Source, data: st.DataObject) -> None:
    text = st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("latin-1")))
    lines = data.draw(st.lists(st.one_of(text, st.sampled_from(CUTS or [""])), max_size=4))
    assert_nothing_lost(lines, source)


@pytest.mark.parametrize("filling", ["A", " ", '"', "[", "{", "=", "a=", "1.", ": ", "\\", "\t|"])
def test_a_line_of_one_repeated_text_is_read_or_kept(filling: str) -> None:
    assert_nothing_lost([filling * (1_000_000 // len(filling))])
