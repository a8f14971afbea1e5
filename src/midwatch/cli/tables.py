"""Rows of a question as a table, or in a file (``lake.exporting``)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from rich import box
from rich.table import Table

from midwatch.cli.screen import Screen
from midwatch.kernel import ConfigurationError
from midwatch.lake import Answer
from midwatch.lake.exporting import EXPORTS, cell_text, write_answer
from midwatch.reports.defusing import defuse

FORMATS: Final = ("table", *EXPORTS)
_SHOWN: Final = ("time", "tenant", "source", "host", "action", "outcome", "src_ip", "user", "raw")
_LONGEST: Final = 400


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
        shown.add_row(*(_escaped_markup(defuse(cell_text(value), _LONGEST)) for value in row))
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
            write_answer(answer, form, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        # Under another name first, so that a full disk leaves no half file behind.
        temporary = output.with_name(f".{output.name}.part")
        try:
            with temporary.open("wb") as sink:
                write_answer(answer, form, sink)
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


def _escaped_markup(text: str) -> str:
    return text.replace("[", r"\[")
