"""Conditions on sums, means and percentiles, and conditions that only an end can fulfil."""

from collections.abc import Callable
from typing import Any

import pytest

from midwatch.detection import AlertState
from midwatch.events.source import Value

Scene = Callable[..., Any]
Event = tuple[float | None, dict[str, Value]]
SENT = """
title: Sent
name: sent
logsource: {category: any}
detection: {sent: {action: sent}, condition: sent}
"""


def rule(kind: str, condition: str) -> str:
    return f"""
title: Much
correlation:
  type: {kind}
  rules: [sent]
  group-by: [user]
  timespan: 10s
  condition: {{{condition}}}
"""


def sent(second: float, size: Value = 1, user: str = "u") -> Event:
    return second, {"action": "sent", "size": size, "user": user}


@pytest.mark.parametrize(
    ("kind", "condition", "sizes", "opens_at"),
    [
        ("value_sum", "gte: 10, field: size", [4, 4, 1, 1], 3),
        ("value_sum", "gt: 10, field: size", [4, 4, 1, 1], None),
        ("value_avg", "gte: 5, field: size", [1, 5, 9], 2),
        ("value_median", "gt: 2, field: size", [1, 2, 9, 9], 3),
        ("value_percentile", "gte: 9, field: size, percentile: 90", [1] * 9 + [9], None),
        ("value_percentile", "gte: 9, field: size, percentile: 91", [1] * 9 + [9], 9),
        ("value_sum", "gte: 10, field: size", ["4", "x", None, "6.0"], 3),
    ],
)
def test_a_figure_is_asked_for_after_every_event(
    scene: Scene, kind: str, condition: str, sizes: list[Any], opens_at: int | None
) -> None:
    play = scene(SENT, rule(kind, condition))
    opened = None
    for number, size in enumerate(sizes):
        if play.events(sent(number / 2, size)):
            opened = number
            break
    assert opened == opens_at


def test_only_what_the_window_holds_counts_for_a_sum(scene: Scene) -> None:
    play = scene(SENT, rule("value_sum", "gte: 10, field: size"))
    assert play.events(sent(0, 6), sent(10.5, 4)) == []
    (opened,) = play.events(sent(12, 6))
    assert (opened.figure, opened.count) == (10, 2)


class TestPeriods:
    """At most, exactly, not, and ranges: judged when a period of one timespan has passed.

    A period begins with the first event of a group that no other period holds.
    """

    @pytest.mark.parametrize(
        ("condition", "count", "holds"),
        [
            ("lt: 2", 1, True),
            ("lt: 2", 2, False),
            ("lte: 2", 2, True),
            ("eq: 2", 2, True),
            ("eq: 2", 3, False),
            ("neq: 2", 3, True),
            ("gte: 2, lt: 4", 3, True),
            ("gte: 2, lt: 4", 1, False),
            ("gte: 2, lt: 4", 4, False),
        ],
    )
    def test_bounds(self, scene: Scene, condition: str, count: int, holds: bool) -> None:
        play = scene(SENT, rule("event_count", condition))
        assert play.events(*(sent(second) for second in range(count))) == []
        alerts = play.events(sent(60))
        assert [(alert.state, alert.count) for alert in alerts] == [
            (AlertState.CLOSED, count)
        ] * holds

    def test_a_period_includes_both_its_ends(self, scene: Scene) -> None:
        play = scene(SENT, rule("event_count", "eq: 2"))
        assert play.events(sent(0), sent(10)) == []
        (alert,) = play.events(sent(10.5))
        assert (alert.count, alert.evidence[0].line) == (2, 1)

    def test_the_end_of_the_stream_ends_all_periods(self, scene: Scene) -> None:
        play = scene(SENT, rule("value_count", "eq: 2, field: size"))
        play.events(sent(0, 1), sent(1, 2), sent(2, 1))
        assert [(alert.first, alert.last, alert.count) for alert in play.end()] == [(0, 2, 3)]

    def test_passing_time_ends_a_period_without_events(self, scene: Scene) -> None:
        play = scene(SENT, rule("event_count", "eq: 1"), lateness=0)
        play.events(sent(0))
        start = 1_700_000_000_000_000
        assert play.correlator.advance(start + 10_000_000) == []
        assert len(play.correlator.advance(start + 10_000_001)) == 1
