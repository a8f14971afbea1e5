"""What the watch knows of itself."""

from pathlib import Path

import pytest

from midwatch.watch.health import FeedCount, HealthStore
from midwatch.watch.rhythm import HOUR, MINUTE, SECOND

NOW = 500_000 * HOUR


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
        health.count({"gate": FeedCount("harbour", at, at, lines=10, parsed=9, size=1000)})

    assert health.shares("gate", NOW, NOW + 2 * HOUR) == (40, 36)
    assert health.shares("gate", NOW, NOW + HOUR) == (20, 18)
    [feed] = health.feeds("harbour")
    assert (feed.feed, feed.last) == ("gate", NOW + 90 * MINUTE)
    assert feed.rhythm.usual(feed.last) == 30 * MINUTE
    assert health.feeds("quay") == []


def test_a_concern_is_one_until_it_ends(health: HealthStore) -> None:
    first = health.concern("silence", "gate", "harbour", NOW, "silent for 5 minutes")
    again = health.concern("silence", "gate", "harbour", NOW + MINUTE, "silent for 6 minutes")

    assert again.since == first.since
    assert [each.text for each in health.concerns()] == ["silent for 6 minutes"]

    [ended] = health.relieve("silence", ["gate", "other"], NOW + 2 * MINUTE)

    assert ended.ended == NOW + 2 * MINUTE
    assert health.concerns() == []
    later = health.concern("silence", "gate", "harbour", NOW + HOUR, "again")
    assert later.since == NOW + HOUR
