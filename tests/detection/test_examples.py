"""What correlations mean, by example: tables of events and the alerts they give.

Times are seconds. A window of 10 s that ends at second 12 holds second 2 and second 12. Every
example must give the same alerts however it is cut into chunks, and when all that
is remembered is put away and taken up again between two chunks.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import pytest

from midwatch.detection import Alert, AlertState, Correlator
from midwatch.events.source import Value
from midwatch.rules import RuleSet

Scene = Callable[..., Any]
Row = tuple[float, str, str | int]
Event = tuple[float | None, Mapping[str, Value]]
Told = list[tuple[float, float, int]]
BASES = """
title: a
name: a
logsource: {category: any}
detection: {it: {did: a}, condition: it}
---
title: b
name: b
logsource: {category: any}
detection: {it: {did: b}, condition: it}
"""


def correlation(kind: str, condition: str = "", rules: str = "[a]") -> str:
    asked = f"condition: {{{condition}}}" if condition else ""
    return f"""
title: The rule
correlation:
  type: {kind}
  rules: {rules}
  group-by: [src_ip]
  timespan: 10s
  {asked}
"""


COUNT = correlation("event_count", "gte: 3")
MORE = correlation("event_count", "gt: 3")
VALUES = correlation("value_count", "gte: 3, field: user")
BOTH = correlation("temporal", rules="[a, b]")
ORDER = correlation("temporal_ordered", rules="[a, b]")
SUM = correlation("value_sum", "gt: 100, field: bytes")
MEAN = correlation("value_avg", "gte: 50, field: bytes")
MIDDLE = correlation("value_percentile", "gte: 50, field: bytes, percentile: 50")
EXAMPLES: list[tuple[str, str, list[Row], Told]] = [
    ("too few", COUNT, [(0, "a", "u"), (1, "a", "u")], []),
    ("both ends of the window", COUNT, [(0, "a", "u"), (5, "a", "u"), (10, "a", "u")], [(0, 10, 3)]),
    ("beyond the window", COUNT, [(0, "a", "u"), (5, "a", "u"), (10.1, "a", "u")], []),
    ("at one moment", COUNT, [(4, "a", "u"), (4, "a", "u"), (4, "a", "u")], [(4, 4, 3)]),
    (
        "the burst goes on as long as no gap exceeds the timespan",
        COUNT,
        [(0, "a", "u"), (1, "a", "u"), (2, "a", "u"), (12, "a", "u"), (22, "a", "u")],
        [(0, 22, 5)],
    ),
    (
        "a longer gap ends it and counting starts afresh",
        COUNT,
        [(0, "a", "u"), (1, "a", "u"), (2, "a", "u"), (12.1, "a", "u"), (13, "a", "u")],
        [(0, 2, 3)],
    ),
    ("greater than", MORE, [(n, "a", "u") for n in range(3)], []),
    ("greater than, one more", MORE, [(n, "a", "u") for n in range(4)], [(0, 3, 4)]),
    ("other rules do not count", COUNT, [(0, "a", "u"), (1, "b", "u"), (2, "a", "u")], []),
    ("values repeat", VALUES, [(0, "a", "x"), (1, "a", "y"), (2, "a", "x"), (3, "a", "y")], []),
    ("distinct values", VALUES, [(0, "a", "x"), (1, "a", "y"), (10, "a", "z")], [(0, 10, 3)]),
    ("a value left the window", VALUES, [(0, "a", "x"), (1, "a", "y"), (10.1, "a", "z")], []),
    (
        "a value seen again stays in it",
        VALUES,
        [(0, "a", "x"), (5, "a", "x"), (6, "a", "y"), (12, "a", "z")],
        [(5, 12, 3)],
    ),
    ("both, in any order", BOTH, [(0, "b", "u"), (10, "a", "u")], [(0, 10, 2)]),
    ("both, too far apart", BOTH, [(0, "b", "u"), (10.1, "a", "u")], []),
    ("one after the other", ORDER, [(0, "a", "u"), (10, "b", "u")], [(0, 10, 2)]),
    ("in the wrong order", ORDER, [(0, "b", "u"), (5, "a", "u")], []),
    ("the latest beginning", ORDER, [(0, "a", "u"), (5, "a", "u"), (12, "b", "u")], [(5, 12, 2)]),
    ("a sum", SUM, [(0, "a", 60), (10, "a", 41)], [(0, 10, 2)]),
    ("a sum on the bound", SUM, [(0, "a", 60), (10, "a", 40)], []),
    ("a sum out of the window", SUM, [(0, "a", 60), (10.1, "a", 41)], []),
    ("a mean", MEAN, [(0, "a", 10), (5, "a", 90)], [(0, 5, 2)]),
    ("a mean below", MEAN, [(0, "a", 10), (5, "a", 89)], []),
    ("the middle of three", MIDDLE, [(0, "a", 1), (1, "a", 2), (2, "a", 99)], []),
    ("the middle has moved", MIDDLE, [(0, "a", 1), (1, "a", 70), (2, "a", 99)], [(0, 2, 3)]),
]  # fmt: skip


class Play(Protocol):
    """A scene, as far as the ways to play it need it."""

    ruleset: RuleSet
    correlator: Correlator

    def chunk(self, *batches: Sequence[Event]) -> list[Alert]: ...

    def events(self, *events: Event) -> list[Alert]: ...


def event(row: Row) -> Event:
    second, what, more = row
    name = "bytes" if isinstance(more, int) else "user"
    return second, {"did": what, "src_ip": "192.0.2.9", name: more}


def together(play: Play, rows: list[Row]) -> None:
    play.chunk([event(row) for row in rows])


def one_by_one(play: Play, rows: list[Row]) -> None:
    play.events(*map(event, rows))


def after_a_restart(play: Play, rows: list[Row]) -> None:
    for row in rows:
        play.chunk([event(row)])
        state = play.correlator.snapshot()
        play.correlator = Correlator(play.ruleset)
        play.correlator.restore(state)


@pytest.mark.parametrize("way", [together, one_by_one, after_a_restart])
@pytest.mark.parametrize(
    ("rule", "rows", "told"),
    [example[1:] for example in EXAMPLES],
    ids=[example[0] for example in EXAMPLES],
)
def test_an_example(
    scene: Scene, way: Callable[[Play, list[Row]], None], rule: str, rows: list[Row], told: Told
) -> None:
    play = scene(BASES, rule)
    way(play, rows)
    assert [
        (one.first, one.last, one.count) for one in play.end() if one.title == "The rule"
    ] == told


LATE: list[tuple[str, float, Told]] = [
    ("by no more than the lateness", 7, [(5, 12, 3)]),
    ("to the very bound", 2, [(2, 12, 3)]),
    ("by more: a time of its own", -30, []),
]


@pytest.mark.parametrize(
    ("second", "told"), [late[1:] for late in LATE], ids=[late[0] for late in LATE]
)
def test_a_late_event(scene: Scene, second: float, told: Told) -> None:
    play = scene(BASES, COUNT, lateness=10)
    for row in ((5, "a", "u"), (12, "a", "u"), (second, "a", "u")):
        play.chunk([event(row)])
    assert [(one.first, one.last, one.count) for one in play.end()] == told
    assert play.correlator.statistics.late == (0 if told else 1)


def test_state_is_plain_to_see_and_bounded(scene: Scene) -> None:
    play = scene(BASES, COUNT, most_groups=32)
    for number in range(100):
        play.chunk([(number, {"did": "a", "src_ip": f"192.0.2.{number}"})])
    state = play.correlator.snapshot()
    assert len(play.correlator) == len(state.groups) <= 32
    assert state.statistics.evicted >= 68
    newest = max(state.groups, key=lambda kept: kept.group.newest)
    assert newest.key == ["192.0.2.99"]
    assert len(newest.group.kept) == 1


def test_an_open_alert_is_told_as_it_stands(scene: Scene) -> None:
    play = scene(BASES, COUNT)
    together(play, [(second, "a", "u") for second in range(5)])
    (alert,) = play.correlator.open_alerts()
    assert (alert.state, alert.count) == (AlertState.OPEN, 5)
