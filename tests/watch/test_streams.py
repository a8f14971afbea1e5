"""Several files become one stream, oldest first, with nothing lost between them."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.events.catalogue import all_sources
from midwatch.intake.folder import find_logs
from midwatch.watch.sample_office import write_sample_office
from midwatch.watch.streams import Clock, LogStreams

NOW = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1_000_000)
SOURCES = all_sources()


def write(path: Path, *stamps: str) -> None:
    path.write_text("".join(f"{stamp} gate app[1]: something\n" for stamp in stamps))
    os.utime(path, (NOW / 1_000_000, NOW / 1_000_000))


def test_sets_are_interleaved_by_time(tmp_path: Path) -> None:
    write(tmp_path / "late.log", "Feb  3 05:00:00", "Feb  3 06:00:00")
    write(tmp_path / "early.log", "Feb  3 04:00:00", "Feb  3 04:30:00")
    streams = LogStreams(find_logs([tmp_path]).sets, SOURCES, Clock(UTC, NOW))
    assert [chunk.file.path.name for chunk in streams.chunks()] == ["early.log", "late.log"]


def test_a_december_line_read_in_january_is_of_last_year(tmp_path: Path) -> None:
    path = tmp_path / "old.log"
    write(path, "Dec 31 23:59:59")
    january = datetime(2026, 1, 2, tzinfo=UTC).timestamp()
    os.utime(path, (january, january))
    (chunk,) = LogStreams(find_logs([path]).sets, SOURCES, Clock(UTC, NOW)).chunks()
    time = chunk.result.batches[0].times[0]
    assert time == int(datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp() * 1_000_000)


@settings(max_examples=3)
@given(st.integers(0, 6))
def test_the_sample_office_is_the_same_at_every_telling(day: int) -> None:
    end = datetime(2026, 11, 16 + day, 8, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first = [path.read_bytes() for path in write_sample_office(Path(one), end)]
        second = [path.read_bytes() for path in write_sample_office(Path(two), end)]
    assert first == second
    assert len(first) == 6
