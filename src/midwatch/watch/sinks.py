"""Where the pipeline's alerts and events go: the incidents' services, and the lake."""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.detection import Alert
from midwatch.events.batch import ParseFailure
from midwatch.incidents import Incidents, signal_of
from midwatch.lake import LakeWriter, Placed
from midwatch.watch.feeds import PLACE_BITS, FeedEvents, offset_of


class IncidentSink:
    """Files alerts as incidents; see ``pipeline.AlertSink``."""

    def __init__(self, incidents: Incidents) -> None:
        self._incidents = incidents

    def take(self, tenant: str, alerts: Sequence[Alert], now: int) -> None:
        """Record alerts of one tenant; the same again changes nothing."""
        self._incidents.record([signal_of(tenant, alert) for alert in alerts], now)


class LakeSink:
    """Writes events to the lake; see ``pipeline.EventSink``."""

    def __init__(self, writer: LakeWriter) -> None:
        self._writer = writer

    def committed(self, application: str) -> int:
        """The offset that was committed last."""
        return self._writer.last_offset(application)

    def commit(self, events: Sequence[FeedEvents], application: str, offset: int) -> None:
        """Write events; on return they are on disk."""
        self._writer.commit(
            [placed for each in events for placed in placed_of(each)], application, offset
        )


def placed_of(events: FeedEvents) -> list[Placed]:
    """The events as the lake takes them: those of each parcel apart."""
    mask = (1 << PLACE_BITS) - 1
    placed = []
    for batch in events.batches:
        rows: dict[int, list[int]] = {}
        for row, line in enumerate(batch.lines):
            rows.setdefault(offset_of(line), []).append(row)
        for delivery, theirs in rows.items():
            own = batch.take(theirs)
            own.lines = [(line & mask) + 1 for line in own.lines]
            placed.append(
                Placed(
                    events.tenant, events.office, events.feed, events.received[delivery], own,
                    delivery=delivery,
                )
            )  # fmt: skip
    unread: dict[int, list[ParseFailure]] = {}
    for failure in events.failures:
        own_line = ParseFailure((failure.line & mask) + 1, failure.reason, failure.raw)
        unread.setdefault(offset_of(failure.line), []).append(own_line)
    for delivery, failures in unread.items():
        placed.append(
            Placed(
                events.tenant, events.office, events.feed, events.received[delivery],
                failures=failures, delivery=delivery,
            )
        )  # fmt: skip
    return placed
