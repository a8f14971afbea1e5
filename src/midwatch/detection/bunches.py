"""Matched rows, gathered by what they have in common: one ``Bunch`` per group and chunk.

Gathering is done once for all correlations that look at the same rows by the same
fields. Rows of several batches, which may overlap in time, are merged into order of
time, then of line. An event without a time counts at the latest time seen before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Final

from msgspec import Struct

from midwatch.detection.fields import FieldNames, Place
from midwatch.events.batch import Constant, EventBatch, zip_columns
from midwatch.events.source import Value

Key = tuple[Value, ...]
SAMPLED: Final[tuple[str, ...]] = (
    "src_ip", "src_host", "user", "dst_ip", "dst_host", "dst_port", "service", "host", "url_path",
    "signature", "query_name", "mail_from", "mail_to", "country", "process", "file", "domain",
    "reason", "protocol", "Image", "CommandLine", "TargetFilename", "TargetObject",
)  # fmt: skip
"""Fields of which alerts keep samples, where events have them."""
PLAIN_GROUPS: Final = (
    ("src_ip", ("src_ip",)),
    ("user", ("user", "User", "TargetUserName")),
    ("host", ("host", "Computer")),
)
"""What alerts of plain rules are grouped by: the first that an event has."""


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
        self.origin = origin
        self.times = _filled(batch.times, latest)
        self.ordered = sorted(self.times) == self.times
        self._columns: dict[str, Sequence[Value] | Constant] = {}
        self._names: FieldNames | None = None
        self._groups: dict[object, Mapping[Key, Sequence[int]]] = {}
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
            shape = Shape(self.origin, names, fixed)
            samples = zip_columns({name: batch.columns[name] for name in names}, len(batch))
            self._glimpses = list(zip(self.times, batch.lines, repeat(shape), samples))
        return self._glimpses

    def groups(self, rows: Sequence[int], fields: tuple[str, ...]) -> Mapping[Key, Sequence[int]]:
        """The rows by their values of the fields; a row that lacks one is in no group."""
        asked = (_identity(rows), fields)
        known = self._groups.get(asked)
        if known is None:
            known = self._grouped(rows, [self.column(field) for field in fields])
            self._groups[asked] = known
        return known

    @staticmethod
    def _grouped(
        rows: Sequence[int], columns: Sequence[Sequence[Value] | Constant]
    ) -> Mapping[Key, Sequence[int]]:
        varying = [column for column in columns if not isinstance(column, Constant)]
        if any(column.value is None for column in columns if isinstance(column, Constant)):
            return {}
        if not varying:
            return {tuple(_cell(column, 0) for column in columns): rows}
        groups: dict[Key, list[int]] = {}
        if len(columns) == 1:
            single: dict[Value, list[int]] = {}
            for row, value in zip(rows, _picked(varying[0], rows), strict=True):
                if value in single:
                    single[value].append(row)
                else:
                    single[value] = [row]
            single.pop(None, None)
            return {(value,): some for value, some in single.items()}
        cells = [
            repeat(column.value) if isinstance(column, Constant) else _picked(column, rows)
            for column in columns
        ]
        for row, key in zip(rows, zip(*cells, strict=False), strict=False):
            if key in groups:
                groups[key].append(row)
            else:
                groups[key] = [row]
        return {key: some for key, some in groups.items() if None not in key}

    def plain_groups(self, rows: Sequence[int]) -> Mapping[Key, Sequence[int]]:
        """The rows by (name, value) of the first of source address, user and host they have."""
        asked = (_identity(rows), None)
        known = self._groups.get(asked)
        if known is None:
            known = self._plainly_grouped(rows)
            self._groups[asked] = known
        return known

    def _plainly_grouped(self, rows: Sequence[int]) -> Mapping[Key, Sequence[int]]:
        left = rows
        groups: dict[Key, Sequence[int]] = {}
        for label, names in PLAIN_GROUPS:
            for name in names:
                found = self._grouped(left, [self.column(name)]) if left else {}
                for (value,), some in found.items():
                    known = groups.get((label, value), ())
                    groups[label, value] = sorted((*known, *some)) if known else some
                if sum(map(len, found.values())) == len(left):
                    left = ()
                elif found:
                    seen = {row for some in found.values() for row in some}
                    left = [row for row in left if row not in seen]
        if left:
            groups[()] = left
        return groups


def _filled(times: Sequence[int | None], latest: int) -> list[int]:
    """The times, with the latest before them where there is none."""
    known = [time for time in times if time is not None]
    if len(known) == len(times):
        return known
    filled: list[int] = []
    for time in times:
        if time is not None and time > latest:
            latest = time
        filled.append(latest if time is None else time)
    return filled


def _picked(column: Sequence[Value], rows: Sequence[int]) -> Sequence[Value]:
    if isinstance(rows, range) and len(rows) == len(column):
        return column
    return [column[row] for row in rows]


def _cell(column: Sequence[Value] | Constant, row: int) -> Value:
    return column.value if isinstance(column, Constant) else column[row]


def _identity(rows: Sequence[int]) -> object:
    """What tells rows apart: a range by its bounds, anything else by being itself."""
    return rows if isinstance(rows, range) else id(rows)


Part = tuple[ChunkBatch, Sequence[int], str]
"""Rows of one batch that one rule (its id) matched and that belong to one group."""


class Bunch:
    """Events of one group in order of time, then line."""

    __slots__ = ("_merged", "_parts", "times")

    def __init__(self, parts: Sequence[Part], *, keep_rules_apart: bool) -> None:
        """``keep_rules_apart``: an event counts once for every rule that matched it."""
        self._parts = parts
        self._merged: list[tuple[int, int, int, int]] | None = None
        if len(parts) == 1:
            chunk, rows, _ = parts[0]
            if len(rows) == 1:
                self.times: Sequence[int] = (chunk.times[rows[0]],)
                return
            if chunk.ordered:
                self.times = _picked_times(chunk.times, rows)
                return
        self._merge(keep_rules_apart=keep_rules_apart)

    def _merge(self, *, keep_rules_apart: bool) -> None:
        merged: list[tuple[int, int, int, int]] = []
        for number, (chunk, rows, _) in enumerate(self._parts):
            times, lines = chunk.times, chunk.batch.lines
            merged.extend([(times[row], lines[row], number, row) for row in rows])
        if not keep_rules_apart and len({id(part[0]) for part in self._parts}) < len(self._parts):
            events = {(id(self._parts[event[2]][0]), event[3]): event for event in merged}
            merged = list(events.values())
        merged.sort()
        self._merged = merged
        self.times = [event[0] for event in merged]

    def __len__(self) -> int:
        """Number of events."""
        return len(self.times)

    def glimpse(self, spot: int) -> Glimpse:
        """What to remember of an event."""
        if self._merged is None:
            chunk, rows, _ = self._parts[0]
            return chunk.glimpses[rows[spot]]
        _, _, number, row = self._merged[spot]
        return self._parts[number][0].glimpses[row]

    def values(self, fields: Mapping[str, tuple[str, ...]]) -> Sequence[str | int | None]:
        """What each event holds in the fields that its rule has; its rule where none are named.

        Several fields are joined into one text; None where one is absent.
        """
        if self._merged is None:
            chunk, rows, rule = self._parts[0]
            return _values(chunk, rows, fields[rule]) if fields else [rule] * len(rows)
        found: list[str | int | None] = []
        for _, _, number, row in self._merged:
            chunk, _, rule = self._parts[number]
            found.append(_values(chunk, (row,), fields[rule])[0] if fields else rule)
        return found


def _picked_times(times: Sequence[int], rows: Sequence[int]) -> Sequence[int]:
    if isinstance(rows, range) and len(rows) == len(times):
        return times
    return [times[row] for row in rows]


def _values(
    chunk: ChunkBatch, rows: Iterable[int], fields: tuple[str, ...]
) -> Sequence[str | int | None]:
    if len(fields) == 1:
        column = chunk.column(fields[0])
        if isinstance(column, Constant):
            return [column.value for _ in rows]
        return [column[row] for row in rows]
    columns = [chunk.column(field) for field in fields]
    return [_together([_cell(column, row) for column in columns]) for row in rows]


def _together(values: Sequence[Value]) -> str | None:
    return None if None in values else "\x1f".join(map(str, values))
