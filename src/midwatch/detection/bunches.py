"""The matched events of one chunk, in order of time, and gathered by what they have in common.

A ``Feed`` holds all events of a chunk that some rules matched: rows of several batches,
which may overlap in time, are merged into order of time, then of line. That and the
gathering by fields are done once for all correlations that ask for the same. A ``Bunch``
is what belongs to one group. An event without a time counts at the latest time seen
before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Final, TypeVar

from msgspec import Struct

from midwatch.detection.fields import FieldNames, Place
from midwatch.events.batch import Constant, EventBatch, zip_columns
from midwatch.events.source import Value

Item = TypeVar("Item")
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
    known = [time for time in times if time is not None]
    if len(known) == len(times):
        return known
    filled: list[int] = []
    for time in times:
        if time is not None and time > latest:
            latest = time
        filled.append(latest if time is None else time)
    return filled


Part = tuple[ChunkBatch, Sequence[int], str]
"""Rows of one batch that one rule (its id) matched."""
Fields = Mapping[str, tuple[str, ...]]
"""For each rule the fields to look at; empty: the rule itself is what is looked at."""


class Feed:
    """Events of a chunk that some rules matched, in order of time, then line."""

    def __init__(self, parts: Sequence[Part], *, keep_rules_apart: bool) -> None:
        """``keep_rules_apart``: an event counts once for every rule that matched it."""
        self._parts = parts
        self._order: list[tuple[int, int, int, int]] | None = None
        if len(parts) == 1 and parts[0][0].ordered:
            chunk, rows, _ = parts[0]
            self.times: Sequence[int] = _picked(chunk.times, rows)
        else:
            self._order = _ordered(parts, keep_rules_apart=keep_rules_apart)
            self.times = [event[0] for event in self._order]
        self._columns: dict[tuple[str, ...], Sequence[Value] | Constant] = {}
        self._cells: dict[object, Sequence[Value]] = {}
        self._groups: dict[object, Mapping[Key, Sequence[int]]] = {}
        self._glimpses: Sequence[Glimpse] | None = None

    @property
    def glimpses(self) -> Sequence[Glimpse]:
        """What to remember of each event."""
        if self._glimpses is None:
            self._glimpses = self._gathered([part[0].glimpses for part in self._parts])
        return self._glimpses

    def _gathered(self, columns: Sequence[Sequence[Item]]) -> Sequence[Item]:
        """One value per event, from one column for each part."""
        if self._order is None:
            return _picked(columns[0], self._parts[0][1])
        return [columns[number][row] for _, _, number, row in self._order]

    def _column(self, names: tuple[str, ...]) -> Sequence[Value] | Constant:
        """The values of a field that each part, in order, calls by one of the names."""
        known = self._columns.get(names)
        if known is None:
            columns = [part[0].column(name) for part, name in zip(self._parts, names, strict=True)]
            first = columns[0]
            if isinstance(first, Constant) and all(column == first for column in columns):
                known = first
            else:
                known = self._gathered(
                    [
                        [column.value] * len(part[0].times)
                        if isinstance(column, Constant)
                        else column
                        for part, column in zip(self._parts, columns, strict=True)
                    ]
                )
            self._columns[names] = known
        return known

    def _named(self, fields: Fields) -> list[Sequence[Value] | Constant]:
        """The columns of the fields, one after the other."""
        by_part = [fields[part[2]] for part in self._parts]
        return [self._column(names) for names in zip(*by_part, strict=True)]

    def cells(self, fields: Fields) -> Sequence[Value]:
        """What each event holds in the fields; its rule where none are named.

        Several fields are joined into one text; None where one is absent.
        """
        asked = tuple(fields.get(part[2]) for part in self._parts)
        known = self._cells.get(asked)
        if known is None:
            length = len(self.times)
            if not fields:
                known = self._gathered([[part[2]] * len(part[0].times) for part in self._parts])
            else:
                columns = [
                    [column.value] * length if isinstance(column, Constant) else column
                    for column in self._named(fields)
                ]
                known = columns[0]
                if len(columns) > 1:
                    known = [_together(values) for values in zip(*columns, strict=True)]
            self._cells[asked] = known
        return known

    def groups(self, fields: Fields) -> Mapping[Key, Sequence[int]]:
        """Numbers of the events by their values of the fields; who lacks one is in no group."""
        asked = tuple(fields[part[2]] for part in self._parts)
        known = self._groups.get(asked)
        if known is None:
            known = self._groups[asked] = _grouped(range(len(self.times)), self._named(fields))
        return known

    def plain_groups(self) -> Mapping[Key, Sequence[int]]:
        """Numbers of the events by (name, value) of the first of source address, user, host."""
        left: Sequence[int] = range(len(self.times))
        groups: dict[Key, Sequence[int]] = {}
        for label, names in PLAIN_GROUPS:
            for name in names:
                column = self._column((name,) * len(self._parts))
                found = _grouped(left, [column]) if left else {}
                for (value,), some in found.items():
                    known = groups.get((label, value), ())
                    groups[label, value] = sorted((*known, *some)) if known else some
                if sum(map(len, found.values())) == len(left):
                    left = ()
                elif found:
                    seen = {spot for some in found.values() for spot in some}
                    left = [spot for spot in left if spot not in seen]
        if left:
            groups[()] = left
        return groups


def _ordered(parts: Sequence[Part], *, keep_rules_apart: bool) -> list[tuple[int, int, int, int]]:
    """(time, line, number of the part, row) of all events, in order."""
    merged: list[tuple[int, int, int, int]] = []
    for number, (chunk, rows, _) in enumerate(parts):
        merged.extend(
            zip(_picked(chunk.times, rows), _picked(chunk.batch.lines, rows), repeat(number), rows)
        )
    if not keep_rules_apart and len({id(part[0]) for part in parts}) < len(parts):
        events = {(id(parts[event[2]][0]), event[3]): event for event in merged}
        merged = list(events.values())
    merged.sort()
    return merged


def _grouped(
    spots: Sequence[int], columns: Sequence[Sequence[Value] | Constant]
) -> Mapping[Key, Sequence[int]]:
    if any(column.value is None for column in columns if isinstance(column, Constant)):
        return {}
    if all(isinstance(column, Constant) for column in columns):
        key = tuple(column.value for column in columns if isinstance(column, Constant))
        return {key: spots}
    groups: dict[object, list[int]] = {}
    if len(columns) == 1:
        only = columns[0]
        cells = () if isinstance(only, Constant) else _picked(only, spots)
        for spot, value in zip(spots, cells, strict=True):
            if value in groups:
                groups[value].append(spot)
            else:
                groups[value] = [spot]
        groups.pop(None, None)
        return {(value,): some for value, some in groups.items()}  # type: ignore[misc]  # keys are single
    rows = [
        repeat(column.value) if isinstance(column, Constant) else _picked(column, spots)
        for column in columns
    ]
    keyed: dict[Key, list[int]] = {}
    for spot, key in zip(spots, zip(*rows, strict=False), strict=False):
        if key in keyed:
            keyed[key].append(spot)
        else:
            keyed[key] = [spot]
    return {key: some for key, some in keyed.items() if None not in key}


def _picked(column: Sequence[Item], rows: Sequence[int]) -> Sequence[Item]:
    """The cells of some rows; the column itself where that is all of them."""
    if isinstance(rows, range) and len(rows) == len(column):
        return column
    return [column[row] for row in rows]


def _together(values: Sequence[Value]) -> str | None:
    return None if None in values else "\x1f".join(map(str, values))


class Inflow:
    """A feed as one stream looks at it: times, what to remember, and what is counted."""

    __slots__ = ("columns", "glimpses", "times")

    def __init__(self, feed: Feed, counted: Sequence[Fields]) -> None:
        """``counted``: for each column the fields that make it; see ``Feed.cells``."""
        self.times = feed.times
        self.glimpses = feed.glimpses
        self.columns = [feed.cells(fields) for fields in counted]


class Bunch:
    """Events of one group, in order."""

    __slots__ = ("_glimpses", "_spots", "columns", "times")

    def __init__(self, inflow: Inflow, spots: Sequence[int]) -> None:
        self._glimpses = inflow.glimpses
        self._spots = spots
        self.times = [inflow.times[spot] for spot in spots]
        self.columns = [[column[spot] for spot in spots] for column in inflow.columns]

    def glimpse(self, number: int) -> Glimpse:
        """What to remember of an event."""
        return self._glimpses[self._spots[number]]
