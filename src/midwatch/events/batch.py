"""Event batches: lines of one form as columns.

A batch holds events of one form of one source, so a column either varies or is the
same for all (a constant), and a rule that contradicts a constant is dropped for the
whole batch. Columns are Python sequences until somebody asks for Arrow (``events.arrow``):
detection and reports look at a handful of columns, and turning the rest into Arrow
would cost more than reading the lines did (see the decision record on batches).

The product's own fields are read from the messages only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from midwatch.events.schema import ALIASES, Logsource
from midwatch.events.source import Form, Value


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """A line that could not be understood; it is kept, counted and shown.

    ``line`` counts from 1 within its file; ``reason`` is a sentence.
    """

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A column that holds the same value in every row."""

    value: Value


Column = Constant | Sequence[Value]


@dataclass(slots=True, eq=False)
class EventBatch:
    """Events of one form. Row order is line order.

    ``lines`` count from 1 in their file; ``times`` are UTC microseconds since 1970 or
    None where the line states none; ``columns`` and ``constants`` hold the common columns
    and the fields that the source's patterns name. ``fixed`` names columns that are known to
    hold the same value in every row.
    """

    source: str
    logsource: Logsource
    form: Form
    lines: Sequence[int]
    times: Sequence[int | None]
    columns: Mapping[str, Sequence[Value]]
    constants: Mapping[str, Value]
    raws: Sequence[str]
    messages: Sequence[str]
    _vendor: list[Mapping[str, object]] | None = field(default=None, repr=False)
    fixed: Mapping[str, Value] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of events."""
        return len(self.lines)

    def column(self, name: str) -> Column:
        """The column of that name, alias or vendor field; a Constant of None if absent."""
        found = self.own_column(name)
        if found is not None:
            return found
        common = ALIASES.get(name.lower())
        if common is not None:
            found = self.own_column(common)
            if found is not None:
                return found
        if self.form.vendor is not None:
            values = [_vendor_text(fields.get(name)) for fields in self.vendor_fields()]
            if any(value is not None for value in values):
                return values
        return Constant(None)

    def own_column(self, name: str) -> Column | None:
        """The column of exactly that name, vendor fields not looked at; None if absent."""
        values = self.columns.get(name)
        if values is not None:
            return values
        if name in self.constants:
            return Constant(self.constants[name])
        if name == "source":
            return Constant(self.source)
        of_every_line: dict[str, Sequence[Value]] = {
            "message": self.messages,
            "raw": self.raws,
            "time": self.times,
        }
        return of_every_line.get(name)

    def vendor_fields(self) -> Sequence[Mapping[str, object]]:
        """The product's own fields of every row (empty mappings where it has none)."""
        if self._vendor is None:
            read = self.form.vendor
            self._vendor = [read(message) if read else {} for message in self.messages]
        return self._vendor

    def take(self, rows: Sequence[int]) -> EventBatch:
        """The batch of these rows only."""
        return EventBatch(
            self.source,
            self.logsource,
            self.form,
            [self.lines[row] for row in rows],
            [self.times[row] for row in rows],
            {name: [values[row] for row in rows] for name, values in self.columns.items()},
            self.constants,
            [self.raws[row] for row in rows],
            [self.messages[row] for row in rows],
            fixed=self.fixed,
        )

    def rows(self) -> Iterator[dict[str, Value]]:
        """Every event as a mapping of its columns that hold something."""
        constants = {name: value for name, value in self.constants.items() if value is not None}
        names = tuple(self.columns)
        for line, time, values in zip(
            self.lines, self.times, zip_columns(self.columns, len(self)), strict=True
        ):
            row: dict[str, Value] = {"line": line, "source": self.source, **constants}
            if time is not None:
                row["time"] = time
            row.update(
                (name, value)
                for name, value in zip(names, values, strict=True)
                if value is not None
            )
            yield row


def zip_columns(columns: Mapping[str, Sequence[Value]], length: int) -> Iterator[tuple[Value, ...]]:
    """Rows of the given columns; empty rows where there are none."""
    if columns:
        return zip(*columns.values(), strict=True)
    return iter([()] * length)


def _vendor_text(value: object) -> Value:
    if value is None or isinstance(value, (str, int)):
        return value
    return str(value)
