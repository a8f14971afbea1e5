"""Exceptions from the command line: what they would hide first, how often they were used after."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from midwatch.cli.incidents import command
from midwatch.incidents import Incidents, Signal
from midwatch.kernel import BadInputError, Level
from midwatch.paging import SqliteIncidents
from midwatch.tenants import Tenant, TenantStore

NOW = time.time_ns() // 1000
DAY = 86_400_000_000


def signal(name: str, address: str, *, success: bool = False) -> Signal:
    return Signal(
        id=name, tenant="harbour", rule="scan", name="port-scan", title="Port scan", level=Level.LOW,
        kind="port scans", first=NOW, last=NOW, addresses=(address,), success=success,
    )  # fmt: skip


@pytest.fixture
def state(tmp_path: Path) -> Path:
    store = TenantStore(tmp_path / "state.sqlite")
    store.save_tenant(Tenant("harbour", "Harbour"))
    store.close()
    record(tmp_path, NOW - 40 * DAY, signal("old", "203.0.113.1"))
    record(
        tmp_path, NOW - DAY, signal("one", "203.0.113.2"), signal("two", "198.51.100.1"),
        signal("three", "203.0.113.3", success=True),
    )  # fmt: skip
    return tmp_path


def record(state: Path, now: int, *signals: Signal) -> None:
    store = SqliteIncidents(state / "state.sqlite")
    Incidents(store, lambda _tenant: None).record(signals, now)
    store.close()


def run(state: Path, *words: str) -> Result:
    return CliRunner().invoke(command, words, env={"MIDWATCH_STATE": str(state), "COLUMNS": "160"})


def test_a_preview_tells_what_would_be_hidden_and_changes_nothing(state: Path) -> None:
    ask = ("except", "harbour", "--network", "203.0.113.0/24", "--preview")

    told = run(state, *ask).stdout
    assert "In the last 30 days it would have hidden 1 of 3 alerts." in told
    assert "1  port-scan" in told
    assert "The gravest of them was low." in told
    assert "203.0.113.2" in told
    assert "leaves 1 standing" in told
    assert "hidden 2 of 4" in run(state, *ask, "--last", "60").stdout
    assert "1 of them say that somebody got in" in run(state, *ask, "--break-ins").stdout
    assert "hidden 0 of 3" in run(state, *ask, "--times", "00:00-00:00", "--user", "x").stdout
    assert run(state, "exceptions", "harbour").stdout == "There is none.\n"


def test_each_exceptions_hits_are_shown(state: Path) -> None:
    made = run(
        state, "except", "harbour", "--network", "203.0.113.0/24", "--times", "mon-sun 00:00-24:00",
        "--why", "our own scanner", "--by", "ana",
    )  # fmt: skip
    assert "In force for 90 days" in made.stdout
    record(state, NOW + 1, signal("four", "203.0.113.9"), signal("five", "203.0.113.9"))

    shown = run(state, "exceptions", "harbour").stdout.split()

    assert shown[-1] == "2"
    assert {"203.0.113.0/24,", "daily", "ana", "scanner", "active"} <= set(shown)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nobody", "--rule", "x", "--why", "y"], "no client"),
        (["harbour", "--why", "y"], "must name a rule"),
        (["harbour", "--rule", "x"], "author and a reason"),
        (["harbour", "--rule", "x", "--why", "y", "--times", "noon"], "no time of day"),
        (["harbour", "--rule", "x", "--why", "y", "--times", "xyz 08:00-09:00"], "no days"),
    ],
)
def test_slips_are_told(state: Path, words: list[str], told: str) -> None:
    done = run(state, "except", *words)

    assert isinstance(done.exception, BadInputError)
    assert told in str(done.exception)
