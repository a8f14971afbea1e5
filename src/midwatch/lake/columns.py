"""The columns of the lake's one table, their types and their numbers.

The common columns of ``events.schema`` (all but ``message``, which ``raw`` holds), where a
row came from, whether it was understood, and the line itself: whole in ``raw``, or as
``line_form`` and the values that the other columns hold (see ``lake.line_forms``).

Data files leave out columns that hold nothing, and number the others (Parquet field ids) by
their names, so that one reader's schema fits all files without opening them first.

>>> field_id("src_ip") == field_id("src_ip") != field_id("dst_ip")
True
"""

from __future__ import annotations

import zlib
from typing import Final

import pyarrow as pa

from midwatch.events.schema import FIELDS, FieldType
from midwatch.lake.values import NUMBERS

PARTITIONS: Final = ("tenant", "day")

_TIME: Final = pa.timestamp("us", tz="UTC")
_FIELDS: Final = pa.map_(pa.string(), pa.string())
_ABSENT: Final = {"time", "received", "tenant", "office", "source", "message", "raw"}
DOCS: Final = {
    "time": "When it happened (UTC); null where the line states no time.",
    "received": "When Midwatch took the line in (UTC).",
    "office": "The office of the tenant.",
    "feed": "The sender of logs: one firewall, server or program.",
    "source": "Midwatch's name of the log source, such as openssh; null in unread lines.",
    "spool": "With delivery and line, what identifies a row: the spool it waited in.",
    "delivery": "The offset of the delivery in that spool.",
    "line": "The place in the delivery, from 1.",
    "parsed": "Whether the line was understood.",
    "failure": "Why not, in a sentence.",
    "dated_by_receipt": "The row lies in the day it was received on: it states no time, or one "
    "more than 400 days before or 2 days after its receipt.",
    "masked": "Whether values were masked before the row was written.",
    "fields": "Fields that Midwatch's patterns name beyond the common columns.",
    "raw": "The line as it came; null where line_form stands for it.",
    "raw_bytes": "The bytes of a line that is not UTF-8.",
    "line_form": "The line, with its values taken out, as a format for printf.",
    "tenant": "The client firm. Partition.",
    "day": "The UTC day of time, or of received (see dated_by_receipt). Partition.",
}


def _types() -> dict[str, pa.DataType]:
    types: dict[str, pa.DataType] = {
        "time": _TIME, "received": _TIME, "office": pa.string(), "feed": pa.string(),
        "source": pa.string(), "spool": pa.string(), "delivery": pa.int64(), "line": pa.int64(),
        "parsed": pa.bool_(), "failure": pa.string(), "dated_by_receipt": pa.bool_(),
        "masked": pa.bool_(),
    }  # fmt: skip
    for field in FIELDS.values():
        if field.name not in _ABSENT:
            types[field.name] = pa.int64() if field.type is FieldType.INTEGER else pa.string()
    types["fields"] = _FIELDS
    types["raw"] = pa.string()
    types["raw_bytes"] = pa.binary()
    types["line_form"] = pa.string()
    types.update(dict.fromkeys(NUMBERS, pa.int64()))
    return types


TYPES: Final = _types()
"""The columns that data files hold, in order; the partitions stand in the folders' names."""

DELTA_ENCODED: Final = frozenset(
    {"time", "received", "delivery", "line", "pid", "src_port", "bytes_in", "bytes_out", *NUMBERS}
)
"""Numbers with few repeats: kept as differences, which zstd then squeezes."""

_DUCKDB_TYPES: Final = {
    _TIME: "TIMESTAMP",
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.binary(): "BLOB",
    _FIELDS: "MAP(VARCHAR, VARCHAR)",
}


def field_id(name: str) -> int:
    """The Parquet field id of a column: the same for that name for ever."""
    return zlib.crc32(name.encode()) & 0x7FFF_FFFF


def duckdb_type(name: str) -> str:
    """DuckDB's type of a column. Times are UTC and have no zone, so nothing shifts them."""
    return _DUCKDB_TYPES[TYPES[name]]


def file_schema(names: list[str]) -> pa.Schema:
    """The Arrow schema of a data file that holds these columns."""
    return pa.schema(
        [
            pa.field(
                name, TYPES[name], metadata={b"PARQUET:field_id": str(field_id(name)).encode()}
            )
            for name in names
        ]
    )


def table_schema() -> pa.Schema:
    """The Arrow schema of the table, partitions included."""
    fields = [pa.field(name, kind) for name, kind in TYPES.items()]
    return pa.schema([*fields, pa.field("tenant", pa.string()), pa.field("day", pa.date32())])
