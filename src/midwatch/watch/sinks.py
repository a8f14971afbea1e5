"""Where the pipeline's events go: the lake."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from midwatch.events.batch import EventBatch, ParseFailure
from midwatch.lake import LakeWriter, Placed
from midwatch.watch.feeds import FeedEvents, offset_of, place_of

__all__ = ["LakeSink", "placed_of"]


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
    """The events as the lake takes them, each row with the parcel that it came in."""
    placed = []
    for batch in events.batches:
        own = copy(batch)
        own.lines = [place_of(line) for line in batch.lines]
        placed.append(_placed(events, batch.lines, batch=own))
    if events.failures:
        failures = [
            ParseFailure(place_of(failure.line), failure.reason, failure.raw)
            for failure in events.failures
        ]
        placed.append(
            _placed(events, [failure.line for failure in events.failures], failures=failures)
        )
    return placed


def _placed(
    events: FeedEvents,
    lines: Sequence[int],
    *,
    batch: EventBatch | None = None,
    failures: Sequence[ParseFailure] = (),
) -> Placed:
    deliveries = [offset_of(line) for line in lines]
    receipts = [events.received[delivery] for delivery in deliveries]
    return Placed(
        events.tenant, events.office, events.feed, receipts[0], batch, failures,
        deliveries=deliveries, receipts=receipts,
    )  # fmt: skip
