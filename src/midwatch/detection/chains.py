"""Correlations over correlations: alerts as events for those that wait for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from midwatch.detection.alerts import Alert, AlertState
from midwatch.detection.chunks import ChunkBatch
from midwatch.detection.groups import Group, alert_of
from midwatch.detection.inflows import Key
from midwatch.detection.streams import Stream
from midwatch.events.batch import EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Value

_MINUTE: Final = 60_000_000
_DERIVED: Final = Form((), {})


def going_on(
    stream: Stream, chained: Sequence[int], key: Key, group: Group, times: Sequence[int]
) -> Iterator[Alert]:
    """Open alerts that serve other correlations, once for each minute in which they went on.

    A burst that lasts for hours is an event at every step for those who wait for what
    comes after it, not only at its beginning. Minutes are of event time, so the cut into
    chunks makes no difference beyond them.
    """
    for place in chained:
        alert = group.alerts[place]
        if alert is None:
            continue
        minutes: dict[int, int] = {}
        for time in times:
            if alert.first < time <= alert.last:
                minutes.setdefault(time // _MINUTE, time)
        if minutes:
            told = alert_of(stream, stream.subjects[place], key, alert, AlertState.OPEN)
            for time in minutes.values():
                yield msgspec.structs.replace(told, last=time)


def derived(alert: Alert, latest: int) -> ChunkBatch:
    """An alert as an event, for correlations over correlations."""
    columns: dict[str, Sequence[Value]] = {name: [value] for name, value in alert.group.items()}
    origin = alert.evidence[-1] if alert.evidence else None
    batch = EventBatch(
        source="correlation", logsource=Logsource(), form=_DERIVED,
        lines=[origin.line if origin else 0], times=[alert.last], columns=columns, constants={},
        raws=[""], messages=[""],
    )  # fmt: skip
    return ChunkBatch(batch, latest, origin.origin if origin else "")
