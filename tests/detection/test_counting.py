"""Counting events and distinct values: when an alert opens, what it takes in, when it closes.

Seconds count from the first event of a test; a window of 10 s that ends at second 12 holds
the events from second 2 to second 12, both included.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.detection import AlertState, Correlator, Detector
from midwatch.events.batch import EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Value
from midwatch.rules import RuleText, compile_rules

Scene = Callable[..., Any]
Event = tuple[float | None, dict[str, Value]]
SECOND = 1_000_000
FAILED = """
title: Failed login
name: failed
logsource: {category: any}
detection: {failed: {outcome: failure}, condition: failed}
"""
GUESSING = """
title: Guessing
correlation:
  type: event_count
  rules: [failed]
  group-by: [src_ip]
  timespan: 10s
  condition: {gte: 3}
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


def facts(told: Sequence[Any]) -> list[tuple[float, float, int]]:
    return [(alert.first, alert.last, alert.count) for alert in told]


class TestEventCount:
    """``event_count`` with ``gte: 3`` in 10 s."""

    def test_opens_with_the_event_that_fulfils_it(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        assert play.events(failed(0), failed(4)) == []
        (opened,) = play.events(failed(10))
        assert opened.state is AlertState.OPEN
        assert (opened.count, opened.group) == (3, {"src_ip": "a"})
        assert facts(play.end()) == [(0, 10, 3)]

    def test_a_window_includes_both_its_ends(self, scene: Scene) -> None:
        just = scene(FAILED, GUESSING)
        just.events(failed(0), failed(5), failed(10))
        assert facts(just.end()) == [(0, 10, 3)]
        missed = scene(FAILED, GUESSING)
        missed.events(failed(0), failed(5), failed(10.000001))
        assert facts(missed.end()) == []

    def test_the_window_slides(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        play.events(failed(0), failed(8), failed(12), failed(16))
        assert facts(play.end()) == [(8, 16, 3)]

    def test_events_at_one_moment_all_count(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        play.chunk([failed(0), failed(0), failed(0)])
        assert facts(play.end()) == [(0, 0, 3)]

    def test_an_open_alert_takes_in_the_whole_burst(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        alerts = play.chunk([failed(second) for second in range(100)])
        assert [alert.state for alert in alerts] == [AlertState.OPEN]
        assert facts(play.end()) == [(0, 99, 100)]

    def test_it_closes_after_a_timespan_of_quiet_and_counting_starts_afresh(
        self, scene: Scene
    ) -> None:
        play = scene(FAILED, GUESSING)
        play.events(failed(0), failed(1), failed(2))
        assert play.events(failed(12)) == []
        (closed,) = play.events(failed(22.1))
        assert (closed.state, closed.count) == (AlertState.CLOSED, 4)
        play.events(failed(23), failed(24))
        assert facts(play.end()) == [(0, 12, 4), (22.1, 24, 3)]

    def test_both_bursts_of_one_chunk_are_told_apart(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        play.chunk([failed(second) for second in (0, 1, 2, 30, 50, 51, 52, 53)])
        assert facts(play.end()) == [(0, 2, 3), (50, 53, 4)]

    def test_groups_are_counted_apart(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        play.chunk([failed(second, "ab"[second % 2]) for second in range(5)])
        assert [(alert.group, alert.count) for alert in play.end()] == [({"src_ip": "a"}, 3)]

    def test_an_event_without_the_group_field_belongs_to_no_group(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        play.chunk([(second, {"outcome": "failure", "src_ip": None}) for second in range(5)])
        assert play.end() == []

    def test_without_group_by_all_events_are_one_group(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING.replace("  group-by: [src_ip]\n", ""))
        play.chunk([failed(second, str(second)) for second in range(3)])
        assert [(alert.group, alert.count) for alert in play.end()] == [({}, 3)]

    def test_batches_of_a_chunk_are_merged_by_time(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        play.chunk([failed(0), failed(20), failed(22)], [failed(1), failed(21)])
        assert facts(play.end()) == [(20, 22, 3)]

    def test_an_event_that_two_of_its_rules_match_counts_once(self, scene: Scene) -> None:
        other = FAILED.replace("name: failed", "name: also").replace("Failed", "Also failed")
        play = scene(FAILED, other, GUESSING.replace("[failed]", "[failed, also]"))
        play.chunk([failed(0), failed(1)])
        assert play.end() == []

    def test_lines_and_values_are_kept_as_evidence(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        play.chunk([failed(0, user="root"), failed(1, user="admin")])
        (opened,) = play.chunk([failed(2, user="root")])
        assert [(place.origin, place.line) for place in opened.evidence] == [
            ("test.log", 1), ("test.log", 2), ("test.log", 1),
        ]  # fmt: skip
        assert opened.values["user"] == ("root", "admin")

    def test_evidence_and_samples_are_bounded(self, scene: Scene) -> None:
        play = scene(FAILED, GUESSING)
        for start in range(0, 200, 10):
            play.chunk([failed(second, user=f"u{second}") for second in range(start, start + 10)])
        (closed,) = play.correlator.flush()
        assert closed.count == 200
        assert len(closed.evidence) == len(closed.values["user"]) == 20


class TestValueCount:
    """``value_count`` of 3 distinct users in 10 s."""

    def test_counts_distinct_values(self, scene: Scene) -> None:
        play = scene(FAILED, SPRAYING)
        assert play.events(failed(0, user="a"), failed(1, user="a"), failed(2, user="b")) == []
        (opened,) = play.events(failed(3, user="c"))
        assert (opened.count, opened.figure) == (4, 3)

    def test_a_value_counts_as_long_as_its_latest_event_is_in_the_window(
        self, scene: Scene
    ) -> None:
        play = scene(FAILED, SPRAYING)
        play.events(failed(0, user="a"), failed(9, user="a"), failed(10, user="b"))
        assert play.events(failed(19, user="c")) != []
        assert facts(play.end()) == [(9, 19, 3)]

    def test_values_that_left_the_window_do_not_count(self, scene: Scene) -> None:
        play = scene(FAILED, SPRAYING)
        play.events(failed(0, user="a"), failed(9, user="b"), failed(10.1, user="c"))
        assert play.end() == []

    def test_the_figure_goes_on_counting_while_the_alert_is_open(self, scene: Scene) -> None:
        play = scene(FAILED, SPRAYING)
        play.chunk([failed(second, user=f"u{second % 50}") for second in range(100)])
        (closed,) = play.correlator.flush()
        assert (closed.count, closed.figure) == (100, 50)

    def test_events_without_the_field_do_not_count(self, scene: Scene) -> None:
        play = scene(FAILED, SPRAYING)
        play.chunk(
            [failed(0, user="a"), failed(1, user="b"), (2, {"outcome": "failure", "src_ip": "a"})]
        )
        assert play.end() == []

    def test_several_fields_count_as_pairs(self, scene: Scene) -> None:
        play = scene(FAILED, SPRAYING.replace("field: user", "field: [user, port]"))
        play.chunk([
            (0, {"outcome": "failure", "src_ip": "a", "user": "u", "port": 1}),
            (1, {"outcome": "failure", "src_ip": "a", "user": "u", "port": 2}),
            (2, {"outcome": "failure", "src_ip": "a", "user": "v", "port": 1}),
        ])  # fmt: skip
        assert [alert.count for alert in play.end()] == [3]


def expected(
    events: list[tuple[int, int]], need: int, span: int, *, distinct: bool
) -> list[tuple[int, int, int]]:
    """(first, last, count) of the alerts of one group, told plainly. Events are in order."""
    alerts: list[list[int]] = []
    recent: list[tuple[int, int]] = []
    is_open = False
    for time, value in events:
        if is_open and time - alerts[-1][1] <= span:
            alerts[-1][1] = time
            alerts[-1][2] += 1
            continue
        is_open = False
        recent = [event for event in recent if time - event[0] <= span] + [(time, value)]
        count = len({event[1] for event in recent}) if distinct else len(recent)
        if count >= need:
            alerts.append([recent[0][0], time, len(recent)])
            recent, is_open = [], True
    return [(first, last, count) for first, last, count in alerts]


def rule_texts(need: int, span: int, kind: str) -> list[RuleText]:
    field = ", field: value" if kind == "value_count" else ""
    return [
        RuleText("base.yml", FAILED.encode()),
        RuleText(
            "rule.yml",
            f"title: t\ncorrelation: {{type: {kind}, rules: [failed], group-by: [key],"
            f" timespan: {span}s, condition: {{gte: {need}{field}}}}}".encode(),
        ),
    ]


@pytest.mark.parametrize("kind", ["event_count", "value_count"])
@settings(max_examples=150)
@given(
    events=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 1)), max_size=40),
    need=st.integers(1, 5),
    span=st.integers(1, 8),
    cuts=st.lists(st.integers(1, 40), max_size=5),
    lateness=st.sampled_from([0, 5, 60]),
)  # fmt: skip
def test_however_the_stream_is_cut_the_alerts_are_those_of_the_definition(
    kind: str,
    events: list[tuple[int, int, int]],
    need: int,
    span: int,
    cuts: list[int],
    lateness: int,
) -> None:
    ruleset = compile_rules(rule_texts(need, span, kind))
    assert not ruleset.problems
    detector, correlator = Detector(ruleset), Correlator(ruleset, lateness=lateness * SECOND)
    now = 1_000_000
    rows: list[tuple[int, int, str]] = []
    for gap, value, number in events:
        now += gap
        rows.append((now * SECOND, value, f"k{number}"))
    alerts = []
    for start, stop in zip([0, *sorted(cuts)], [*sorted(cuts), len(rows)], strict=True):
        chunk = rows[start:stop]
        # Odd and even rows come as two batches, as lines of two forms do.
        matches = [
            match
            for part in (chunk[::2], chunk[1::2])
            if part
            for match in detector.match_batch(
                EventBatch(
                    "test", Logsource(), Form((), {}), range(start, start + len(part)),
                    [row[0] for row in part],
                    {"value": [row[1] for row in part], "key": [row[2] for row in part]},
                    {"outcome": "failure"}, [""] * len(part), [""] * len(part),
                )
            )
        ]  # fmt: skip
        alerts += correlator.feed(matches)
    alerts += correlator.flush()
    for key in ("k0", "k1"):
        found = [
            (alert.first, alert.last, alert.count)
            for alert in alerts
            if alert.state is AlertState.CLOSED and alert.group == {"key": key}
        ]
        mine = [(time, value) for time, value, owner in rows if owner == key]
        assert found == expected(mine, need, span * SECOND, distinct=kind == "value_count")
