"""How the watch and its sources are, on terminals of any width."""

from __future__ import annotations

import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from midwatch.cli.source_status import hour_strip
from midwatch.cli.source_status import status as source_status
from midwatch.cli.status import command as watch_status
from midwatch.tenants import Feed, Office, Tenant, TenantStore
from midwatch.watch.health import CELL, CellCount, FeedCount, HealthStore
from midwatch.watch.rhythm import HOUR, SECOND
from midwatch.watch.state_folder import StateFolder


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state").open()
    tenants = TenantStore(folder.database)
    tenants.save_tenant(Tenant("harbour-accounts", "Harbour"))
    tenants.save_office(Office("main", "harbour-accounts", "Main"))
    tenants.save_feed(Feed("gate", "harbour-accounts", "main", "Gate", silence=3600))
    tenants.close()
    return folder


def ask(command: click.Command, folder: StateFolder, width: int) -> Result:
    runner = CliRunner(env={"COLUMNS": str(width), "TERM": "dumb"})
    return runner.invoke(command, ["--state", str(folder.path)])


def now() -> int:
    return int(time.time() * SECOND)


def beat_all(folder: StateFolder) -> HealthStore:
    health = HealthStore(folder.database)
    health.beat("intake", now() - HOUR, now(), {"lines_total:udp": 1, "lines_total:tcp": 1200})
    health.beat("pipeline", now(), now(), {"lines_total": 1201, "lines_not_understood_total": 3})
    health.beat("clock", now(), now(), {})
    return health


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_status_fits_the_terminal(folder: StateFolder, width: int) -> None:
    beat_all(folder)

    done = ask(watch_status, folder, width)

    assert done.exit_code == 0, done.output
    assert max(map(len, done.output.splitlines())) <= width
    text = " ".join(done.output.split())
    assert text.startswith("The watch is awake, and nothing is wrong with it.")
    assert "awake for 60 minutes: 1 line by udp; 1,200 lines by tcp" in text
    assert "1,201 lines read; 3 not understood; 0 alerts" in text
    assert "nobody is told; write a policy: midwatch policy set operator FILE" in text


def test_what_is_wrong_is_said_first_and_by_the_exit_status(folder: StateFolder) -> None:
    health = beat_all(folder)
    health.concern("silence", "gate", "harbour-accounts", now(), "Gate has been silent.")

    done = ask(watch_status, folder, 80)

    assert done.exit_code == 1
    assert done.output.startswith("The watch needs a look: Gate has been silent.")
    assert "1, of these 1 silent" in done.output


def test_a_process_without_a_sign_of_life_is_named(folder: StateFolder) -> None:
    health = beat_all(folder)
    health.beat("clock", now() - 2 * HOUR, now() - HOUR, {})

    done = ask(watch_status, folder, 80)

    assert done.exit_code == 1
    assert done.output.startswith("The watch needs a look: no sign of life from clock.")


def test_a_watch_that_never_ran_says_how_to_start_it(tmp_path: Path) -> None:
    done = ask(watch_status, StateFolder(tmp_path / "new").open(), 80)

    assert done.exit_code == 1
    assert done.output.startswith("No watch runs in this state folder. Start it: midwatch up")


@pytest.mark.parametrize("width", [40, 80, 140])
def test_each_source_shows_its_day(folder: StateFolder, width: int) -> None:
    health = HealthStore(folder.database)
    for hours_ago, lines in ((0, 50), (5, 200), (30, 9)):
        at = now() - hours_ago * HOUR
        counted = FeedCount("harbour-accounts", at, at, {at // CELL: CellCount(lines, lines)})
        health.count({"gate": counted})

    done = ask(source_status, folder, width)

    assert done.exit_code == 0, done.output
    assert max(map(len, done.output.splitlines())) <= width
    assert " " * 18 + "█    ▅" in done.output
    assert "250" in done.output
    assert "100%" in done.output


def test_a_silent_source_is_marked(folder: StateFolder) -> None:
    at = now() - 3 * HOUR
    HealthStore(folder.database).count({"gate": FeedCount("harbour-accounts", at, at)})

    done = ask(source_status, folder, 80)

    assert done.exit_code == 1
    assert "■ silent, last line 3 hours ago" in done.output


def test_a_strip_is_as_long_as_its_hours() -> None:
    assert hour_strip([0] * 24) == " " * 24
    assert hour_strip([7] * 24) == "█" * 24
