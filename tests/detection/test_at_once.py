"""Counting at once is counting one by one: the quick ways give what the plain way gives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.detection import Alert, AlertState, Correlator, Detector
from midwatch.detection.bunches import Bunch, Inflow
from midwatch.detection.chains import Steps
from midwatch.detection.counting import Intake
from midwatch.detection.groups import Group
from midwatch.detection.inflows import Key, Matched
from midwatch.detection.streams import Stream
from midwatch.events.batch import EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form
from midwatch.rules import RuleSet, RuleText, compile_rules

SECOND = 1_000_000
LATENESS = 3
BASES = """
title: Red
name: red
logsource: {category: any}
detection: {it: {colour: red}, condition: it}
---
title: Blue
name: blue
logsource: {category: any}
detection: {it: {colour: blue}, condition: it}
"""
COUNTS = """
---
title: Fast
correlation:
  {type: event_count, rules: [red], group-by: [key], timespan: 4s, condition: {gte: 3}}
---
title: Slow
correlation:
  {type: event_count, rules: [red], group-by: [key], timespan: 9s, condition: {gte: 4}}
---
title: Values
correlation:
  type: value_count
  rules: [red]
  group-by: [key]
  timespan: 5s
  condition: {gte: 3, field: value}
"""
ORDERED = """
---
title: Both
correlation: {type: temporal, rules: [red, blue], group-by: [key], timespan: 3s}
---
title: One after the other
correlation: {type: temporal_ordered, rules: [red, blue], group-by: [key], timespan: 4s}
---
title: Often
name: often
correlation:
  {type: event_count, rules: [red], group-by: [key], timespan: 4s, condition: {gte: 3}}
---
title: Often, then blue
correlation: {type: temporal_ordered, rules: [often, blue], group-by: [key], timespan: 6s}
"""
FIGURES = """
---
title: Sum
correlation:
  type: value_sum
  rules: [red]
  group-by: [key]
  timespan: 4s
  condition: {gt: 4, field: value}
---
title: Mean
correlation:
  type: value_avg
  rules: [red]
  group-by: [key]
  timespan: 5s
  condition: {gte: 2, field: value}
---
title: Few
correlation:
  {type: event_count, rules: [blue], group-by: [key], timespan: 4s, condition: {lte: 2}}
"""


class OneByOne(Correlator):
    """Gives every event to its group alone."""

    def _feed_stream(
        self,
        stream: Stream,
        kept: dict[Key, Group],
        matched: Matched,
        steps: Steps,
        alerts: list[Alert],
    ) -> None:
        arranged = matched.plainly_arranged() if stream.plain else matched.arranged(stream.fields)
        inflow = Inflow(arranged, stream.counted)
        chained = [
            number
            for number, subject in enumerate(stream.subjects)
            if subject.rule.id in self._serving and not subject.waits
        ]
        for key, places in inflow.groups.items():
            if key not in kept:
                kept[key] = Group.new(stream, inflow.times[places[0]], self._chunks)
            group = kept[key]
            group.touched = self._chunks
            for place in places:
                for alert in self._take(stream, key, group, Bunch(inflow, range(place, place + 1))):
                    alerts.append(alert)
                    if alert.rule.id in self._serving and self._fires(alert):
                        steps.begin(alert, key)
            if chained and group.alerts:
                steps.go_on(chained, key, group, inflow, places)


@contextmanager
def nothing_at_once() -> Iterator[None]:
    """No subject takes events without looking at each; no group falls asleep."""
    with (
        patch.object(Intake, "_passes", lambda *_: False),
        patch.object(Intake, "_late_pass", lambda *_: False),
        patch.object(Group, "doze", lambda *_: None),
    ):
        yield


Row = tuple[int, str, str, int]


def alerts_of(
    make: Callable[[], Correlator], ruleset: RuleSet, chunks: list[list[Row]], stops: set[int]
) -> list[tuple[object, ...]]:
    """What closed; ``stops``: chunks before which all is put away and taken up again."""
    detector, correlator = Detector(ruleset), make()
    alerts: list[Alert] = []
    line = 1
    for number, rows in enumerate(chunks):
        if number in stops:
            state = correlator.snapshot()
            correlator = make()
            correlator.restore(state)
        batch = EventBatch(
            "test", Logsource(), Form((), {}), range(line, line + len(rows)),
            [row[0] for row in rows],
            {
                "key": [row[1] for row in rows],
                "colour": [row[2] for row in rows],
                "value": [row[3] for row in rows],
            },
            {}, [""] * len(rows), [""] * len(rows),
        )  # fmt: skip
        line += len(rows)
        alerts += correlator.feed(detector.match_batch(batch), "log")
    alerts += correlator.flush()
    return sorted(
        (
            alert.rule.title, str(alert.group), alert.first, alert.last, alert.count, alert.figure,
            alert.id, tuple(alert.evidence[:5]),
        )
        for alert in alerts
        if alert.state is AlertState.CLOSED
    )  # fmt: skip


@pytest.mark.parametrize("rules", [COUNTS, ORDERED, FIGURES], ids=["counts", "ordered", "figures"])
@settings(max_examples=120)
@given(
    events=st.lists(
        st.tuples(
            st.integers(0, 5),
            st.integers(0, LATENESS),
            st.sampled_from("ab"),
            st.sampled_from(["red", "red", "blue"]),
            st.integers(0, 4),
        ),
        max_size=60,
    ),
    cuts=st.lists(st.integers(1, 60), max_size=5),
    stops=st.sets(st.integers(0, 5), max_size=2),
)
def test_bunches_give_what_single_events_give(
    rules: str,
    events: list[tuple[int, int, str, str, int]],
    cuts: list[int],
    stops: set[int],
) -> None:
    """Times tie, lie on the bounds of the windows, and come late over the cuts of chunks."""
    ruleset = compile_rules([RuleText("rules.yml", (BASES + rules).encode())])
    assert not ruleset.problems
    now, rows = 1_000, []
    for gap, late, key, colour, value in events:
        now += gap
        rows.append(((now - late) * SECOND, key, colour, value))
    edges = [0, *sorted(cuts), len(rows)]
    chunks = [rows[start:stop] for start, stop in pairwise(edges)]
    chunks = [chunk for chunk in chunks if chunk]

    def at_once() -> Correlator:
        return Correlator(ruleset, lateness=LATENESS * SECOND)

    def one_by_one() -> Correlator:
        return OneByOne(ruleset, lateness=LATENESS * SECOND)

    found = alerts_of(at_once, ruleset, chunks, stops)
    with nothing_at_once():
        assert found == alerts_of(one_by_one, ruleset, chunks, set())
