"""Would these rules have fired last month? Asked of the lake."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from midwatch.cli.hunt import command as hunt
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.kernel import MidwatchError
from midwatch.lake import LakeWriter, Masking, MaskKind, Placed
from midwatch.tenants import Tenant, TenantStore
from midwatch.watch.client_keys import ClientKeys

NOW = datetime.now(UTC).replace(microsecond=0)
RULES = """
title: A refused password
id: 5e4c5a8c-3f7a-4a0b-9c51-111111111111
name: refused
logsource: {category: authentication}
detection: {selection: {outcome: failure}, condition: selection}
level: low
---
title: Many refused passwords
id: 5e4c5a8c-3f7a-4a0b-9c51-222222222222
correlation:
  type: event_count
  rules: [refused]
  group-by: [src_ip]
  timespan: 10m
  condition: {gte: 5}
level: high
"""


def lines(days_ago: int, address: str, count: int) -> list[str]:
    moment = NOW - timedelta(days=days_ago)
    return [
        f"{moment + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}+00:00 gate sshd[{second}]: Failed "
        f"password for root from {address} port {4000 + second} ssh2"
        for second in range(count)
    ]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    store = TenantStore(folder / "state.sqlite")
    maskings = {"masked": Masking({"user": MaskKind.PSEUDONYM}, ClientKeys({"masked": b"k"}))}
    writer = LakeWriter(folder / "lake", maskings)
    received = int(NOW.timestamp() * 1_000_000)
    reader = LineReader(all_sources(), ClockContext(reference=received))
    for offset, (tenant, days_ago, address, count) in enumerate(
        [
            ("harbour", 40, "203.0.113.1", 7), ("harbour", 3, "203.0.113.2", 7),
            ("harbour", 2, "203.0.113.3", 2), ("quay", 3, "203.0.113.4", 5),
            ("masked", 1, "203.0.113.5", 6),
        ], 1,
    ):  # fmt: skip
        store.save_tenant(Tenant(tenant, tenant))
        # Each sender's second half lies in another delivery than the first.
        for part, given in enumerate((lines(days_ago, address, count)[::2],
                                      lines(days_ago, address, count)[1::2])):  # fmt: skip
            batches = reader.read(given, 1).batches
            writer.commit(
                [Placed(tenant, "main", "gate", received, batch) for batch in batches],
                "spool", 2 * offset + part,
            )  # fmt: skip
    store.close()
    (folder / "rules.yml").write_text(RULES)
    return folder


def run(state: Path, *words: str) -> Result:
    return CliRunner().invoke(
        hunt,
        ["--lake", *words, str(state / "rules.yml")],
        env={"MIDWATCH_STATE": str(state), "XDG_CACHE_HOME": str(state), "COLUMNS": "100"},
    )


def found(state: Path, *words: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    done = run(state, *words)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row for row in rows if "alert" not in row], [row for row in rows if "alert" in row]


def test_matches_and_alerts_of_correlations_are_those_of_the_span(state: Path) -> None:
    matches, alerts = found(state, "--tenant", "harbour")

    assert len(matches) == 9
    assert {(row["tenant"], row["feed"], row["rule_title"]) for row in matches} == {
        ("harbour", "gate", "A refused password")
    }
    assert {(row["delivery"], row["line"]) for row in matches if row["delivery"] in (4, 5)} == {
        (4, 1), (4, 2), (4, 3), (4, 4), (5, 1), (5, 2), (5, 3),
    }  # fmt: skip
    many = [row for row in alerts if row["rule_title"] == "Many refused passwords"]
    assert [(row["group"], row["count"]) for row in many] == [({"src_ip": "203.0.113.2"}, 7)]


def test_without_a_client_everybodys_events_are_asked_each_counted_apart(state: Path) -> None:
    _, alerts = found(state, "--since", "50d", "--until", "2d")

    many = [row for row in alerts if row["rule_title"] == "Many refused passwords"]
    assert sorted((str(row["tenant"]), row["count"]) for row in many) == [
        ("harbour", 7), ("harbour", 7), ("quay", 5),
    ]  # fmt: skip


def test_lines_that_masking_dropped_are_hunted_by_their_columns(state: Path) -> None:
    matches, alerts = found(state, "--tenant", "masked")

    assert len(matches) == 6
    assert "Many refused passwords" in {row["rule_title"] for row in alerts}


def test_counts_by_day_are_a_table(state: Path) -> None:
    done = run(state, "--by-day", "--tenant", "harbour", "--tenant", "quay")

    assert done.exit_code == 1
    shown = [line.split() for line in done.stdout.splitlines() if line.strip()]
    day = f"{(NOW - timedelta(days=3)).date()}"
    assert [day, "harbour", "Many", "refused", "passwords", "high", "0", "1"] in shown
    assert [day, "quay", "A", "refused", "password", "low", "5", "0"] in shown
    assert "14 matches, 2 alerts" in done.stderr


def test_nothing_found_is_status_nought(state: Path) -> None:
    done = run(state, "--tenant", "quay", "--since", "1d")

    assert (done.exit_code, done.stdout) == (0, "")
    assert "0 lines" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--lake", "--tenant", "nobody"], "no client 'nobody'"),
        (["--lake", "/nowhere.yml"], "no such rules"),
        (["--lake", "--since", "soon"], "is no time"),
        (["--since", "7d", "x"], "--since is about the lake"),
        (["--tenant", "quay", "x"], "--tenant is about the lake"),
    ],
)
def test_slips_are_told(state: Path, words: list[str], told: str) -> None:
    done = CliRunner().invoke(
        hunt, words, env={"MIDWATCH_STATE": str(state), "XDG_CACHE_HOME": str(state)}
    )

    assert isinstance(done.exception, MidwatchError)
    assert told in str(done.exception)
