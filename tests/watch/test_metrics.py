"""Figures for Prometheus, and whether the watch is healthy; asked over real HTTP."""

from __future__ import annotations

import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from midwatch.intake.spool import SqliteSpool
from midwatch.kernel import ConfigurationError
from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant, TenantStore
from midwatch.watch.health import CELL, CellCount, FeedCount, HealthStore
from midwatch.watch.metrics import Figures, Sample, exposition, samples_of, unhealthy
from midwatch.watch.monitoring import Monitor
from midwatch.watch.processes.figures import FiguresOf, expected_processes
from midwatch.watch.processes.running import microseconds
from midwatch.watch.rhythm import MINUTE
from midwatch.watch.state_folder import StateFolder

LINE = re.compile(
    r"# (HELP|TYPE) midwatch_\w+ .+|midwatch_[a-z_]+(\{(\w+=\"[^\"\n]*\",?)+\})? -?[0-9.e+-]+"
)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state").open()
    tenants = TenantStore(folder.database)
    tenants.save_tenant(Tenant("harbour", "Harbour Accounts"))
    tenants.save_office(Office("main", "harbour", "Main"))
    marks = (Mark(MarkKind.ADDRESS, "192.0.2.1/32"),)
    tenants.save_feed(Feed("gate", "harbour", "main", "Gate", marks=marks))
    tenants.close()
    return folder


@pytest.fixture
def monitor(folder: StateFolder) -> Iterator[Monitor]:
    spool = SqliteSpool(folder.spool)
    monitor = Monitor(0, FiguresOf(folder, spool))
    yield monitor
    monitor.close()
    spool.close()


def ask(monitor: Monitor, path: str, host: str = "127.0.0.1") -> tuple[int, str]:
    url = f"http://127.0.0.1:{monitor.port}{path}"
    request = urllib.request.Request(url, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # our own server
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def beat_all(health: HealthStore, now: int) -> None:
    health.beat("intake", now, now, {"lines_total:udp": 7, "spool_waiting_bytes": 12})
    health.beat("pipeline", now, now, {"lines_total": 7})
    health.beat("clock", now, now, {})
    health.beat("canary", now, now, {"seconds": 0.25})


def test_metrics_tell_of_processes_sources_and_people(
    folder: StateFolder, monitor: Monitor
) -> None:
    health = HealthStore(folder.database)
    now = microseconds()
    beat_all(health, now)
    counted = FeedCount("harbour", now, now, {now // CELL: CellCount(7, 6, 700)}, lag=2_500_000)
    health.count({"gate": counted})
    health.count({"gate": counted})
    health.concern("silence", "gate", "harbour", now, "Gate is silent.")

    status, text = ask(monitor, "/metrics")
    lines = text.splitlines()

    assert status == 200
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert 'midwatch_process_up{process="intake"} 1' in lines
    assert 'midwatch_intake_lines_total{transport="udp"} 7' in lines
    assert "# TYPE midwatch_intake_lines_total counter" in lines
    assert "midwatch_intake_spool_waiting_bytes 12" in lines
    assert 'midwatch_source_lines_total{client="harbour",source="gate"} 14' in lines
    assert 'midwatch_source_lines_understood_total{client="harbour",source="gate"} 12' in lines
    assert 'midwatch_source_lag_seconds{client="harbour",source="gate"} 2.5' in lines
    assert 'midwatch_source_silent{client="harbour",source="gate"} 1' in lines
    assert "midwatch_canary_seconds 0.25" in lines
    assert 'midwatch_concerns{kind="silence"} 1' in lines
    assert 'midwatch_concerns{kind="canary"} 0' in lines
    assert 'midwatch_deliveries{state="pending"} 0' in lines
    assert "midwatch_spool_waiting_parcels 0" in lines


def test_each_figure_is_told_once_and_those_of_one_name_stand_together() -> None:
    figures = Figures(now=0, expected=expected_processes(()), feeds=[Feed("a", "x", "m", "A"),
                                                       Feed("b", "x", "m", "B")])  # fmt: skip
    text = exposition(samples_of(figures))
    named = re.findall(r"^(midwatch_\S+) ", text, re.MULTILINE)

    assert len(named) == len(set(named))
    assert text.count("# TYPE midwatch_source_lines_total ") == 1


def test_labels_cannot_break_out_of_their_quotes() -> None:
    told = exposition([Sample("x", "gauge", "X.", (("a", 'b"\\\n'),), 1)])

    assert told.splitlines()[-1] == r'midwatch_x{a="b\"\\\n"} 1'


def test_health_is_503_until_all_processes_beat(folder: StateFolder, monitor: Monitor) -> None:
    status, text = ask(monitor, "/healthz")

    assert status == 503
    assert json.loads(text)["reasons"] == [
        f"The process {name} has never started." for name in expected_processes(())
    ]

    beat_all(HealthStore(folder.database), microseconds())

    assert ask(monitor, "/healthz") == (200, '{"state":"awake","reasons":[]}\n')


def test_health_names_what_is_grave_and_no_client(folder: StateFolder, monitor: Monitor) -> None:
    health = HealthStore(folder.database)
    now = microseconds()
    beat_all(health, now)
    health.concern("silence", "gate", "harbour", now, "Gate of Harbour is silent.")
    assert ask(monitor, "/healthz")[0] == 200

    health.concern("canary", "chain", "operator", now, "No test line came through.")
    status, text = ask(monitor, "/healthz")

    assert (status, json.loads(text)["reasons"]) == (503, ["No test line came through."])
    assert "arbour" not in text


def test_a_process_that_stopped_beating_is_named(folder: StateFolder) -> None:
    health = HealthStore(folder.database)
    beat_all(health, microseconds() - MINUTE)
    figures = Figures(microseconds(), expected=("intake",), heartbeats=health.heartbeats())

    assert unhealthy(figures) == ["The process intake last beat 60 seconds ago."]


def test_no_other_name_and_no_other_page_is_answered(monitor: Monitor) -> None:
    assert ask(monitor, "/metrics", host="evil.example")[0] == 421
    assert ask(monitor, "/")[0] == 404
    assert ask(monitor, "/healthz", host=f"localhost:{monitor.port}")[0] == 503


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match="metrics cannot be used: Address already"):
            Monitor(port, lambda: Figures(now=0))
