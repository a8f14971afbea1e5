"""Rows of a question as JSON lines, CSV, Parquet or OCSF.

Cells of CSV that a spreadsheet might take for a formula are defused by an apostrophe, as
attackers write what stands in logs.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec

from midwatch.lake.ocsf import to_ocsf

if TYPE_CHECKING:  # loaded by whoever opens the lake
    from midwatch.lake.reading import Answer

EXPORTS: Final = ("json", "csv", "parquet", "ocsf")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take a text for a formula by, full-width forms included (OWASP)."""


def write_answer(answer: Answer, form: str, sink: BinaryIO) -> None:
    """Write the rows as ``json`` (one object a line), ``csv``, ``parquet`` or ``ocsf``."""
    if form == "parquet":
        import pyarrow.parquet as pq  # noqa: PLC0415  # large, and for this form only

        pq.write_table(answer.table, sink, compression="zstd")
    elif form == "csv":
        text = io.TextIOWrapper(sink, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(defuse_cell(name) for name in answer.columns)
        for values in answer.rows:
            writer.writerow(defuse_cell(value) for value in values)
        text.detach()
    else:
        encode = msgspec.json.Encoder().encode
        for row in _objects(answer):
            sink.write(encode(to_ocsf(row) if form == "ocsf" else plain_row(row)))
            sink.write(b"\n")


def defuse_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula.

    >>> defuse_cell("=cmd()"), defuse_cell(-5)
    ("'=cmd()", -5)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    text = cell_text(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _objects(answer: Answer) -> Iterator[dict[str, Any]]:
    names = answer.columns
    for row in answer.rows:
        yield dict(zip(names, row, strict=True))


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """What holds something, as JSON has it."""
    return {name: _json(value) for name, value in row.items() if value not in (None, [])}


def _json(value: Any) -> Any:  # noqa: ANN401  # any value DuckDB knows
    if isinstance(value, datetime):
        return value.isoformat() + ("Z" if value.tzinfo is None else "")
    if isinstance(value, list):
        pairs = all(isinstance(each, tuple) and len(each) == 2 for each in value)
        return {str(k): _json(v) for k, v in value} if pairs else [_json(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _json(each) for name, each in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (str, int, float, bytes)) or value is None:
        return value
    return str(value)


def cell_text(value: object) -> str:
    """A value as a cell of a table shows it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return msgspec.json.encode(_json(value)).decode()
    return value.hex() if isinstance(value, bytes) else str(value)
