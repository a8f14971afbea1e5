"""The sample office that keeps sending."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.intake.identification import Directory
from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant, TenantStore
from midwatch.watch.living_office import (
    CLIENT,
    add_living_office,
    living_lines,
)

HOSTS = {"gate", "files", "mail", "web", "pc-ortiz"}
START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_its_lines_come_in_order_and_without_end() -> None:
    end = START + timedelta(hours=26)
    sent = list(takewhile(lambda line: line[0] < end, living_lines(START)))

    times = [when for when, _ in sent]
    assert times == sorted(times)
    assert times[0] >= START
    assert len(sent) > 1000


def test_every_source_is_heard_within_seconds_and_then_it_is_quiet() -> None:
    first = living_lines_until(START + timedelta(seconds=10))
    hosts = {host for _, line in first for host in HOSTS if f" {host} ".encode() in line}
    assert hosts == HOSTS

    later = [
        line
        for when, line in living_lines_until(START + timedelta(minutes=20))
        if when > START + timedelta(minutes=4)
    ]
    assert len(later) < 60


def test_no_source_is_ever_silent_for_so_long_that_it_is_alarmed(tmp_path: Path) -> None:
    store = TenantStore(tmp_path / "state.sqlite")
    add_living_office(store, 1)
    heard: dict[str, datetime] = {}
    longest: dict[str, timedelta] = {}
    for when, line in living_lines_until(START + timedelta(days=8)):
        host = next(host for host in HOSTS if f" {host} ".encode() in line)
        silence = when - heard.get(host, START)
        longest[host] = max(silence, longest.get(host, silence))
        heard[host] = when

    for feed in store.feeds(CLIENT):
        assert longest[feed.marks[0].host] < timedelta(seconds=feed.silence), feed.title


def test_the_story_is_told_within_three_minutes() -> None:
    soon = START + timedelta(minutes=3)
    lines = [line for when, line in living_lines_until(soon)]

    assert sum(b"verification failed" in line for line in lines) == 21
    assert any(b"[j.ortiz] Peer Connection Initiated" in line for line in lines)


def living_lines_until(end: datetime) -> list[tuple[datetime, bytes]]:
    return list(takewhile(lambda line: line[0] < end, living_lines(START)))


def test_every_line_is_understood_at_its_own_time() -> None:
    day = living_lines_until(START + timedelta(hours=24))
    microseconds = int((START + timedelta(days=1)).timestamp() * 1e6)
    reader = LineReader(all_sources(), ClockContext(reference=microseconds))

    result = reader.read([line.decode() for _, line in day], 0)

    assert result.failures == []
    assert {batch.source for batch in result.batches} >= {
        "filterlog", "openvpn", "openssh", "postfix", "dovecot", "access_log", "windows",
    }  # fmt: skip
    for batch in result.batches:
        for spot, time in zip(batch.lines, batch.times, strict=True):
            assert time is not None
            assert abs(time - day[spot][0].timestamp() * 1e6) < 1e6


def test_it_comes_and_goes_whole(tmp_path: Path) -> None:
    store = TenantStore(tmp_path / "state.sqlite")
    store.save_tenant(Tenant("quay", "Quay"))
    add_living_office(store, 1)

    assert len(store.feeds(CLIENT)) == 5
    store.remove_tenant(CLIENT)
    assert [tenant.id for tenant in store.tenants()] == ["quay"]
    assert store.feeds() == []


def test_its_lines_stay_its_own_beside_a_source_of_this_machine(tmp_path: Path) -> None:
    store = TenantStore(tmp_path / "state.sqlite")
    store.save_tenant(Tenant("quay", "Quay"))
    store.save_office(Office("main", "quay", "Main"))
    add_living_office(store, 1)
    own = Mark(MarkKind.ADDRESS, "127.0.0.1/32")
    store.save_feed(Feed("own", "quay", "main", "Own", marks=(own,)))
    origin = Directory(store.feeds()).at("127.0.0.1", 5514)
    lines = [b"<13>Nov 22 02:03:04 %s sshd[7]: x" % host for host in (b"gate", b"nas")]
    assert [owner and owner.tenant for owner in map(origin.owner_of, lines)] == [CLIENT, "quay"]
