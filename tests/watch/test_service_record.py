"""The watch's own record as service facts, from stores filled as the watch fills them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from midwatch.incidents import Incidents, IncidentState, Signal
from midwatch.kernel import BadInputError, Level
from midwatch.packs import PackStore, Release
from midwatch.paging import SqliteIncidents
from midwatch.tenants import Feed, Office, Tenant, TenantStore
from midwatch.vendors.service_facts import read_signed
from midwatch.watch.health import CELL, CellCount, FeedCount, HealthStore
from midwatch.watch.rhythm import DAY, HOUR, MINUTE, SECOND
from midwatch.watch.rule_book import use_pack
from midwatch.watch.service_record import LONGEST_DAYS, ServiceRecord
from midwatch.watch.state_folder import StateFolder

NOW = 1_790_000_000 * SECOND // HOUR * HOUR + 5 * MINUTE
END = NOW // HOUR * HOUR


class World:
    def __init__(self, path: Path) -> None:
        self.folder = StateFolder(path / "state").open()
        self.tenants = TenantStore(self.folder.database)
        self.health = HealthStore(self.folder.database)
        self.incidents = SqliteIncidents(self.folder.database)
        self.answering = Incidents(self.incidents, lambda tenant: None)
        self.record = ServiceRecord(self.folder, self.tenants, self.health, self.incidents)

    def client(self, name: str, *, demo: bool = False) -> None:
        self.tenants.save_tenant(Tenant(name, name.title(), demo=demo))
        self.tenants.save_office(Office("main", name, "Main"))
        self.tenants.save_feed(Feed(f"{name}-wall", name, "main", "Wall"))

    def speak(self, name: str, first: int, last: int) -> None:
        """A line a minute, counted every five."""
        cells = {cell: CellCount(5, 4) for cell in range(first // CELL, last // CELL)}
        for cell, count in cells.items():
            begins = cell * CELL
            self.health.count(
                {f"{name}-wall": FeedCount(name, begins, begins + 4 * MINUTE, {cell: count})}
            )

    def incident(self, name: str, at: int, level: Level = Level.HIGH, sign: str = "one") -> str:
        signal = Signal(
            id=f"{name}-{sign}", tenant=name, rule=sign, title=sign, kind=sign, level=level,
            category="x", first=at, last=at, count=1, addresses=(f"198.51.100.{len(sign)}",),
        )  # fmt: skip
        self.answering.record([signal], at)
        return next(each.id for each in self.incidents.incidents(name) if each.opened == at)

    def close(self) -> None:
        for store in (self.tenants, self.health, self.incidents):
            store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_hours_are_heard_or_silent_and_lines_counted(world: World) -> None:
    world.client("bakery")
    world.speak("bakery", END - 10 * HOUR, END - 5 * HOUR)
    world.speak("bakery", END - 2 * HOUR, END)
    begins = END - 5 * HOUR
    world.health.concern("silence", "bakery-wall", "bakery", begins, "silent")
    world.health.relieve("silence", ["bakery-wall"], END - 2 * HOUR)
    found = world.record.facts("Watch", None, days=1, now=NOW).coverage
    assert (found.heard, found.silent, found.idle) == (7, 3, 0)
    assert (found.lines, found.understood) == (7 * 60, 7 * 48)
    assert (found.silences, found.longest) == (1, 3 * 3600)
    assert str(found.share) == "70.0"


def test_since_when_the_sources_that_are_set_up_were_watched(world: World) -> None:
    for name in ("bakery", "forge"):
        world.client(name)
    assert world.record.watched_since(None) is None

    world.speak("bakery", END - 2 * HOUR, END)
    world.speak("forge", END, NOW)
    found = world.record.facts("Watch", "forge", days=1, now=NOW).coverage
    assert (found.sources, found.share) == (1, None)
    assert world.record.watched_since("forge") == END
    assert world.record.watched_since(None) == END - 2 * HOUR

    world.tenants.remove_feed("bakery-wall")
    assert world.record.watched_since(None) == END


def test_a_shorter_silence_still_costs_its_hour(world: World) -> None:
    world.client("bakery")
    world.speak("bakery", END - 4 * HOUR, END)
    at = END - 90 * MINUTE
    world.health.concern("silence", "bakery-wall", "bakery", at, "silent")
    world.health.relieve("silence", ["bakery-wall"], at + 10 * MINUTE)
    found = world.record.facts("Watch", None, days=1, now=NOW).coverage
    assert (found.heard, found.silent) == (3, 1)


def test_answers_are_a_persons_first_step(world: World) -> None:
    world.client("bakery")
    opened = END - 5 * HOUR
    first = world.incident("bakery", opened)
    world.answering.acknowledge(first, by="A. Nalyst", now=opened + 4 * MINUTE)
    world.incident("bakery", opened + HOUR, sign="three")
    world.incident("bakery", END - 40 * DAY, sign="before")
    (found,) = world.record.facts("Watch", "bakery", days=30, now=NOW).responses
    assert (found.level, found.raised, found.answered, found.open) == ("high", 2, 1, 1)
    assert (found.median, found.ninety, found.longest) == (240, 240, 240)
    assert world.incidents.incident(first) is not None
    kept = world.incidents.incident(first)
    assert kept is not None
    assert kept.state is IncidentState.ACKNOWLEDGED


def test_all_clients_together_name_none_and_leave_the_sample_out(world: World) -> None:
    for name in ("bakery", "forge"):
        world.client(name)
        world.speak(name, END - 2 * HOUR, END)
    world.client("demo", demo=True)
    world.speak("demo", END - 9 * HOUR, END)
    found = world.record.facts("Watch", None, days=1, now=NOW)
    assert (found.clients, found.about, found.coverage.heard) == (2, "", 4)
    text = world.record.signed(found).decode().casefold()
    assert "bakery" not in text
    assert "forge" not in text


def test_updates_of_packs_in_use_are_told_as_they_happened(world: World) -> None:
    world.client("bakery")
    use_pack(world.folder.rules, None, "core", used=True)
    store = PackStore(world.folder.path)
    moments = [END - 40 * DAY, END - 9 * DAY, END - 2 * DAY, END - DAY]
    for digest, at in zip(("a", "b", "c", "c"), moments, strict=True):
        staged = store.staging("core", ".zip")
        staged.write_text(digest)
        release = Release(
            file=f"{digest}.zip", digest=digest, origin="x", trust="key", installed=at, rules=9,
            newest="2026-01-02",
        )  # fmt: skip
        store.install("core", staged, release)
    found = world.record.facts("Watch", None, days=30, now=NOW)
    core = next(each for each in found.signatures if each.name == "core")
    # The same release once more brought nothing new.
    assert core.updates == (END - 9 * DAY, END - 2 * DAY)
    assert core.newest == "2026-01-02"


def test_the_file_verifies_with_the_installations_own_key(world: World) -> None:
    world.client("bakery")
    found = world.record.facts("Watch", None, days=1, now=NOW)
    verified = read_signed(world.record.signed(found), "f.json")
    assert verified.facts == found
    assert read_signed(world.record.signed(found), "f.json").key == verified.key
    assert world.folder.facts_key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("provider", "client", "days"),
    [("", None, 1), ("W", "nobody", 1), ("W", None, 0), ("W", None, LONGEST_DAYS + 1)],
)
def test_what_cannot_be_told_is_refused(
    world: World, provider: str, client: str | None, days: int
) -> None:
    with pytest.raises(BadInputError):
        world.record.facts(provider, client, days=days, now=NOW)
