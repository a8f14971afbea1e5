"""Matched rows, gathered by what they have in common: one ``Bunch`` per group and chunk.

Gathering is done once for all correlations that look at the same rows by the same
fields. Rows of several batches, which may overlap in time, are merged into order of
time, then of line. An event without a time counts at the latest time seen before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from midwatch.detection.alerts import Evidence
from midwatch.detection.fields import FieldNames, Place
from midwatch.events.batch import Constant, EventBatch
from midwatch.events.source import Value

Key = tuple[Value, ...]
Sample = tuple[tuple[str, Value], ...]
SAMPLED: Final = (
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


class ChunkBatch:
    """One batch of a chunk, with what correlation needs of it, each found once."""

    def __init__(self, batch: EventBatch, latest: int, origin: str) -> None:
        """``latest`` is the latest time seen before the batch."""
        self.batch = batch
        self.origin = origin
        times = batch.times
        filled: list[int] = []
        if None in times:
            for time in times:
                if time is not None and time > latest:
                    latest = time
                filled.append(latest if time is None else time)
        else:
            filled = list(times)  # type: ignore[arg-type]  # no None among them
        self.times = filled
        self.ordered = all(map(int.__le__, filled, filled[1:]))
        self._columns: dict[str, Sequence[Value] | Constant] = {}
        self._names: FieldNames | None = None
        self._groups: dict[object, Mapping[Key, Sequence[int]]] = {}
        self._sampled: tuple[Sample, list[tuple[str, Sequence[Value]]]] | None = None
        self._samples: dict[int, Sample] = {}

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

    def value(self, name: str, row: int) -> Value:
        """One value of a field."""
        column = self.column(name)
        return column.value if isinstance(column, Constant) else column[row]

    def evidence(self, row: int) -> Evidence:
        """Where the row stands."""
        return Evidence(self.origin, self.batch.lines[row])

    def sample(self, row: int) -> Sample:
        """The row's values worth keeping, by field."""
        known = self._samples.get(row)
        if known is None:
            fixed, columns = self._sampling()
            known = fixed + tuple(
                (name, column[row]) for name, column in columns if column[row] is not None
            )
            self._samples[row] = known
        return known

    def _sampling(self) -> tuple[Sample, list[tuple[str, Sequence[Value]]]]:
        if self._sampled is None:
            batch = self.batch
            fixed = tuple(
                (name, batch.constants[name])
                for name in SAMPLED
                if batch.constants.get(name) is not None
            )
            columns = [(name, batch.columns[name]) for name in SAMPLED if name in batch.columns]
            self._sampled = (fixed, columns)
        return self._sampled

    def groups(self, rows: Sequence[int], fields: tuple[str, ...]) -> Mapping[Key, Sequence[int]]:
        """The rows by their values of the fields; a row that lacks one is in no group."""
        asked = (_identity(rows), fields)
        known = self._groups.get(asked)
        if known is None:
            known = self._grouped(rows, fields)
            self._groups[asked] = known
        return known

    def _grouped(self, rows: Sequence[int], fields: tuple[str, ...]) -> Mapping[Key, Sequence[int]]:
        columns = [self.column(field) for field in fields]
        fixed = [column for column in columns if isinstance(column, Constant)]
        if any(column.value is None for column in fixed):
            return {}
        if len(fixed) == len(columns):
            return {tuple(column.value for column in fixed): rows}
        groups: dict[Key, list[int]] = {}
        if len(columns) == 1:
            only = columns[0]
            assert not isinstance(only, Constant)  # noqa: S101 - the line above saw to it
            single: dict[Value, list[int]] = {}
            for row in rows:
                value = only[row]
                try:
                    single[value].append(row)
                except KeyError:
                    single[value] = [row]
            single.pop(None, None)
            return {(value,): some for value, some in single.items()}
        for row in rows:
            key = tuple(
                column.value if isinstance(column, Constant) else column[row] for column in columns
            )
            if None not in key:
                groups.setdefault(key, []).append(row)
        return groups

    def plain_groups(self, rows: Sequence[int]) -> Mapping[Key, Sequence[int]]:
        """The rows by (name, value) of the first of source address, user and host they have."""
        asked = (_identity(rows), None)
        known = self._groups.get(asked)
        if known is None:
            left = rows
            groups: dict[Key, Sequence[int]] = {}
            for label, names in PLAIN_GROUPS:
                for name in names:
                    if not left:
                        break
                    found = self.groups(left, (name,))
                    if found:
                        for (value,), some in found.items():
                            groups[label, value] = _joined(groups.get((label, value)), some)
                        taken = sum(map(len, found.values()))
                        if taken == len(left):
                            left = ()
                        else:
                            seen = {row for some in found.values() for row in some}
                            left = [row for row in left if row not in seen]
            if left:
                groups[()] = left
            known = groups
            self._groups[asked] = known
        return known


def _joined(some: Sequence[int] | None, more: Sequence[int]) -> Sequence[int]:
    return more if some is None else sorted((*some, *more))


def _identity(rows: Sequence[int]) -> object:
    """What tells rows apart: a range by its bounds, anything else by being itself."""
    return rows if isinstance(rows, range) else id(rows)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one batch that one rule matched and that belong to one group."""

    chunk: ChunkBatch
    rows: Sequence[int]
    rule: str


class Bunch:
    """Events of one group in order of time, then line."""

    __slots__ = ("_merged", "_parts", "times")

    def __init__(self, parts: Sequence[Part], *, keep_rules_apart: bool) -> None:
        """``keep_rules_apart``: an event counts once for every rule that matched it."""
        self._parts = parts
        self._merged: list[tuple[int, int, int, int]] | None = None
        if len(parts) == 1:
            part = parts[0]
            times, rows = part.chunk.times, part.rows
            if isinstance(rows, range) and len(rows) == len(times):
                self.times = times
            else:
                self.times = [times[row] for row in rows]
            if part.chunk.ordered:
                return
        self._merge(keep_rules_apart=keep_rules_apart)

    def _merge(self, *, keep_rules_apart: bool) -> None:
        merged: list[tuple[int, int, int, int]] = []
        seen: set[tuple[int, int]] = set()
        for number, part in enumerate(self._parts):
            times, lines = part.chunk.times, part.chunk.batch.lines
            for row in part.rows:
                if not keep_rules_apart:
                    event = (id(part.chunk), row)
                    if event in seen:
                        continue
                    seen.add(event)
                merged.append((times[row], lines[row], number, row))
        merged.sort()
        self._merged = merged
        self.times = [event[0] for event in merged]

    def __len__(self) -> int:
        """Number of events."""
        return len(self.times)

    def event(self, spot: int) -> tuple[ChunkBatch, int]:
        """The batch and row of an event."""
        if self._merged is None:
            part = self._parts[0]
            return part.chunk, part.rows[spot]
        _, _, number, row = self._merged[spot]
        return self._parts[number].chunk, row

    def rule(self, spot: int) -> str:
        """The rule that matched an event."""
        return self._parts[0 if self._merged is None else self._merged[spot][2]].rule

    def values(self, names: Mapping[str, tuple[str, ...]]) -> list[str | int | None]:
        """What each event holds in the fields that ``names`` gives for its rule.

        Several fields are joined into one text; None where one is absent.
        """
        if self._merged is None:
            part = self._parts[0]
            return list(_values(part.chunk, part.rows, names[part.rule]))
        return [
            next(_values(self._parts[number].chunk, (row,), names[self._parts[number].rule]))
            for _, _, number, row in self._merged
        ]


def _values(
    chunk: ChunkBatch, rows: Iterable[int], fields: tuple[str, ...]
) -> Iterator[str | int | None]:
    columns = [chunk.column(field) for field in fields]
    if len(columns) == 1:
        only = columns[0]
        if isinstance(only, Constant):
            return (only.value for _ in rows)
        return (only[row] for row in rows)
    return (_together(columns, row) for row in rows)


def _together(columns: Sequence[Sequence[Value] | Constant], row: int) -> str | None:
    values = [column.value if isinstance(column, Constant) else column[row] for column in columns]
    return None if None in values else "\x1f".join(map(str, values))
