"""How long a search of the desk takes: rows, histogram and facets over a day; see README.md.

``python -m benchmarks.desk_search [MILLIONS] [FILES]``: a lake of that many million logins of one
day in so many files, then each question alternately in one pass and in a pass for each part.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.lake import column_wise
from midwatch.lake import LakeReader
from midwatch.lake.delta_log import DeltaLog, adding
from midwatch.lake.files import THOROUGH_LEVEL, sync_files, write_file
from midwatch.lake.overview import FACETS, Overview, overview
from midwatch.lake.search import Compiled, SearchClock, compile_search, parse

_DAY: Final = 86_400_000_000
_NOW: Final = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1_000_000)
_ASKED: Final = {
    "everything": "since:1d",
    "failures": "since:1d outcome:failure",
    "one address": "since:1d src_ip:203.0.0.1",
    "one user": "since:1d user:oracle",
    "a word in the line": 'since:1d "for oracle from 203.0.0.1 "',
    "one client": "since:1d tenant:acme user:oracle",
}
_RUNS: Final = 3
_MEMORY: Final = "512MB"


def make(lake: Path, millions: float, files: int) -> None:
    """A day of logins."""
    log = DeltaLog(lake)
    log.create()
    rows = column_wise(int(millions * 1_000_000), "2026-11-21")
    each = len(rows) // files
    for number in range(files):
        part = rows.slice(number * each, each)
        name = f"events-{number}.parquet"
        file = write_file(log.table_folder, name, "acme", "2026-11-21", part, THOROUGH_LEVEL)
        sync_files(log.table_folder, [file])
        log.commit([adding(file)], log.table().version(), "WRITE")


def apart(reader: LakeReader, asked: Compiled) -> None:
    """The same counts, each by a question of its own."""
    given = asked.parameters
    for what in ("epoch_us(coalesce(time, received)) // 1800000000", *FACETS[:-1]):
        reader.query(
            f"SELECT CAST({what} AS VARCHAR) AS value, count(*) AS found FROM events "  # noqa: S608  # columns of ours
            f"WHERE {asked.where} GROUP BY 1 ORDER BY 2 DESC LIMIT 60",
            given,
        )


def together(reader: LakeReader, asked: Compiled) -> Overview:
    """All counts in one pass."""
    return overview(reader, asked, (_NOW - _DAY, _NOW), fields=FACETS[:-1], seconds=60)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _medians(times: Sequence[tuple[float, float]]) -> str:
    wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
    return f"{wall:5.2f} ({processor:5.2f})"


def main() -> None:
    """Measure."""
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 3
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 24
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        make(lake, millions, files)
        print(f"{millions:g} million events of a day in {files} files; median of {_RUNS}, seconds")
        print("question             found       one pass      apart         rows          reader")
        for name, text in _ASKED.items():
            asked = compile_search(parse(text), SearchClock(_NOW))
            times: dict[str, list[tuple[float, float]]] = {}
            found = 0
            for _ in range(_RUNS):
                opened = time.perf_counter(), time.process_time()
                reader = LakeReader(lake, ["acme"], since=asked.since, memory=_MEMORY)
                times.setdefault("open", []).append(
                    (time.perf_counter() - opened[0], time.process_time() - opened[1])
                )
                steps: dict[str, Callable[[], object]] = {
                    "one": lambda: together(reader, asked),  # noqa: B023  # called in this very round
                    "apart": lambda: apart(reader, asked),  # noqa: B023  # the reason stands above
                    "rows": lambda: reader.latest(asked.where, asked.parameters, limit=50),  # noqa: B023  # the reason stands above
                }
                for step, work in steps.items():
                    times.setdefault(step, []).append(_timed(work))
                found = together(reader, asked).total
                reader.close()
            told = "  ".join(
                f"{statistics.median(wall for wall, _ in taken):5.2f} "
                f"({statistics.median(processor for _, processor in taken):5.2f})"
                for taken in (times[step] for step in ("one", "apart", "rows", "open"))
            )
            print(f"{name:20} {found:>9,}  {told}")


if __name__ == "__main__":
    main()
