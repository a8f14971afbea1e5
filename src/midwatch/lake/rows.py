"""Batches become the rows of one tenant, and those the tables of its days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from midwatch.events.batch import Constant, EventBatch, ParseFailure
from midwatch.lake.columns import PARTITIONS
from midwatch.lake.line_forms import ARGUMENTS, split_lines
from midwatch.lake.masking import Masking
from midwatch.lake.schemas import TYPES
from midwatch.lake.values import NUMBERS, Placed

OLDEST_DAYS: Final = 400
NEWEST_DAYS: Final = 2
SORTED_BY: Final = ("feed", "source", "delivery", "line")
"""The order of rows in a file: it keeps what is alike together, and lines in their order."""

_DAY: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT: Final = pa.string()
_LONGEST_INTEGER: Final = 1 << 63
_EARLIEST: Final = -62_135_596_800_000_000
_LATEST: Final = 253_402_300_799_999_999


class TenantRows:
    """Collects the rows of one tenant in one commit."""

    def __init__(self, tenant: str, spool: str, masking: Masking | None) -> None:
        """``spool``: the name of the spool, which every row bears."""
        self._tenant = tenant
        self._spool = spool
        self._masking = masking
        self._columns: dict[str, list[Any]] = {}
        self._count = 0
        self._day: list[int] = []

    def add(self, placed: Placed, offset: int) -> None:
        """Add events and unread lines; ``offset``: of the commit."""
        if placed.batch is not None and len(placed.batch):
            columns = _event_columns(placed.batch)
            self._add(placed, offset, placed.batch.lines, columns)
        if placed.failures:
            self._add(
                placed, offset, [each.line for each in placed.failures],
                _failure_columns(placed.failures),
            )  # fmt: skip

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """The rows of each day (YYYY-MM-DD), sorted; to be asked for once."""
        if not self._count:
            return
        self._split()
        arrays = {name: _array(name, values) for name, values in self._columns.items()}
        table = pa.table(arrays)
        days = pa.array(self._day, pa.int32())
        for number in sorted(set(self._day)):
            rows = (
                table.filter(pc.equal(days, pa.scalar(number, pa.int32())))
                if len(set(self._day)) > 1
                else table
            )
            yield str((_EPOCH + timedelta(days=number)).date()), sorted_rows(rows)

    def _split(self) -> None:
        """Split all lines together, since what is alike is cheaper together."""
        columns = self._columns
        raws = columns["raw"]
        forms, numbers = split_lines(
            ["" if raw is None else raw for raw in raws],
            {name: columns[name] for name in ARGUMENTS if name in columns},
        )
        columns["line_form"] = [
            None if raw is None else form for raw, form in zip(raws, forms, strict=True)
        ]
        columns["raw"] = [
            raw if form is None else None
            for raw, form in zip(raws, columns["line_form"], strict=True)
        ]
        for name, values in zip(NUMBERS, numbers, strict=True):
            if values.count(None) < len(values):
                columns[name] = values

    def _add(
        self, placed: Placed, offset: int, lines: Sequence[int], columns: dict[str, Sequence[Any]]
    ) -> None:
        count = len(lines)
        times = columns.get("time") or [None] * count
        receipts = placed.receipts or [placed.received] * count
        delivery = offset if placed.delivery is None else placed.delivery
        days, by_receipt = _days(times, receipts)
        columns["raw_bytes"] = _undecodable(placed.originals, lines, columns["raw"])
        if self._masking is not None and self._masking.fields:
            columns = self._mask(self._masking, columns)
        columns["received"] = receipts
        columns["delivery"] = placed.deliveries or [delivery] * count
        same = {"office": placed.office, "feed": placed.feed, "spool": self._spool}
        columns.update((name, [value] * count) for name, value in same.items())
        columns["line"] = lines
        columns["dated_by_receipt"] = by_receipt
        self._day.extend(days)
        for name, values in columns.items():
            held = self._columns.get(name)
            if held is None:
                held = self._columns[name] = []
            if len(held) < self._count:
                held.extend([None] * (self._count - len(held)))
            held.extend(values)
        self._count += count
        for held in self._columns.values():
            if len(held) < self._count:
                held.extend([None] * (self._count - len(held)))

    def _mask(
        self, masking: Masking, columns: dict[str, Sequence[Any]]
    ) -> dict[str, Sequence[Any]]:
        chosen = [name for name in masking.fields if name in columns]
        texts = [
            name for name, values in columns.items()
            if TYPES[name] == _TEXT and name not in ("raw", "source", "failure")
        ]  # fmt: skip
        result: dict[str, list[Any]] = {name: list(values) for name, values in columns.items()}
        result.setdefault("fields", [None] * len(result["raw"]))
        for row, raw in enumerate(columns["raw"]):
            fields = dict(result["fields"][row] or ())
            replacements: dict[str, str] = {}
            for name, value in (
                *((name, columns[name][row]) for name in chosen),
                *((name, fields.get(name)) for name in masking.fields if name in fields),
            ):
                if value not in (None, ""):
                    replacements[str(value)] = masking.masked(self._tenant, name, str(value))
            for name in texts:
                value = result[name][row]
                if value is not None and replacements:
                    given = replacements.get(str(value)) if name in chosen else None
                    result[name][row] = given or masking.replace(str(value), replacements)[0]
            result["fields"][row] = [
                (name, masking.replace(value, replacements)[0]) for name, value in fields.items()
            ] or None
            kept = None
            if masking.keep_lines and columns["parsed"][row]:
                text, complete = masking.replace(raw, replacements)
                kept = text if complete else None
            result["raw"][row] = kept
        result["raw_bytes"] = [None] * len(result["raw"])
        result["masked"] = [True] * len(result["raw"])
        return dict(result)


def sorted_rows(table: pa.Table) -> pa.Table:
    """The rows in the order that data files keep."""
    return table.sort_by([(name, "ascending") for name in SORTED_BY if name in table.column_names])


def _event_columns(batch: EventBatch) -> dict[str, Sequence[Any]]:
    count = len(batch)
    columns: dict[str, Sequence[Any]] = {}
    fields: list[list[tuple[str, str]]] | None = None
    named = [*batch.constants, *(name for name in batch.columns if name not in batch.constants)]
    for name in named:
        column = batch.own_column(name)
        if column is None or column == Constant(None):
            continue
        values = [column.value] * count if isinstance(column, Constant) else column
        if name in TYPES or name in PARTITIONS:
            columns[name] = values
            continue
        if fields is None:
            fields = [[] for _ in range(count)]
        for row, value in enumerate(values):
            if value is not None:
                fields[row].append((name, str(value)))
    for name in PARTITIONS:
        columns.pop(name, None)
    if fields is not None:
        columns["fields"] = [each or None for each in fields]
    columns["time"] = [
        None if time is not None and not _EARLIEST <= time <= _LATEST else time
        for time in batch.times
    ]
    columns["source"] = [batch.source] * count
    columns["raw"] = batch.raws
    columns["parsed"] = [True] * count
    return columns


def _failure_columns(failures: Sequence[ParseFailure]) -> dict[str, Sequence[Any]]:
    return {
        "parsed": [False] * len(failures),
        "failure": [each.reason for each in failures],
        "raw": [each.raw for each in failures],
    }


def _days(times: Sequence[int | None], receipts: Sequence[int]) -> tuple[list[int], list[bool]]:
    """The day of each row, counted from 1970, and whether it is that of its receipt."""
    days, by_receipt = [], []
    for time, received in zip(times, receipts, strict=True):
        today = received // _DAY
        day = today if time is None else time // _DAY
        stray = time is None or not today - OLDEST_DAYS <= day <= today + NEWEST_DAYS
        days.append(today if stray else day)
        by_receipt.append(stray)
    return days, by_receipt


def _undecodable(
    originals: Sequence[bytes] | None, lines: Sequence[int], raws: Sequence[str]
) -> list[bytes | None]:
    """The bytes of the lines that are not UTF-8."""
    kept: list[bytes | None] = []
    for line, raw in zip(lines, raws, strict=True):
        original = None
        if originals is not None and 0 < line <= len(originals):
            original = originals[line - 1]
            try:
                original.decode()
                original = None
            except UnicodeDecodeError:
                pass
        elif not raw.isascii():
            try:
                raw.encode()
            except UnicodeEncodeError:
                original = raw.encode("utf-8", "surrogatepass")
        kept.append(original)
    return kept


def _array(name: str, values: list[Any]) -> pa.Array[Any]:
    """Typed; what does not fit its column is left out (the line still tells it)."""
    kind = TYPES[name]
    try:
        return pa.array(values, kind)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError, TypeError):
        return pa.array([_fitting(kind, value) for value in values], kind)


def _fitting(kind: pa.DataType, value: Any) -> Any:  # noqa: ANN401  # any value a source may give
    if value is None:
        return None
    if kind == pa.int64():
        fits = isinstance(value, int) and -_LONGEST_INTEGER <= value < _LONGEST_INTEGER
        return value if fits else None
    if kind == _TEXT:
        return str(value).encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [(_fitting(_TEXT, name), _fitting(_TEXT, text)) for name, text in value]
    return value


def tenants_masking(maskings: Mapping[str, Masking] | None, tenant: str) -> Masking | None:
    """The masking of one tenant."""
    return None if maskings is None else maskings.get(tenant)
