"""Event batches as Arrow record batches, for the lake and for export.

Common columns have the type the schema gives them; a product's own fields are text.
"""

from __future__ import annotations

import pyarrow as pa

from midwatch.events.batch import EventBatch
from midwatch.events.schema import FIELDS, FieldType
from midwatch.events.source import Value


def to_arrow(batch: EventBatch) -> pa.RecordBatch:
    """One row per event; ``time`` is timestamp[us, UTC]."""
    arrays: dict[str, pa.Array[pa.Scalar[pa.DataType]]] = {
        "time": pa.array(batch.times, pa.timestamp("us", tz="UTC")),
        "source": pa.array([batch.source] * len(batch), pa.string()),
    }
    for name, value in batch.constants.items():
        arrays[name] = pa.array([_typed(name, value)] * len(batch), _arrow_type(name))
    for name, values in batch.columns.items():
        arrays[name] = pa.array([_typed(name, value) for value in values], _arrow_type(name))
    arrays["raw"] = pa.array(batch.raws, pa.string())
    return pa.RecordBatch.from_pydict(arrays)


def _is_integer(name: str) -> bool:
    known = FIELDS.get(name)
    return known is not None and known.type is FieldType.INTEGER


def _arrow_type(name: str) -> pa.DataType:
    return pa.int64() if _is_integer(name) else pa.string()


def _typed(name: str, value: Value) -> Value:
    return value if value is None or _is_integer(name) else str(value)
