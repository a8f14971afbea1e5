"""The correlator as a whole: plain rules, late events, bounded state, snapshots."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from midwatch.detection import AlertState, Correlator, CorrelatorState
from midwatch.events.source import Value

Scene = Callable[..., Any]
Event = tuple[float | None, dict[str, Value]]
SECOND = 1_000_000
BASE = """
title: Failed login
name: failed
logsource: {category: any}
detection: {failed: {outcome: failure}, condition: failed}
"""
GUESSING = """
title: Guessing
correlation:
  {type: event_count, rules: [failed], group-by: [src_ip], timespan: 10s, condition: {gte: 3}}
"""
SPRAYING = """
title: Spraying
correlation:
  type: value_count
  rules: [failed]
  group-by: [src_ip]
  timespan: 10s
  condition: {gte: 3, field: user}
"""


def failed(second: float | None, src_ip: str = "a", user: str = "u") -> Event:
    return second, {"outcome": "failure", "src_ip": src_ip, "user": user}


class TestPlainRules:
    """A rule that serves no correlation alerts by itself."""

    def test_one_alert_per_source_address_else_user_else_host(self, scene: Scene) -> None:
        play = scene(BASE)
        play.chunk([
            (0, {"outcome": "failure", "src_ip": "a", "user": "u", "host": "h"}),
            (1, {"outcome": "failure", "src_ip": "a", "user": "v", "host": "h"}),
            (2, {"outcome": "failure", "src_ip": None, "user": "u", "host": "h"}),
            (3, {"outcome": "failure", "src_ip": None, "user": None, "host": "h"}),
            (4, {"outcome": "failure", "src_ip": None, "user": None, "host": None}),
        ])  # fmt: skip
        assert [(alert.group, alert.count) for alert in play.end()] == [
            ({"src_ip": "a"}, 2), ({"user": "u"}, 1), ({"host": "h"}, 1), ({}, 1),
        ]  # fmt: skip

    def test_it_opens_at_once_and_closes_when_it_has_been_quiet(self, scene: Scene) -> None:
        play = scene(BASE, quiet=60)
        (opened,) = play.events(failed(0))
        assert opened.state is AlertState.OPEN
        assert play.events(failed(50)) == []
        closed, opened_again = play.events(failed(111))
        assert (closed.count, closed.id) == (2, opened.id)
        assert opened_again.id != opened.id


class TestLateEvents:
    """Events out of order."""

    def test_within_the_lateness_an_event_counts_where_it_belongs(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, lateness=20)
        assert play.events(failed(10), failed(18), failed(30)) == []
        (opened,) = play.events(failed(12))
        start = 1_700_000_000 * SECOND
        assert (opened.first, opened.last) == (start + 10 * SECOND, start + 18 * SECOND)
        assert opened.count == 3

    def test_the_same_for_distinct_values(self, scene: Scene) -> None:
        play = scene(BASE, SPRAYING, lateness=20)
        assert play.events(failed(0, user="a"), failed(9, user="b"), failed(25, user="x")) == []
        (opened,) = play.events(failed(5, user="c"))
        assert (opened.count, opened.figure) == (3, 3)

    def test_a_late_event_joins_the_open_alert_it_touches(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, lateness=20)
        play.events(failed(10), failed(11), failed(12), failed(3))
        assert [(alert.first, alert.last, alert.count) for alert in play.end()] == [(3, 12, 4)]

    def test_an_event_later_than_that_starts_a_run_of_its_own(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, lateness=5)
        play.events(failed(1000), failed(1001), failed(1002))
        opened = play.events(failed(0), failed(1), failed(2), failed(1003))
        assert [alert.state for alert in opened] == [AlertState.OPEN]
        assert play.correlator.statistics.late == 3
        assert [(alert.first, alert.last, alert.count) for alert in play.end()] == [
            (0, 2, 3), (1000, 1003, 4),
        ]  # fmt: skip

    def test_an_event_from_the_future_does_not_blind_the_group(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, lateness=5)
        play.events(failed(10**9))
        assert len(play.events(failed(0), failed(1), failed(2))) == 1

    def test_two_clocks_in_turn_are_counted_apart(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, lateness=5)
        for second in (0, 1, 2):
            play.events(failed(3600 + second), failed(second))
        assert [(alert.first, alert.count) for alert in play.end()] == [(0, 3), (3600, 3)]

    def test_an_event_without_a_time_counts_at_the_latest_time_before_it(
        self, scene: Scene
    ) -> None:
        play = scene(BASE, GUESSING)
        play.chunk([failed(100)])
        (opened,) = play.chunk([failed(None), failed(None)])
        assert (opened.count, opened.last) == (3, 1_700_000_100 * SECOND)

    def test_where_no_event_has_a_time_the_alert_has_none(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING)
        (opened,) = play.chunk([failed(None), failed(None), failed(None)])
        assert (opened.count, opened.first, opened.last) == (3, None, None)


class TestBounds:
    """Memory stays flat."""

    def test_the_groups_idle_for_longest_are_let_go_and_counted(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, most_groups=2)
        play.events(failed(0, "a"), failed(1, "b"), failed(2, "a"), failed(3, "c"))
        assert (len(play.correlator), play.correlator.statistics.evicted) == (2, 1)
        assert len(play.events(failed(4, "a"))) == 1

    def test_an_alert_that_is_let_go_is_closed(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, most_groups=1)
        play.chunk([failed(0), failed(1), failed(2)])
        (closed,) = play.events(failed(3, "b"))
        assert (closed.state, closed.group) == (AlertState.CLOSED, {"src_ip": "a"})

    def test_groups_that_are_over_are_forgotten_in_time(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, lateness=0)
        for second in range(0, 100_000, 100):
            play.events(failed(second, f"s{second}"))
        assert len(play.correlator) <= 128

    def test_time_that_passes_closes_what_is_quiet(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING, lateness=0)
        play.chunk([failed(0), failed(1), failed(2)])
        start = 1_700_000_000 * SECOND
        assert play.correlator.advance(start + 12 * SECOND) == []
        (closed,) = play.correlator.advance(start + 13 * SECOND)
        assert closed.state is AlertState.CLOSED
        assert len(play.correlator) == 0

    @pytest.mark.parametrize("rule", [GUESSING, SPRAYING])
    def test_a_group_that_never_fires_keeps_little(self, scene: Scene, rule: str) -> None:
        slow = rule.replace("10s", "1h").replace("gte: 3", "gte: 3000")
        play = scene(BASE, slow)
        for start in range(0, 2000, 500):
            play.chunk(
                [failed(second, user=f"u{second % 7}") for second in range(start, start + 500)]
            )
        size = len(msgspec.msgpack.encode(play.correlator.snapshot()))
        for start in range(20_000, 22_000, 500):
            play.chunk(
                [failed(second, user=f"u{second % 7}") for second in range(start, start + 500)]
            )
        assert len(msgspec.msgpack.encode(play.correlator.snapshot())) <= size * 1.1


class TestSnapshots:
    """State as data."""

    def events(self) -> list[Any]:
        seconds = [0, 1, 5, 2, 30, 31, 32, 45, 44, 60, 61, 62, 63]
        return [
            failed(second, "ab"[number % 3 == 0], f"u{number}")
            for number, second in enumerate(seconds)
        ]

    @pytest.mark.parametrize("cut", range(1, 13))
    def test_a_restored_correlator_goes_on_as_if_never_stopped(
        self, scene: Scene, cut: int
    ) -> None:
        texts = (BASE, GUESSING, SPRAYING)
        whole, first = scene(*texts), scene(*texts)
        expected = whole.events(*self.events())
        found = first.events(*self.events()[:cut])
        packed = msgspec.msgpack.encode(first.correlator.snapshot())
        second = scene(*texts)
        second.correlator.restore(msgspec.msgpack.decode(packed, type=CorrelatorState))
        found += second.events(*self.events()[cut:])
        assert found == expected
        assert second.correlator.flush() == whole.correlator.flush()

    def test_a_snapshot_is_a_copy(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING)
        play.events(failed(0), failed(1))
        state = play.correlator.snapshot()
        play.events(failed(2))
        play.correlator.restore(state)
        assert len(play.events(failed(2))) == 1

    def test_groups_of_rules_that_are_gone_are_left_out(self, scene: Scene) -> None:
        play = scene(BASE, GUESSING)
        play.events(failed(0), failed(1))
        other = scene(BASE, SPRAYING)
        other.correlator.restore(play.correlator.snapshot())
        assert len(other.correlator) == 0


def test_the_same_events_give_the_same_ids(scene: Scene) -> None:
    ids = []
    for _ in range(2):
        play = scene(BASE, GUESSING)
        (alert,) = play.chunk([failed(0), failed(1), failed(2)])
        ids.append(alert.id)
    assert ids[0] == ids[1]


def test_nothing_in_nothing_out(scene: Scene) -> None:
    play = scene(BASE, GUESSING)
    assert play.chunk() == []
    assert play.chunk([(0, {"outcome": "success"})]) == []
    assert isinstance(play.correlator, Correlator)
    assert play.end() == []


def test_a_rule_that_alerts_alone_and_also_serves_counts_its_events_once(scene: Scene) -> None:
    generating = GUESSING.replace("{type", "{generate: true, type")
    play = scene(BASE, generating)
    assert [alert.rule.title for alert in play.events(failed(0), failed(1))] == ["Failed login"]
    assert [alert.rule.title for alert in play.events(failed(2))] == ["Guessing"]
