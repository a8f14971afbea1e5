"""One chunk of matched batches: all their rows in order of time, and columns over all of them.

Rows of several batches, which may overlap in time, are put into order of time, then of
line, once for all rules; a row is then known by its *rank*. An event without a time counts
at the latest time seen before it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import Final, TypeVar, cast

from msgspec import Struct

from midwatch.detection.fields import FieldNames, Place
from midwatch.events.batch import Constant, EventBatch, zip_columns
from midwatch.events.source import Value

Item = TypeVar("Item")
SAMPLED: Final[tuple[str, ...]] = (
    "src_ip", "src_host", "user", "dst_ip", "dst_host", "dst_port", "service", "host", "url_path",
    "signature", "query_name", "mail_from", "mail_to", "country", "process", "file", "domain",
    "reason", "protocol", "Image", "CommandLine", "TargetFilename", "TargetObject",
)  # fmt: skip
"""Fields of which alerts keep samples, where events have them."""


class Shape(Struct, frozen=True):
    """What the glimpses of one batch have in common.

    ``names`` are the fields of the values that vary; ``fixed`` are those that do not.
    """

    origin: str
    names: tuple[str, ...]
    fixed: tuple[tuple[str, Value], ...]


Glimpse = tuple[int, int, Shape, tuple[Value, ...]]
"""What is remembered of an event: time, line, shape, values."""


class ChunkBatch:
    """One batch of a chunk, with what correlation needs of it, each found once."""

    def __init__(self, batch: EventBatch, latest: int, origin: str) -> None:
        """``latest`` is the latest time seen before the batch."""
        self.batch = batch
        self.times = _filled(batch.times, latest)
        self.ordered = sorted(self.times) == self.times
        self._origin = origin
        self._columns: dict[str, Sequence[Value] | Constant] = {}
        self._names: FieldNames | None = None
        self._glimpses: list[Glimpse] | None = None

    def column(self, name: str) -> Sequence[Value] | Constant:
        """The field's values, or the value that never changes."""
        column = self._columns.get(name)
        if column is None:
            column = self.batch.columns.get(name)
            if column is None:
                column = self._find(name)
            self._columns[name] = column
        return column

    def _find(self, name: str) -> Sequence[Value] | Constant:
        batch = self.batch
        if name in batch.constants:
            return Constant(batch.constants[name])
        if self._names is None:
            self._names = FieldNames(
                tuple(batch.columns), batch.constants,
                vendor=batch.form.vendor is not None, source=batch.source,
            )  # fmt: skip
        spot = self._names.spot(name, common_only=True)
        if spot.place is Place.CONSTANT:
            return Constant(spot.value)
        if spot.place is Place.VENDOR:
            return batch.column(name)
        column = batch.own_column(spot.name)
        return Constant(None) if column is None else column

    @property
    def glimpses(self) -> list[Glimpse]:
        """What to remember of each row."""
        if self._glimpses is None:
            batch = self.batch
            names = tuple(name for name in SAMPLED if name in batch.columns)
            fixed = tuple(
                (name, batch.constants[name])
                for name in SAMPLED
                if batch.constants.get(name) is not None
            )
            shape = Shape(self._origin, names, fixed)
            samples = zip_columns({name: batch.columns[name] for name in names}, len(batch))
            self._glimpses = list(zip(self.times, batch.lines, repeat(shape), samples))
        return self._glimpses


def _filled(times: Sequence[int | None], latest: int) -> list[int]:
    """The times, with the latest before them where there is none."""
    if None not in times:
        return list(cast("Sequence[int]", times))
    filled: list[int] = []
    for time in times:
        if time is not None and time > latest:
            latest = time
        filled.append(latest if time is None else time)
    return filled


class Chunk:
    """The rows of some batches, by rank. Columns are made when they are asked for."""

    def __init__(self, batches: Sequence[ChunkBatch]) -> None:
        self._batches = batches
        self._offsets: dict[int, int] = {}
        self._ranks: list[int] | None = None
        self._sequence: list[int] | None = None
        self._columns: dict[str, Sequence[Value] | Constant] = {}
        self._glimpses: Sequence[Glimpse] | None = None
        offset = 0
        for batch in batches:
            self._offsets[id(batch)] = offset
            offset += len(batch.times)
        if len(batches) == 1 and batches[0].ordered:
            self.times: Sequence[int] = array("q", batches[0].times)
        else:
            self.times = array("q", self._sort())

    def _sort(self) -> list[int]:
        """Find the ranks; the times in order."""
        lines = list(chain.from_iterable(batch.batch.lines for batch in self._batches))
        times = list(chain.from_iterable(batch.times for batch in self._batches))
        sequence = sorted(range(len(times)), key=lines.__getitem__)
        sequence.sort(key=times.__getitem__)
        ranks = [0] * len(times)
        for rank, spot in enumerate(sequence):
            ranks[spot] = rank
        self._sequence, self._ranks = sequence, ranks
        return list(map(times.__getitem__, sequence))

    def holds(self, batch: ChunkBatch) -> bool:
        """Whether the batch is one of the chunk's."""
        return id(batch) in self._offsets

    def ranks(self, batch: ChunkBatch, rows: Sequence[int]) -> Sequence[int]:
        """The ranks of some rows of a batch, in no particular order."""
        if self._ranks is None:
            return rows
        offset, ranks = self._offsets[id(batch)], self._ranks
        if isinstance(rows, range):
            return ranks[offset + rows.start : offset + rows.stop]
        return list(map(ranks.__getitem__, map(offset.__add__, rows)))

    def _gathered(self, columns: Iterable[Sequence[Item]]) -> Sequence[Item]:
        """The columns of the batches as one, by rank."""
        if self._sequence is None:
            return next(iter(columns))
        flat = list(chain.from_iterable(columns))
        return list(map(flat.__getitem__, self._sequence))

    @property
    def glimpses(self) -> Sequence[Glimpse]:
        """What to remember of each row."""
        if self._glimpses is None:
            self._glimpses = self._gathered([batch.glimpses for batch in self._batches])
        return self._glimpses

    def column(self, name: str) -> Sequence[Value] | Constant:
        """A field of all rows, or the value that never changes."""
        known = self._columns.get(name)
        if known is None:
            columns = [batch.column(name) for batch in self._batches]
            first = columns[0]
            if isinstance(first, Constant) and all(column == first for column in columns):
                known = first
            else:
                known = self._gathered(
                    [column.value] * len(batch.times) if isinstance(column, Constant) else column
                    for batch, column in zip(self._batches, columns, strict=True)
                )
            self._columns[name] = known
        return known
