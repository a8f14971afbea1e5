"""Correlations over correlations: alerts as events for those that wait for them.

An alert is an event at its beginning. Where its burst goes on, it is one again for each
minute in which it does: those who wait for what comes after it wait for its end, not its
beginning. Minutes are of event time, so the cut into chunks makes no difference beyond them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from midwatch.detection.alerts import Alert
from midwatch.detection.chunks import ChunkBatch
from midwatch.detection.groups import Group, group_mapping
from midwatch.detection.inflows import Inflow, Key
from midwatch.detection.streams import Stream
from midwatch.events.batch import EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Value

_MINUTE: Final = 60_000_000
_DERIVED: Final = Form((), {})


class Step(NamedTuple):
    """A moment at which the condition of a correlation held, as an event for others."""

    rule: str
    group: Mapping[str, Value]
    time: int
    line: int


def first_step(alert: Alert) -> Step:
    """The beginning of an alert."""
    line = alert.evidence[-1].line if alert.evidence else 0
    return Step(alert.rule.id, alert.group, alert.last or 0, line)


def further_steps(
    stream: Stream,
    chained: Sequence[int],
    key: Key,
    group: Group,
    seen: tuple[Inflow, Sequence[int]],
) -> Iterator[Step]:
    """The minutes in which open alerts went on with the events seen.

    ``chained`` are the numbers of the subjects that serve others.
    """
    inflow, spots = seen
    for number in chained:
        alert = group.alerts[number]
        if alert is None:
            continue
        minutes: dict[int, int] = {}
        for spot in spots:
            time = inflow.times[spot]
            if alert.first < time <= alert.last:
                minutes.setdefault(time // _MINUTE, spot)
        rule, mapping = stream.subjects[number].rule.id, group_mapping(stream, key)
        for spot in minutes.values():
            time, line, _, _ = inflow.glimpses[spot]
            yield Step(rule, mapping, time, line)


def events_of(steps: Sequence[Step], latest: int, origin: str) -> dict[str, ChunkBatch]:
    """The steps as one batch of events for each correlation they come from."""
    by_rule: dict[str, list[Step]] = {}
    for step in steps:
        by_rule.setdefault(step.rule, []).append(step)
    return {rule: ChunkBatch(_batch(some), latest, origin) for rule, some in by_rule.items()}


def _batch(steps: Sequence[Step]) -> EventBatch:
    blank = [""] * len(steps)
    return EventBatch(
        source="correlation",
        logsource=Logsource(),
        form=_DERIVED,
        lines=[step.line for step in steps],
        times=[step.time for step in steps],
        columns={name: [step.group[name] for step in steps] for name in steps[0].group},
        constants={},
        raws=blank,
        messages=blank,
    )
