"""What the watch knows of itself."""

from pathlib import Path

import pytest

from midwatch.watch.health import CELL, CELLS_KEPT, HOURS_KEPT, CellCount, FeedCount, HealthStore
from midwatch.watch.rhythm import HOUR, MINUTE, SECOND

NOW = 500_000 * HOUR


def _count(at: int, came: CellCount) -> FeedCount:
    return FeedCount("harbour", at, at, {at // CELL: came})


@pytest.fixture
def health(tmp_path: Path) -> HealthStore:
    return HealthStore(tmp_path / "state.sqlite")


def test_a_process_beats_and_shows_its_figures(health: HealthStore) -> None:
    health.beat("intake", NOW, NOW + SECOND, {"lines": 1})
    health.beat("intake", NOW, NOW + 2 * SECOND, {"lines": 5})

    [beat] = health.heartbeats()
    assert (beat.process, beat.beat, beat.figures) == ("intake", NOW + 2 * SECOND, {"lines": 5})


def test_feeds_are_counted_by_the_hour(health: HealthStore) -> None:
    for minute in range(0, 120, 30):
        at = NOW + minute * MINUTE
        health.count({"gate": _count(at, CellCount(10, 9, 1000))})

    assert health.shares("gate", NOW, NOW + 2 * HOUR) == (40, 36)
    assert health.shares("gate", NOW, NOW + HOUR) == (20, 18)
    [feed] = health.feeds("harbour")
    assert (feed.feed, feed.last) == ("gate", NOW + 90 * MINUTE)
    assert feed.rhythm.usual(feed.last) == 30 * MINUTE
    assert health.feeds("quay") == []


def test_lines_are_counted_in_cells_of_five_minutes_for_eight_days(health: HealthStore) -> None:
    came = {NOW // CELL: CellCount(3, 3), NOW // CELL + 2: CellCount(5, 4)}
    health.count({"gate": FeedCount("harbour", NOW, NOW + 2 * CELL, came)})
    health.count({"gate": _count(NOW + 2 * CELL, CellCount(1, 1))})

    assert health.cells("gate", NOW, NOW + 4 * CELL) == [3, 0, 6, 0]
    assert health.shares("gate", NOW, NOW + HOUR) == (9, 8)
    later = NOW + (CELLS_KEPT + 1) * CELL
    health.count({"gate": _count(later, CellCount(1, 1))})
    assert health.cells("gate", NOW, NOW + 4 * CELL) == [0, 0, 6, 0]
    assert health.shares("gate", NOW, NOW + HOUR) == (9, 8)
    health.count({"gate": _count(NOW + HOURS_KEPT * HOUR + HOUR, CellCount(1, 1))})
    assert health.shares("gate", NOW, NOW + HOUR) == (0, 0)


def test_refused_packets_are_counted_for_each_client(health: HealthStore) -> None:
    health.count({"gate": _count(NOW + MINUTE, CellCount(9, 9, 100, blocked=7))})
    health.count({"gate": _count(NOW + HOUR, CellCount(9, 9, 100, blocked=2))})

    assert health.blocked("harbour", NOW, NOW + 2 * HOUR) == {NOW // HOUR: 7, NOW // HOUR + 1: 2}
    assert health.blocked("harbour", NOW, NOW + HOUR) == {NOW // HOUR: 7}
    assert health.blocked("quay", NOW, NOW + 2 * HOUR) == {}
    assert health.hours_of_all(NOW, NOW + HOUR) == {"gate": {NOW // HOUR: (9, 9)}}


def test_counts_and_the_offset_they_reach_to_are_kept_together(health: HealthStore) -> None:
    health.count({"gate": _count(NOW, CellCount(1, 1))}, position=7)

    assert health.counted == 7


def test_a_concern_is_one_until_it_ends(health: HealthStore) -> None:
    first = health.concern("silence", "gate", "harbour", NOW, "silent for 5 minutes")
    again = health.concern("silence", "gate", "harbour", NOW + MINUTE, "silent for 6 minutes")

    assert again.since == first.since
    assert [each.text for each in health.concerns()] == ["silent for 6 minutes"]

    [ended] = health.relieve("silence", ["gate", "other"], NOW + 2 * MINUTE)

    assert ended.ended == NOW + 2 * MINUTE
    assert health.concerns() == []
    assert [each.subject for each in health.past_concerns("silence", NOW)] == ["gate"]
    assert health.past_concerns("silence", NOW + HOUR) == []
    assert [dict(each.told) for each in health.past_concerns("silence", 0)] == [{}]
    later = health.concern("silence", "gate", "harbour", NOW + HOUR, "again")
    assert later.since == NOW + HOUR
