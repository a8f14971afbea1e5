"""Correlations over correlations: alerts as events for those that wait for them.

An alert is an event at its beginning. Where its burst goes on, it is one again for each
minute in which it does: those who wait for what comes after it wait for its end, not its
beginning. Minutes are of event time, so the cut into chunks makes no difference beyond them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import repeat
from typing import Final

from midwatch.detection.alerts import Alert
from midwatch.detection.bunches import Inflow
from midwatch.detection.chunks import ChunkBatch
from midwatch.detection.groups import Group
from midwatch.detection.inflows import Key
from midwatch.detection.streams import Stream
from midwatch.events.batch import EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form

_MINUTE: Final = 60_000_000
_DERIVED: Final = Form((), {})


class Steps:
    """Moments at which the conditions of a stream's correlations held, as events for others."""

    def __init__(self, stream: Stream) -> None:
        """None yet."""
        self._stream = stream
        self._by_rule: dict[str, tuple[list[int], list[int], list[Key]]] = {}

    def begin(self, alert: Alert, key: Key) -> None:
        """Note the beginning of an alert."""
        line = alert.evidence[-1].line if alert.evidence else 0
        self._note(alert.rule.id, [alert.last or 0], [line], key)

    def go_on(
        self, chained: Sequence[int], key: Key, group: Group, inflow: Inflow, places: range
    ) -> None:
        """Note the minutes in which open alerts went on with the events seen.

        ``chained`` are the numbers of the subjects that serve others.
        """
        times = inflow.times
        for number in chained:
            alert = group.alerts[number]
            if alert is None:
                continue
            start = bisect_right(times, alert.first, places.start, places.stop)
            stop = bisect_right(times, alert.last, start, places.stop)
            minutes = [time // _MINUTE for time in times[start:stop]]
            # Of the events of one minute the first, which comes last backwards, remains.
            firsts = sorted(
                dict(zip(reversed(minutes), range(stop, start, -1), strict=True)).values()
            )
            if not firsts:
                continue
            glimpses = inflow.glimpses(range(start, stop))
            lines = [glimpses[place - 1 - start][1] for place in firsts]
            rule = self._stream.subjects[number].rule.id
            self._note(rule, [times[place - 1] for place in firsts], lines, key)

    def _note(self, rule: str, times: list[int], lines: list[int], key: Key) -> None:
        known = self._by_rule.setdefault(rule, ([], [], []))
        known[0].extend(times)
        known[1].extend(lines)
        known[2].extend(repeat(key, len(times)))

    def batches(self, latest: int, origin: str) -> dict[str, ChunkBatch]:
        """The steps as one batch of events for each correlation they come from."""
        names = self._stream.group_by
        return {
            rule: ChunkBatch(_batch(names, times, lines, keys), latest, origin)
            for rule, (times, lines, keys) in self._by_rule.items()
            if times
        }


def _batch(names: Sequence[str], times: list[int], lines: list[int], keys: list[Key]) -> EventBatch:
    blank = [""] * len(times)
    return EventBatch(
        source="correlation",
        logsource=Logsource(),
        form=_DERIVED,
        lines=lines,
        times=times,
        columns=dict(zip(names, map(list, zip(*keys, strict=True)), strict=True)),
        constants={},
        raws=blank,
        messages=blank,
    )
