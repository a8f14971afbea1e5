"""The columns of the lake's one table as Arrow has them; see ``lake.columns``."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from midwatch.lake.columns import BYTES, KINDS, NUMBER, TEXT, TEXTS, TIME, TRUTH, field_id

_ARROW: Final[dict[str, pa.DataType]] = {
    TIME: pa.timestamp("us", tz="UTC"),
    TEXT: pa.string(),
    NUMBER: pa.int64(),
    TRUTH: pa.bool_(),
    BYTES: pa.binary(),
    TEXTS: pa.map_(pa.string(), pa.string()),
}
TYPES: Final[dict[str, pa.DataType]] = {name: _ARROW[kind] for name, kind in KINDS.items()}
"""By column, in the order of the data files."""


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
