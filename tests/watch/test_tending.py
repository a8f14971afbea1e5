"""What the long-lived processes import, and the short one that tends the lake."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from midwatch.watch.processes.tending import tend_lake
from midwatch.watch.state_folder import StateFolder

HEAVY = {"pyarrow", "deltalake", "duckdb", "cryptography", "sigma", "rich"}


@pytest.mark.parametrize(
    "module", ["watch.processes.intake", "watch.processes.clock", "watch.processes.demo", "cli.up"]
)
def test_a_process_that_needs_no_lake_imports_none(module: str) -> None:
    script = (
        f"import sys, midwatch.{module}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert not HEAVY & set(done.stdout.decode().split())


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [("pipeline", {"pyarrow", "deltalake", "duckdb"}), ("lake", {"duckdb"})],
)
def test_what_another_process_does_is_not_loaded_here_too(module: str, unwanted: set[str]) -> None:
    script = f"import sys, midwatch.watch.processes.{module}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    loaded = {name.partition(".")[0] for name in done.stdout.decode().split()}
    assert not unwanted & loaded


def test_a_desk_that_nobody_searches_in_does_without_the_lake(tmp_path: Path) -> None:
    script = (
        "import sys, django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "import midwatch.desk.reminders.sending\n"
        "print(*sys.modules)"
    )
    told = {
        "MIDWATCH_STATE": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "midwatch.desk.site.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env={**os.environ, **told}
    )

    loaded = {name.partition(".")[0] for name in done.stdout.decode().split()}
    assert "ninja" in loaded, "its pages and its API are"
    assert not {"pyarrow", "deltalake", "duckdb", "weasyprint"} & loaded


def test_the_process_that_only_keeps_the_others_running_stays_small() -> None:
    script = (
        "import sys, midwatch.cli.up\n"
        "print(*[name for name in sys.modules if name.startswith('midwatch.')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    rooms = {name.split(".")[1] for name in done.stdout.decode().split()}
    assert rooms <= {"cli", "database", "kernel", "tenants", "watch"}


def test_the_lake_is_tended_by_one_process_at_a_time(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").open()

    assert tend_lake(folder)
    with (folder.lake / "tend.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not tend_lake(folder)
    assert tend_lake(folder)
