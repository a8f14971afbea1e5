"""Parcels of raw lines in, event batches out: the reading half of the pipeline.

Each feed has a ``LineReader`` of its own, since sessions and clocks are its own. The
parcels of a feed that came in one go are read together, which costs a fraction of reading
them one by one. A line keeps a number that names it for ever: the offset of its parcel in
the spool and its place there (``line_number``), so that a replay names it the same. What the
lines of a session carry over to later ones is part of the checkpoint, so that a replay reads
them the same too.

Whatever is wrong with a line, or with what reads it, the line is kept: as an event, or as one
that was not understood.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from midwatch.events.batch import EventBatch, ParseFailure
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.sessions import Kept, SessionMemory
from midwatch.events.source import Source
from midwatch.events.timestamps import ClockContext
from midwatch.intake.parcels import Parcel, Spooled
from midwatch.watch.rhythm import DAY

PLACE_BITS: Final = 17
"""Bits of a line's number that tell its place in the parcel."""
SESSIONS: Final = "_sessions/"
"""What the names of kept sessions begin with."""
_MOST_READERS: Final = 4_096
_DEFECT: Final = "Midwatch failed to read it; please report this line"
_LOG: Final = logging.getLogger(__name__)
_FeedKey = tuple[str, str, str]
"""Tenant, feed and product."""


def line_number(offset: int, place: int) -> int:
    """The number of a line: its parcel's offset and its place there, from 0."""
    return offset << PLACE_BITS | place


def offset_of(number: int) -> int:
    """The offset of the parcel that a line came in."""
    return number >> PLACE_BITS


def place_of(number: int) -> int:
    """The place of a line in its parcel, from 1, as the lake has it."""
    return (number & ((1 << PLACE_BITS) - 1)) + 1


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

    def settled(self) -> FeedEvents:
        """The same with all columns made, for use by another thread than the reader's."""
        batches = [
            batch if _is_made(batch) else batch.take(range(len(batch))) for batch in self.batches
        ]
        return replace(self, batches=batches)

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


def _is_made(batch: EventBatch) -> bool:
    """Whether nothing of a batch is worked out only when it is asked for."""
    if type(batch.columns) is not dict:
        return False
    parts = (batch.times, batch.raws, batch.messages, *batch.columns.values())
    return all(type(part) in (list, tuple) for part in parts)


class FeedReaders:
    """The readers of all feeds, as many as fit; the idlest are forgotten first."""

    def __init__(
        self,
        zones: Mapping[str, str],
        remembered: Callable[[str], bytes | None] = lambda _name: None,
    ) -> None:
        """``zones``: IANA zone by feed id; UTC where none is named.

        ``remembered``: gives what ``memories`` said, by name.
        """
        self.zones = zones
        self._remembered = remembered
        self._recogniser = Recogniser(all_sources())
        self._products: dict[str, Source] = {source.name: source for source in all_sources()}
        self._readers: OrderedDict[tuple[_FeedKey, int, str], LineReader] = OrderedDict()
        self._sessions: dict[_FeedKey, SessionMemory] = {}
        self._heard: set[_FeedKey] = set()

    def read(self, spooled: Iterable[Spooled]) -> list[FeedEvents]:
        """Read parcels, those of one feed together."""
        together: dict[_FeedKey, list[Spooled]] = {}
        for each in spooled:
            parcel = each.parcel
            together.setdefault((parcel.tenant, parcel.feed, parcel.product), []).append(each)
        return [
            events
            for key, theirs in together.items()
            for day in _days(theirs)
            for events in self._read_feed(key, day)
        ]

    def memories(self) -> dict[str, bytes]:
        """What the sessions of feeds heard since the last call carry over, by name."""
        heard, self._heard = self._heard, set()
        return {
            _name(key): msgspec.msgpack.encode(self._sessions[key].snapshot())
            for key in heard
            if len(self._sessions[key])
        }

    def _read_feed(self, key: _FeedKey, spooled: Sequence[Spooled]) -> list[FeedEvents]:
        parcel = spooled[0].parcel
        lines: list[str] = []
        numbers: list[int] = []
        size = 0
        for each in spooled:
            raws = each.parcel.lines
            lines.extend(map(_decoded, raws))
            first = line_number(each.offset, 0)
            numbers.extend(range(first, first + len(raws)))
            size += sum(map(len, raws))
        if not lines:
            return []
        try:
            result = self._reader(key, parcel).read(lines, 0)
            batches, failures = result.batches, result.failures
        except Exception:  # noqa: BLE001  # one line must not stop all others for ever
            _LOG.exception("a reader failed; its lines are kept as they are")
            batches = []
            failures = [ParseFailure(spot, _DEFECT, line) for spot, line in enumerate(lines)]
        for batch in batches:
            batch.lines = [numbers[spot] for spot in batch.lines]
        return [
            FeedEvents(
                parcel.tenant,
                parcel.office,
                parcel.feed,
                {each.offset: each.parcel.received for each in spooled},
                batches,
                [ParseFailure(numbers[each.line], each.reason, each.raw) for each in failures],
                len(lines),
                size,
            )
        ]

    def _reader(self, feed: _FeedKey, parcel: Parcel) -> LineReader:
        # A stamp without a year is completed from the day of its receipt, so a reader lasts a
        # day; a changed zone needs another reader too.
        zone = self.zones.get(parcel.feed, "") or "UTC"
        key = (feed, parcel.received // DAY, zone)
        self._heard.add(feed)
        reader = self._readers.get(key)
        if reader is None:
            context = ClockContext(reference=(key[1] + 1) * DAY, zone=_zone(zone))
            reader = LineReader(
                (),
                context,
                preferred=self._products.get(parcel.product),
                recogniser=self._recogniser,
                sessions=self._memory(feed),
            )
            self._readers[key] = reader
            if len(self._readers) > _MOST_READERS:
                self._readers.popitem(last=False)
        else:
            self._readers.move_to_end(key)
        return reader

    def _memory(self, feed: _FeedKey) -> SessionMemory:
        memory = self._sessions.get(feed)
        if memory is None:
            memory = self._sessions[feed] = SessionMemory()
            kept = self._remembered(_name(feed))
            if kept is not None:
                try:
                    memory.restore(msgspec.msgpack.decode(kept, type=list[Kept]))
                except msgspec.MsgspecError as error:
                    _LOG.warning("the sessions of %s could not be read: %s", feed[1], error)
        return memory


def _days(spooled: Sequence[Spooled]) -> Iterable[Sequence[Spooled]]:
    """Parcels of each day of receipt by themselves."""
    by_day: dict[int, list[Spooled]] = {}
    for each in spooled:
        by_day.setdefault(each.parcel.received // DAY, []).append(each)
    return by_day.values()


def _name(feed: _FeedKey) -> str:
    """Under which a feed's sessions are kept; no tenant's id begins so."""
    return f"{SESSIONS}{'/'.join(feed)}"


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
