"""The matched events of one chunk as one stream looks at them, gathered into groups."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from itertools import accumulate, chain
from typing import Final

from midwatch.detection.chunks import Chunk, ChunkBatch, Glimpse
from midwatch.events.batch import Constant
from midwatch.events.source import Value

Key = tuple[Value, ...]
Part = tuple[ChunkBatch, Sequence[int], str]
"""Rows of one batch that one rule (its id) matched."""
Fields = Mapping[str, tuple[str, ...]]
"""For each rule the fields to look at; empty: the rule itself is what is looked at."""
Column = Sequence[Value] | Constant
PLAIN_GROUPS: Final = (
    ("src_ip", ("src_ip",)),
    ("user", ("user", "User", "TargetUserName")),
    ("host", ("host", "Computer")),
)
"""What alerts of plain rules are grouped by: the first that an event has."""


class Matched:
    """The events of a chunk that some rules matched; shared by the streams they feed.

    ``spots`` number the events in order. Usually a spot is the rank of a row. Where an
    event counts once for each rule, or rules call a field by different names, ``pairs`` holds
    (rank, rule) for each spot.
    """

    def __init__(self, chunk: Chunk, parts: Sequence[Part], *, apart: bool) -> None:
        """``apart``: an event counts once for every rule that matched it."""
        self._chunk = chunk
        self._pairs: list[tuple[int, str]] | None = None
        self._ranks: list[int] = []
        self._arranged: dict[object, Arrangement] = {}
        self._columns: dict[object, Column] = {}
        self._cells: dict[object, Sequence[Value]] = {}
        self._apart = apart
        self._only = parts[0][2]
        if apart and len({rule for _, _, rule in parts}) > 1:
            self._pairs = _pairs(chunk, parts)
            self.spots: Sequence[int] = range(len(self._pairs))
            ranks = self._ranks = [rank for rank, _ in self._pairs]
            self.times: Sequence[int] = array("q", map(chunk.times.__getitem__, ranks))
            self.glimpses: Sequence[Glimpse] = list(map(chunk.glimpses.__getitem__, ranks))
        else:
            self.spots = _ranks(chunk, parts)
            self.times = chunk.times
            self.glimpses = chunk.glimpses

    def column(self, names: Mapping[str, str]) -> Column:
        """A field that each rule calls by its own name, by spot."""
        if self._pairs is None:
            return self._chunk.column(names.get(self._only) or next(iter(names.values())))
        asked = tuple(names.items())
        known = self._columns.get(asked)
        if known is None:
            known = self._columns[asked] = self._by_rule(names)
        return known

    def _by_rule(self, names: Mapping[str, str]) -> Column:
        columns = {rule: self._chunk.column(name) for rule, name in names.items()}
        if len(set(names.values())) > 1:
            return [_cell(columns[rule], rank) for rank, rule in self._pairs or ()]
        same = next(iter(columns.values()))
        if isinstance(same, Constant):
            return same
        return list(map(same.__getitem__, self._ranks))

    def rules(self) -> Sequence[str]:
        """The rule of each event, by spot."""
        if self._pairs is None:
            return [self._only] * len(self.times)
        return [rule for _, rule in self._pairs]

    def cells(self, fields: Fields) -> Sequence[Value]:
        """What each event holds in the fields, joined; its rule where none are named."""
        asked = tuple(fields.items())
        known = self._cells.get(asked)
        if known is None:
            known = self._cells[asked] = self._joined(fields) if fields else self.rules()
        return known

    def _joined(self, fields: Fields) -> Sequence[Value]:
        columns = [_spread(self.column(names), self.times) for names in _by_field(fields)]
        if len(columns) == 1:
            return columns[0]
        return [_together(values) for values in zip(*columns, strict=True)]

    def arranged(self, fields: Fields) -> Arrangement:
        """The events by the values of the fields; one that lacks a value is in no group."""
        columns = [self.column(names) for names in _by_field(fields)]
        fixed = tuple(column if isinstance(column, Constant) else None for column in columns)
        if any(column is not None and column.value is None for column in fixed):
            return Arrangement(self, {})
        # Streams that differ only in fields that never change share all but the keys.
        asked = tuple(
            tuple(names.items()) if self._apart else next(iter(names.values()))
            for names, column in zip(_by_field(fields), fixed, strict=True)
            if column is None
        )
        known = self._arranged.get(asked)
        if known is None:
            varying = [column for column in columns if not isinstance(column, Constant)]
            known = self._arranged[asked] = Arrangement(self, grouped(self.spots, varying))
        return known.with_fixed(fixed) if any(fixed) else known

    def release(self) -> None:
        """Let go of the arrangements, which hold this in turn, so that nobody need look for both.

        Commands that read much do without the garbage collector.
        """
        self._arranged.clear()

    def plainly_arranged(self) -> Arrangement:
        """The events by (name, value) of the first of source address, user and host they have."""
        return Arrangement(self, self._plain_groups())

    def _plain_groups(self) -> Mapping[Key, Sequence[int]]:
        left = self.spots
        groups: dict[Key, Sequence[int]] = {}
        for label, names in PLAIN_GROUPS:
            for name in names:
                found = grouped(left, [_spread(self._chunk.column(name), self.times)])
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


class Arrangement:
    """Matched events put group by group, each group in order of time.

    ``groups`` are ranges of places; ``times`` are by place. Events of a group lie side by
    side, so that what is asked of them is read in one go.
    """

    def __init__(self, matched: Matched, groups: Mapping[Key, Sequence[int]]) -> None:
        self._matched = matched
        self._spots = list(chain.from_iterable(groups.values()))
        self._columns: dict[object, list[Value]] = {}
        stops = list(accumulate(map(len, groups.values())))
        self.groups = dict(zip(groups, map(range, [0, *stops], stops), strict=False))
        self.times = array("q", map(matched.times.__getitem__, self._spots))

    def with_fixed(self, fixed: Sequence[Constant | None]) -> Arrangement:
        """The same with values that never change put into the keys, where ``fixed`` has any."""
        other = copy(self)
        other.groups = {_key(key, fixed): places for key, places in self.groups.items()}
        return other

    def column(self, fields: Fields) -> list[Value]:
        """What each event holds in the fields, by place; see ``Matched.cells``."""
        asked = tuple(fields.items())
        known = self._columns.get(asked)
        if known is None:
            cells = self._matched.cells(fields)
            known = self._columns[asked] = list(map(cells.__getitem__, self._spots))
        return known

    def glimpses(self, places: range) -> list[Glimpse]:
        """What to remember of the events at some places that follow each other."""
        glimpses = self._matched.glimpses
        return [glimpses[spot] for spot in self._spots[places.start : places.stop]]


def uniform(fields: Iterable[Fields]) -> bool:
    """Whether all rules call all fields by the same names."""
    return all(len(set(some.values())) <= 1 for some in fields)


def grouped(
    spots: Sequence[int], columns: Sequence[Sequence[Value]]
) -> Mapping[Key, Sequence[int]]:
    """The spots by their values in the columns; without those that lack one."""
    if not columns:
        return {(): spots}
    if len(columns) == 1:
        groups: defaultdict[Value, list[int]] = defaultdict(list)
        for spot, value in zip(spots, map(columns[0].__getitem__, spots), strict=True):
            groups[value].append(spot)
        groups.pop(None, None)
        return {(value,): some for value, some in groups.items()}
    cells = [map(column.__getitem__, spots) for column in columns]
    keyed: defaultdict[Key, list[int]] = defaultdict(list)
    for spot, key in zip(spots, zip(*cells, strict=True), strict=True):
        keyed[key].append(spot)
    return {key: some for key, some in keyed.items() if None not in key}


def _key(varying: Key, fixed: Sequence[Constant | None]) -> Key:
    values = iter(varying)
    return tuple(next(values) if column is None else column.value for column in fixed)


def _ranks(chunk: Chunk, parts: Sequence[Part]) -> Sequence[int]:
    """The ranks of all rows, in order, each once."""
    if len(parts) == 1 and len(chunk.times) == len(parts[0][1]):
        return range(len(chunk.times))
    ranks: list[int] = []
    for batch, rows, _ in parts:
        ranks.extend(chunk.ranks(batch, rows))
    if len({id(part[0]) for part in parts}) < len(parts):
        ranks = list(set(ranks))
    ranks.sort()
    return ranks


def _pairs(chunk: Chunk, parts: Sequence[Part]) -> list[tuple[int, str]]:
    """(rank, rule) of every match, in order."""
    pairs = [(rank, rule) for batch, rows, rule in parts for rank in chunk.ranks(batch, rows)]
    pairs.sort()
    return pairs


def _by_field(fields: Fields) -> list[dict[str, str]]:
    """Field by field what each rule calls it."""
    rules = list(fields)
    return [dict(zip(rules, names, strict=True)) for names in zip(*fields.values(), strict=True)]


def _cell(column: Column, spot: int) -> Value:
    return column.value if isinstance(column, Constant) else column[spot]


def _spread(column: Column, times: Sequence[int]) -> Sequence[Value]:
    """The column, with a value for each spot even if it never changes."""
    return [column.value] * len(times) if isinstance(column, Constant) else column


def _together(values: Sequence[Value]) -> str | None:
    return None if None in values else "\x1f".join(map(str, values))
