"""Rows of a question as a table, JSON lines, CSV, Parquet or OCSF."""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import pyarrow.parquet as pq
from rich import box
from rich.table import Table

from midwatch.cli.screen import Screen
from midwatch.kernel import ConfigurationError
from midwatch.lake import Answer
from midwatch.lake.ocsf import to_ocsf
from midwatch.reports.defusing import defuse

FORMATS: Final = ("table", "json", "csv", "parquet", "ocsf")
_SHOWN: Final = ("time", "tenant", "source", "host", "action", "outcome", "src_ip", "user", "raw")
_LONGEST: Final = 400
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take a text for a formula by, full-width forms included (OWASP)."""


def print_table(answer: Answer, *, whole: bool) -> None:
    """A table as wide as the terminal. ``whole``: all columns, also those without any value."""
    table = answer.table
    if not whole:
        names = [name for name in _SHOWN if table[name].null_count < len(table)]
        if len(set(table["tenant"].to_pylist())) < 2:
            names = [name for name in names if name != "tenant"]
        table = table.select(names)
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in table.column_names:
        wide = name in ("raw", "message")
        shown.add_column(defuse(name), overflow="ellipsis" if wide else "fold", no_wrap=wide,
                         ratio=1 if wide else None)  # fmt: skip
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        shown.add_row(*(_escaped_markup(defuse(_text(value), _LONGEST)) for value in row))
    screen = Screen()
    if len(table):
        screen.print(shown)
    screen.print(f"{len(table)} rows", style="dim")


def write_rows(answer: Answer, form: str, output: Path | None) -> None:
    """Write rows to a file, or to standard output.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    try:
        if output is None:
            _write(answer, form, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        # Under another name first, so that a full disk leaves no half file behind.
        temporary = output.with_name(f".{output.name}.part")
        try:
            with temporary.open("wb") as sink:
                _write(answer, form, sink)
            temporary.replace(output)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        if output is None:
            raise
        raise ConfigurationError(
            f"the file cannot be written: {error.strerror}",
            remedy="check the folder and the space left",
            path=str(output),
        ) from error


def _write(answer: Answer, form: str, sink: BinaryIO) -> None:
    if form == "parquet":
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
            sink.write(encode(to_ocsf(row) if form == "ocsf" else _plain(row)))
            sink.write(b"\n")


def defuse_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula.

    >>> defuse_cell("=cmd()"), defuse_cell(-5)
    ("'=cmd()", -5)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    text = _text(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _objects(answer: Answer) -> Iterator[dict[str, Any]]:
    names = answer.columns
    for row in answer.rows:
        yield dict(zip(names, row, strict=True))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
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


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return msgspec.json.encode(_json(value)).decode()
    return value.hex() if isinstance(value, bytes) else str(value)


def _escaped_markup(text: str) -> str:
    return text.replace("[", r"\[")
