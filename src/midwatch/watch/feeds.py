"""Parcels of raw lines in, event batches out: the reading half of the pipeline.

Each feed has a ``LineReader`` of its own, since sessions and clocks are its own. The
parcels of a feed that came in one go are read together, which costs a fraction of reading
them one by one. A line keeps a number that names it for ever: the offset of its parcel in
the spool and its place there (``line_number``), so that a replay names it the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from midwatch.events.batch import EventBatch, ParseFailure
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.source import Source
from midwatch.events.timestamps import ClockContext
from midwatch.intake.parcels import Parcel, Spooled
from midwatch.watch.rhythm import DAY

PLACE_BITS: Final = 17
"""Bits of a line's number that tell its place in the parcel."""
_MOST_READERS: Final = 4_096


def line_number(offset: int, place: int) -> int:
    """The number of a line: its parcel's offset and its place there, from 0."""
    return offset << PLACE_BITS | place


def offset_of(number: int) -> int:
    """The offset of the parcel that a line came in."""
    return number >> PLACE_BITS


@dataclass(frozen=True, slots=True)
class FeedEvents:
    """What some parcels of one feed gave. ``received``: UTC microseconds by parcel offset."""

    tenant: str
    office: str
    feed: str
    received: Mapping[int, int]
    batches: Sequence[EventBatch]
    failures: Sequence[ParseFailure]
    lines: int
    size: int

    @property
    def latest(self) -> int | None:
        """The newest time that an event states."""
        times = [time for batch in self.batches for time in batch.times if time is not None]
        return max(times, default=None)

    @property
    def sample(self) -> dict[str, object]:
        """The newest line: its event, or the reason why it is none."""
        newest = max(self.batches, key=lambda batch: batch.lines[-1], default=None)
        failure = max(self.failures, key=lambda failed: failed.line, default=None)
        if failure is not None and (newest is None or newest.lines[-1] < failure.line):
            return {"failure": failure.reason, "raw": failure.raw}
        if newest is None:
            return {}
        event = next(newest.take([len(newest) - 1]).rows())
        return {**event, "raw": newest.raws[-1]}


class FeedReaders:
    """The readers of all feeds, as many as fit; the idlest are forgotten first."""

    def __init__(self, zones: Mapping[str, str]) -> None:
        """``zones``: IANA zone by feed id; UTC where none is named."""
        self.zones = zones
        self._recogniser = Recogniser(all_sources())
        self._products: dict[str, Source] = {source.name: source for source in all_sources()}
        self._readers: OrderedDict[tuple[str, str, str, int], LineReader] = OrderedDict()

    def read(self, spooled: Iterable[Spooled]) -> list[FeedEvents]:
        """Read parcels, those of one feed together."""
        together: dict[tuple[str, str, str], list[Spooled]] = {}
        for each in spooled:
            parcel = each.parcel
            together.setdefault((parcel.tenant, parcel.feed, parcel.product), []).append(each)
        return [self._read_feed(each) for each in together.values()]

    def _read_feed(self, spooled: Sequence[Spooled]) -> FeedEvents:
        parcel = spooled[0].parcel
        lines: list[str] = []
        numbers: list[int] = []
        size = 0
        for each in spooled:
            raws = each.parcel.lines
            lines.extend(map(_decoded, raws))
            numbers.extend(
                range(line_number(each.offset, 0), line_number(each.offset, 0) + len(raws))
            )
            size += sum(map(len, raws))
        result = self._reader(parcel).read(lines, 0)
        for batch in result.batches:
            batch.lines = [numbers[spot] for spot in batch.lines]
        return FeedEvents(
            parcel.tenant,
            parcel.office,
            parcel.feed,
            {each.offset: each.parcel.received for each in spooled},
            result.batches,
            [
                ParseFailure(numbers[failure.line], failure.reason, failure.raw)
                for failure in result.failures
            ],
            len(lines),
            size,
        )

    def _reader(self, parcel: Parcel) -> LineReader:
        # A stamp without a year is completed from the day of its receipt, so a reader lasts a day.
        key = (parcel.tenant, parcel.feed, parcel.product, parcel.received // DAY)
        reader = self._readers.get(key)
        if reader is None:
            context = ClockContext(
                reference=(key[3] + 1) * DAY, zone=_zone(self.zones.get(parcel.feed, "UTC"))
            )
            reader = LineReader(
                (),
                context,
                forced=self._products.get(parcel.product),
                recogniser=self._recogniser,
            )
            self._readers[key] = reader
            if len(self._readers) > _MOST_READERS:
                self._readers.popitem(last=False)
        else:
            self._readers.move_to_end(key)
        return reader


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _decoded(line: bytes) -> str:
    """The text of a line: UTF-8, or Latin-1 where it is not."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
