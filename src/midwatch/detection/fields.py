"""Where a rule's field stands in a batch.

A name is looked for as a column (exactly, then without regard to case), then under the
other names a Windows event has for it, then as an alias of the schema, then among the
product's own fields. A rule that names no product is written against the common columns;
those are never looked for among the product's own fields, which would have to be
read from every message first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeVar, cast

from midwatch.detection.raw_search import RawSearch
from midwatch.events.batch import Constant, EventBatch
from midwatch.events.json_runs import Later
from midwatch.events.schema import ALIASES, FIELDS
from midwatch.events.source import Value
from midwatch.rules.windows_events import other_names

Item = TypeVar("Item")
KEYWORDS: Final = "\0keywords"
"""The name under which all values of an event are asked for, joined by line feeds."""
KEYWORD_VALUES: Final = "\0values"
"""The name under which they are asked for one by one."""
_ALWAYS_THERE: Final = ("message", "raw", "time", "source")
_MORE_ALIASES: Final = {
    "image": "process",
    "commandline": "command",
    "computer": "host",
    "targetfilename": "file",
}
_NOT_KEYWORDS: Final = frozenset({"raw", "message", "time", "received"})


class Place(Enum):
    """Where a field's values come from."""

    CONSTANT = auto()
    COLUMN = auto()
    VENDOR = auto()


@dataclass(frozen=True, slots=True)
class Spot:
    """The place of a field: the column's own name, or the value that never changes."""

    place: Place
    name: str = ""
    value: Value = None


_ABSENT: Final = Spot(Place.CONSTANT)


class FieldNames:
    """Finds fields for all batches with these columns and constants."""

    def __init__(
        self, columns: Sequence[str], constants: Mapping[str, Value], *, vendor: bool, source: str
    ) -> None:
        self._constants = {"source": source, **constants}
        self._known = {*_ALWAYS_THERE, *self._constants, *columns}
        self._names = {name.lower(): name for name in sorted(self._known)}
        # All that a Windows event says stands in columns already.
        self._vendor = vendor and "Channel" not in self._known
        self._spots: dict[tuple[str, bool], Spot] = {}
        self._windows = other_names(self._constants.get("Channel"), self._constants.get("EventID"))

    def spot(self, name: str, *, common_only: bool) -> Spot:
        """Where the field is; a constant of None when it is nowhere."""
        known = self._spots.get((name, common_only))
        if known is None:
            known = self._spots[name, common_only] = self._find(name, common_only=common_only)
        return known

    def _find(self, name: str, *, common_only: bool) -> Spot:
        lower = name.lower()
        own = (name, self._windows.get(lower), self._names.get(lower))
        others = (ALIASES.get(lower), _MORE_ALIASES.get(lower))
        for candidate in (*own, *others):
            if candidate in self._known:
                return self._own(candidate)
        if self._vendor and not (common_only and name in FIELDS):
            return Spot(Place.VENDOR, name)
        return _ABSENT

    def _own(self, name: str) -> Spot:
        if name in self._constants:
            return Spot(Place.CONSTANT, name, self._constants[name])
        return Spot(Place.COLUMN, name)


class Slots:
    """Numbers the fields that a program reads. ``common_only``: see the module."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, bool], int] = {}
        self.fields: list[tuple[str, bool]] = []

    def number(self, name: str, *, common_only: bool) -> int:
        """The slot of a field; a new one if nobody asked before."""
        key = (name, common_only and name in FIELDS)
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self.fields)
            self.fields.append(key)
        return known


class BatchColumns(dict[int, Sequence[Value]]):
    """Columns of one batch, or of some of its rows, by slot; each is made when it is asked for."""

    def __init__(
        self, slots: Slots, names: FieldNames, batch: EventBatch, rows: Sequence[int] | None,
        keywords: RawSearch | None = None,
    ) -> None:  # fmt: skip
        """``rows`` picks rows of the batch; None means all. ``keywords`` finds rows with some."""
        super().__init__()
        self._slots = slots
        self._names = names
        self._batch = batch
        self._rows = rows
        self._search = keywords if batch.fixed else None
        self._apart: Sequence[Sequence[str]] | None = None
        self.length = len(batch) if rows is None else len(rows)

    def __missing__(self, slot: int) -> Sequence[Value]:
        """Make the column of a slot."""
        name, common_only = self._slots.fields[slot]
        if name in (KEYWORDS, KEYWORD_VALUES):
            values = self._keywords(name)
        else:
            values = self._read(self._names.spot(name, common_only=common_only))
        self[slot] = values
        return values

    def _read(self, spot: Spot) -> Sequence[Value]:
        if spot.place is Place.CONSTANT:
            return [spot.value] * self.length
        if spot.place is Place.VENDOR:
            return [_vendor_value(fields, spot.name) for fields in self._vendor()]
        column = self._batch.own_column(spot.name)
        if column is None or isinstance(column, Constant):
            return [column.value if column else None] * self.length
        return column if self._rows is None else list(map(column.__getitem__, self._rows))

    def _vendor(self) -> Sequence[Mapping[str, object]]:
        fields = self._batch.vendor_fields()
        return fields if self._rows is None else [fields[row] for row in self._rows]

    def _keywords(self, name: str) -> Sequence[Value]:
        """All values of each row: joined by line feeds, or apart, as sequences in the cells."""
        if self._apart is None:
            self._apart = Later(self.length, self._keyword_values())
        if name == KEYWORD_VALUES:
            return cast("Sequence[Value]", self._apart)
        if self._search is None:
            return ["\n".join(values) for values in self._apart]
        joined: list[Value] = [None] * self.length
        for row in self._search.rows(self._of_rows(self._batch.raws)):
            joined[row] = "\n".join(self._apart[row])
        return joined

    def _of_rows(self, column: Sequence[Item]) -> Sequence[Item]:
        return column if self._rows is None else [column[row] for row in self._rows]

    def _keyword_values(self) -> Callable[[int], Sequence[str]]:
        """For a row the texts that keywords are looked for in: values, never names.

        Where an event has fields of its own, those; otherwise the line as it came.
        """
        batch, rows = self._batch, self._rows
        vendor = batch.form.vendor
        if vendor is None and not _is_windows(batch):
            raws = batch.raws
            return lambda row: (raws[row if rows is None else rows[row]],)
        fixed = [
            str(value) for name, value in batch.constants.items()
            if value is not None and name not in _NOT_KEYWORDS
        ]  # fmt: skip
        columns = [batch.columns[name] for name in batch.columns if name not in _NOT_KEYWORDS]

        def values(row: int) -> Sequence[str]:
            place = row if rows is None else rows[row]
            return [
                *fixed,
                *(str(column[place]) for column in columns if column[place] is not None),
                *_texts(vendor(batch.messages[place]) if vendor is not None else None),
            ]

        return values


def _is_windows(batch: EventBatch) -> bool:
    return "Channel" in batch.columns or "Channel" in batch.constants


def _texts(value: object) -> Iterator[str]:
    """All texts within a vendor value."""
    if type(value) is str:
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif value is not None:
        yield str(value)


def _vendor_value(fields: Mapping[str, object], name: str) -> Value:
    value = fields.get(name)
    if value is None and fields:
        lower = name.lower()
        value = next((item for key, item in fields.items() if key.lower() == lower), None)
    if value is None or type(value) is str or type(value) is int:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
