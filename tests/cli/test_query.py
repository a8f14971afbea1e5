"""``midwatch query`` as a person or a script calls it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from midwatch.events.batch import ParseFailure
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.lake import LakeWriter, Placed
from midwatch.lake.exporting import defuse_cell

MIDWATCH = Path(sys.executable).with_name("midwatch")
NOON = 1_795_176_000_000_000
LINES = [
    "Nov 20 11:59:58 gate sshd[77]: Failed password for invalid user =cmd() from 203.0.113.9 port 4022 ssh2",
    "Nov 20 11:59:59 gate sshd[78]: Accepted publickey for mia from 192.0.2.20 port 4023 ssh2",
]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    result = LineReader(all_sources(), ClockContext(reference=NOON)).read(LINES, 1)
    failure = ParseFailure(3, "why", "\x1b[2J[bold]red")
    batches = [Placed("acme", "hq", "gate", NOON, batch) for batch in result.batches]
    batches.append(Placed("other", "hq", "far", NOON, None, [failure]))
    LakeWriter(folder / "lake").commit(batches, "spool", 1)
    return folder


def run(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ, COLUMNS="80", MIDWATCH_STATE=str(state), MIDWATCH_TIMEZONE="UTC")
    return subprocess.run(
        [MIDWATCH, "query", *words], capture_output=True, text=True, check=False, env=environment
    )


def test_json_lines_the_latest_first(state: Path) -> None:
    done = run(state, "has:user", "time:2026-11-20")
    first, second = [json.loads(line) for line in done.stdout.splitlines()]

    assert (done.returncode, done.stderr) == (0, "")
    assert (first["user"], second["user"]) == ("mia", "=cmd()")
    assert first["time"] == "2026-11-20T11:59:59Z"
    assert first["raw"] == LINES[1]
    assert "failure" not in first


def test_tenants_and_limits(state: Path) -> None:
    assert run(state, "--tenant", "other", "--format", "json").stdout.count("\n") == 1
    assert run(state, "--tenant", "nobody").returncode == 1
    done = run(state, "--limit", "1")
    assert done.stdout.count("\n") == 1
    assert "only the first 1 rows are shown" in done.stderr


def test_the_table_fits_and_hides_nothing_dangerous(state: Path) -> None:
    done = run(state, "--format", "table")

    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b[2J" not in done.stdout
    assert "[bold]" in done.stdout
    assert "3 rows" in done.stdout


def test_csv_is_no_formula(state: Path) -> None:
    done = run(
        state,
        "--format",
        "csv",
        "--sql",
        "SELECT user, src_port, '-1+1' AS x FROM events ORDER BY 1",
    )

    assert list(csv.reader(io.StringIO(done.stdout)))[1] == ["'=cmd()", "4022", "'-1+1"]
    for start in ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", " ="):
        assert str(defuse_cell(f"{start}1")).startswith("'")


def test_parquet_and_ocsf(state: Path, tmp_path: Path) -> None:
    assert run(state, "--format", "parquet").returncode == 2
    assert (
        run(state, "--format", "parquet", "--output", str(tmp_path / "x.parquet")).returncode == 0
    )
    assert len(pq.read_table(tmp_path / "x.parquet")) == 3
    kinds = [
        json.loads(line)["class_uid"] for line in run(state, "--format", "ocsf").stdout.splitlines()
    ]
    assert kinds == [3002, 3002, 0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nope:1"], "there is no field 'nope' (at character 1)"),
        (["--sql", "SELECT * FROM read_csv('/etc/passwd')"], "cannot be answered"),
        (["--sql", "DROP VIEW events"], "only a single SELECT"),
        (["--sql", "SELECT 1", "a"], "cannot be joined"),
        (["--sql", "SELECT 1", "--format", "ocsf"], "whole events"),
        (["--output", "/nowhere/x"], "cannot be written"),
        (["--state", "/nowhere"], "no lake yet"),
    ],
)
def test_faults_are_told_with_status_2(state: Path, words: list[str], says: str) -> None:
    done = run(state, *words)

    assert done.returncode == 2
    assert says in done.stderr
    assert "defect" not in done.stderr
