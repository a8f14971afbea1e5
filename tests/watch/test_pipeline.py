"""From the spool to alerts and the lake, over crashes at every step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from midwatch.detection import Alert, AlertState
from midwatch.intake.parcels import Parcel, Spooled, Transport, Usage
from midwatch.kernel import ConfigurationError
from midwatch.rules import RuleSet, load_rules
from midwatch.rules import __file__ as rules_file
from midwatch.watch.canary import OWN_TENANT
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.feeds import FeedEvents, FeedReaders, line_number
from midwatch.watch.health import CELL, HealthStore
from midwatch.watch.pipeline import Pipeline, PipelineLimits
from midwatch.watch.rhythm import HOUR, SECOND
from midwatch.watch.tenant_watch import SharedRules, TenantWatch

START = 1_789_995_600 * SECOND
"""2026-09-21 13:00 UTC."""


@cache
def bundled() -> RuleSet:
    return load_rules([Path(rules_file).parent / "pack"])


def guessing(attempt: int, address: str = "203.0.113.9") -> bytes:
    second = 20 + attempt
    return (
        f"Sep 21 13:{second // 60:02}:{second % 60:02} gate sshd[77{attempt}]: Failed password "
        f"for root from {address} port {40_000 + attempt} ssh2"
    ).encode()


def parcel(*lines: bytes, tenant: str = "harbour", at: int = 0) -> Parcel:
    return Parcel(
        tenant, "main", f"{tenant}-ssh", "", Transport.UDP, "192.0.2.1", START + at, tuple(lines)
    )


class Crash(Exception):  # noqa: N818  # it is a crash that a test plays, not an error
    """The process ends here."""


@dataclass
class World:
    """What outlives a process; it can end one at a chosen step."""

    parcels: list[Parcel] = field(default_factory=list)
    released: int = 0
    rows: list[tuple[str, int, str]] = field(default_factory=list)
    in_lake: int = 0
    alerts: dict[tuple[str, str], Alert] = field(default_factory=dict)
    crash_at: int = -1
    steps: int = 0
    full: bool = False

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.crash_at:
            raise Crash

    # the spool
    def append(self, parcels: Sequence[Parcel]) -> int:
        self.parcels.extend(parcels)
        return len(self.parcels)

    def read(self, after: int, most_bytes: int) -> list[Spooled]:
        assert most_bytes > 0
        assert after >= self.released, "what was released is gone"
        return [Spooled(after + 1 + spot, each) for spot, each in enumerate(self.parcels[after:])][
            :3
        ]

    def release(self, offset: int) -> None:
        self.step()
        self.released = offset
        self.step()

    def usage(self) -> Usage:
        return Usage(len(self.parcels) - self.released, 0, 1, None)

    def wait(self, after: int, seconds: float) -> bool:
        assert seconds >= 0
        return after < len(self.parcels)

    def close(self) -> None:
        """Nothing to let go of."""

    # the lake
    def committed(self, application: str) -> int:
        assert application
        return self.in_lake

    def commit(self, events: Sequence[FeedEvents], application: str, offset: int) -> None:
        assert application
        self.step()
        if self.full:
            raise ConfigurationError("the lake cannot be written: no space left on device")
        for each in events:
            for batch in each.batches:
                self.rows.extend(
                    (each.tenant, line, raw)
                    for line, raw in zip(batch.lines, batch.raws, strict=True)
                )
            self.rows.extend((each.tenant, failed.line, failed.raw) for failed in each.failures)
        self.in_lake = offset
        self.step()

    # the sink of alerts
    def take(self, tenant: str, alerts: Sequence[Alert], now: int) -> None:
        assert now
        self.step()
        for alert in alerts:
            self.alerts[tenant, alert.id] = alert
        self.step()


@pytest.fixture
def world() -> World:
    world = World()
    for attempt in range(30):
        world.append([parcel(guessing(attempt), at=attempt * SECOND)])
        world.append([parcel(guessing(attempt), b"", tenant="quay", at=attempt * SECOND)])
    return world


def run(
    world: World, path: Path, steps: int = 200, counted: int = 0, checkpoint: int = 0
) -> Pipeline:
    """A process that runs to the end of what there is."""
    pipeline = Pipeline(
        world,
        world,
        world,
        Checkpoints(path / "state.sqlite", "test"),
        lambda _tenant: bundled(),
        limits=PipelineLimits(flush=5 * SECOND, rows=10, checkpoint=checkpoint),
        counted=counted,
    )
    now = START
    for _ in range(steps):
        now += SECOND
        if not pipeline.run_once(now):
            break
    pipeline.flush(now)
    return pipeline


def kept(world: World) -> list[tuple[str, int, str]]:
    return sorted(
        (each.tenant, line_number(offset, place), line.decode())
        for offset, each in enumerate(world.parcels, 1)
        for place, line in enumerate(each.lines)
    )


def told(world: World) -> set[tuple[str, str, str]]:
    return {(tenant, found.rule.id, found.id) for (tenant, _), found in world.alerts.items()}


def test_every_line_is_in_the_lake_once_and_alerts_are_raised(world: World, tmp_path: Path) -> None:
    run(world, tmp_path)

    assert sorted(world.rows) == kept(world)
    assert world.released == len(world.parcels)
    kinds = {alert.rule.advice.kind for alert in world.alerts.values()}
    assert "SSH guessing" in kinds
    assert {tenant for tenant, _ in world.alerts} == {"harbour", "quay"}


def test_tenants_never_meet(world: World, tmp_path: Path) -> None:
    world.parcels = [
        parcel(guessing(attempt), tenant="quay" if attempt % 2 else "harbour")
        for attempt in range(4)
    ]
    run(world, tmp_path)
    apart = set(world.alerts)

    assert not [alert for alert in world.alerts.values() if alert.count > 2]
    assert {tenant for tenant, _ in apart} <= {"quay", "harbour"}


@pytest.mark.parametrize(
    ("crash_at", "checkpoint"),
    [*((step, 0) for step in range(1, 60, 4)), *((step, 10 * SECOND) for step in range(1, 40, 3))],
)
def test_a_crash_at_any_step_loses_and_doubles_nothing(
    world: World, tmp_path: Path, crash_at: int, checkpoint: int
) -> None:
    """Whether a checkpoint follows every commit or only some of them."""
    calm = World(parcels=list(world.parcels))
    (tmp_path / "calm").mkdir()
    run(calm, tmp_path / "calm", checkpoint=checkpoint)
    world.crash_at = crash_at
    with pytest.raises(Crash):
        run(world, tmp_path, checkpoint=checkpoint)

    run(world, tmp_path, checkpoint=checkpoint)

    assert sorted(world.rows) == sorted(calm.rows) == kept(world)
    assert told(world) == told(calm)
    final = {key: alert.count for key, alert in calm.alerts.items()}
    assert {key: alert.count for key, alert in world.alerts.items()} == final
    assert world.released == len(world.parcels)


def test_time_closes_what_has_gone_quiet(world: World, tmp_path: Path) -> None:
    pipeline = run(world, tmp_path)
    assert {alert.state for alert in world.alerts.values()} == {AlertState.OPEN}

    pipeline.run_once(START + 48 * 3600 * SECOND)

    assert {alert.state for alert in world.alerts.values()} == {AlertState.CLOSED}


def test_midwatchs_own_lines_are_heard_and_not_kept(tmp_path: Path) -> None:
    heard: list[str] = []
    world = World([parcel(b"midwatch canary 7", tenant=OWN_TENANT)])
    pipeline = Pipeline(
        world,
        world,
        world,
        Checkpoints(tmp_path / "state.sqlite", "test"),
        lambda _tenant: bundled(),
        heard=heard.append,
    )
    pipeline.run_once(START)
    pipeline.flush(START)

    assert heard == ["midwatch canary 7"]
    assert world.rows == []
    assert pipeline.counts == {}


def test_feeds_are_counted(world: World, tmp_path: Path) -> None:
    pipeline = run(world, tmp_path)

    count = pipeline.counts["quay-ssh"]
    assert {cell: (came.lines, came.parsed) for cell, came in count.cells.items()} == {
        START // CELL: (60, 30)
    }
    assert (count.first, count.last) == (START, START + 29 * SECOND)


def test_lines_are_counted_once_over_a_restart(world: World, tmp_path: Path) -> None:
    halfway = 30
    pipeline = run(world, tmp_path, counted=halfway)

    [came] = pipeline.counts["quay-ssh"].cells.values()
    assert (came.lines, came.parsed) == (30, 15)


def test_lines_that_wait_long_are_counted_when_they_were_received(tmp_path: Path) -> None:
    block = (
        b"<134>Nov 22 10:00:00 gate filterlog: "
        b"5,,,1000000103,igb0,match,block,in,4,0x0,,64,1,0,none,6,tcp,60,"
        b"198.51.100.7,192.0.2.1,40000,22,0,S,1,,1024,,"
    )
    world = World([parcel(block, tenant="quay", at=spot * CELL) for spot in (0, 0, 1)])
    pipeline = run(world, tmp_path)

    cells = pipeline.counts["quay-ssh"].cells
    assert [(spot - START // CELL, came.lines, came.blocked) for spot, came in cells.items()] == [
        (0, 2, 2), (1, 1, 1),
    ]  # fmt: skip


def test_lines_that_come_again_after_a_crash_are_counted_once(world: World, tmp_path: Path) -> None:
    def pipeline() -> Pipeline:
        return Pipeline(
            world,
            world,
            world,
            Checkpoints(tmp_path / "state.sqlite", "test"),
            lambda _tenant: bundled(),
            limits=PipelineLimits(flush=HOUR),
            counted=health.counted,
        )

    health = HealthStore(tmp_path / "state.sqlite")
    first = pipeline()
    for second in range(7):
        first.run_once(START + second)
    health.count(first.counts, first.position)
    first.run_once(START + 8)
    # It ends here: nothing is in the lake, and the last few lines were not counted.
    second_life = pipeline()
    assert second_life.position == 0 < health.counted
    while second_life.run_once(START + 9):
        pass
    health.count(second_life.counts, second_life.position)

    size = sum(len(line) for each in world.parcels for line in each.lines)
    totals = health.totals()
    assert {(each.feed, each.lines) for each in totals} == {("harbour-ssh", 30), ("quay-ssh", 60)}
    assert sum(each.size for each in totals) == size
    health.close()


def test_windows_are_remembered_less_often_than_the_lake_is_written(
    world: World, tmp_path: Path
) -> None:
    checkpoints = Checkpoints(tmp_path / "state.sqlite", "test")
    pipeline = Pipeline(
        world,
        world,
        world,
        checkpoints,
        lambda _tenant: bundled(),
        limits=PipelineLimits(flush=SECOND, rows=10, checkpoint=60 * SECOND),
    )
    for second in range(40):
        pipeline.run_once(START + second * SECOND)

    assert pipeline.figures.commits > 5
    assert world.in_lake > world.released == checkpoints.position
    pipeline.run_once(START + 70 * SECOND)
    assert world.released == world.in_lake == checkpoints.position == len(world.parcels)


def test_a_tenant_that_is_gone_is_forgotten(world: World, tmp_path: Path) -> None:
    pipeline = run(world, tmp_path)
    checkpoints = Checkpoints(tmp_path / "state.sqlite", "test")
    assert {"harbour", "quay"} <= set(checkpoints.tenants())

    pipeline.keep_only(["harbour"])
    pipeline.run_once(START + 48 * 3600 * SECOND)

    assert not [name for name in checkpoints.tenants() if name == "quay"]
    closed = {tenant for (tenant, _), alert in world.alerts.items() if alert.state == "closed"}
    assert closed == {"harbour"}


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def pipeline_beside(world: World, path: Path, beside: ThreadPoolExecutor, rows: int) -> Pipeline:
    return Pipeline(
        world,
        world,
        world,
        Checkpoints(path / "state.sqlite", "test"),
        lambda _tenant: bundled(),
        limits=PipelineLimits(flush=5 * SECOND, rows=rows),
        beside=beside,
    )


def test_the_lake_is_written_beside_detection(
    world: World, tmp_path: Path, beside: ThreadPoolExecutor
) -> None:
    pipeline = pipeline_beside(world, tmp_path, beside, rows=10)
    for second in range(200):
        pipeline.run_once(START + second * SECOND)
        beside.submit(int).result()
    pipeline.flush(START + 300 * SECOND)

    assert sorted(world.rows) == kept(world)
    assert world.released == pipeline.saved == len(world.parcels)
    assert pipeline.figures.commits > 5


def test_detection_goes_on_while_the_lake_is_full_and_nothing_is_lost(
    world: World, tmp_path: Path, beside: ThreadPoolExecutor
) -> None:
    world.full = True
    pipeline = pipeline_beside(world, tmp_path, beside, rows=30)
    for second in range(120):
        pipeline.run_once(START + second * SECOND)
        beside.submit(int).result()

    assert {alert.rule.advice.kind for alert in world.alerts.values()} >= {"SSH guessing"}
    assert pipeline.figures.failed_commits > 1
    assert (world.rows, world.released, pipeline.saved) == ([], 0, 0)

    world.full = False
    for second in range(120, 140):
        pipeline.run_once(START + second * SECOND)
        beside.submit(int).result()
    pipeline.flush(START + 150 * SECOND)

    assert sorted(world.rows) == kept(world)
    assert world.released == len(world.parcels)


def test_lines_wait_in_the_spool_when_too_many_wait_for_the_lake(
    world: World, tmp_path: Path, beside: ThreadPoolExecutor
) -> None:
    world.full = True
    pipeline = pipeline_beside(world, tmp_path, beside, rows=10)
    for second in range(120):
        pipeline.run_once(START + second * SECOND)
        beside.submit(int).result()

    assert pipeline.holds
    assert pipeline.figures.lines < 50
    assert pipeline.position < len(world.parcels)


def test_a_clock_that_is_set_back_holds_nothing_up(world: World, tmp_path: Path) -> None:
    pipeline = Pipeline(
        world,
        world,
        world,
        Checkpoints(tmp_path / "state.sqlite", "test"),
        lambda _tenant: bundled(),
        limits=PipelineLimits(flush=5 * SECOND, rows=100_000),
    )
    pipeline.run_once(START)
    for second in range(8):
        pipeline.run_once(START - HOUR + second * SECOND)

    assert pipeline.figures.commits == 1


def test_what_sessions_carry_over_outlives_a_restart(tmp_path: Path) -> None:
    first = b"Sep 21 13:00:00 gate sshd[77]: Failed password for root from 203.0.113.9 port 4 ssh2"
    second = b"Sep 21 13:00:01 gate sshd[77]: Disconnecting: Too many authentication failures"
    world = World([parcel(first)])
    run(world, tmp_path)
    world.append([parcel(second)])

    readers = FeedReaders({}, Checkpoints(tmp_path / "state.sqlite", "test").memory)
    (events,) = readers.read(world.read(1, 1))

    assert [batch.own_column("src_ip") for batch in events.batches] == [["203.0.113.9"]]


def test_a_reader_that_fails_loses_no_line(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("midwatch.watch.feeds.LineReader.read", fails)
    run(world, tmp_path)

    assert sorted(world.rows) == kept(world)


@pytest.mark.parametrize("behind", [0, 2 * HOUR], ids=["right clock", "two hours behind"])
def test_slow_guessing_is_seen_whatever_the_clock_of_the_source(behind: int) -> None:
    shared = SharedRules(bundled())
    watch = TenantWatch("harbour", shared)
    readers = FeedReaders({})
    alerts: list[Alert] = []
    for attempt in range(20):
        now = START + attempt * 20 * SECOND + 20 * SECOND + behind
        line = guessing(attempt * 20)
        for events in readers.read([Spooled(attempt + 1, parcel(line, at=now - START))]):
            watch.heard(events.feed, now, events.latest)
            alerts += watch.take([(events.feed, batch) for batch in events.batches])
        alerts += watch.advance(now + 10 * SECOND)

    assert "SSH guessing" in {alert.rule.advice.kind for alert in alerts}


def test_windows_of_clients_with_the_same_rules_stay_apart() -> None:
    shared = SharedRules(bundled())
    harbour, quay = TenantWatch("harbour", shared), TenantWatch("quay", shared)
    readers = FeedReaders({})
    for attempt in range(20):
        (events,) = readers.read([Spooled(attempt + 1, parcel(guessing(attempt)))])
        harbour.take([(events.feed, batch) for batch in events.batches])

    assert harbour.open_alerts()
    assert quay.open_alerts() == []
    assert len(shared.correlator()) == 0
