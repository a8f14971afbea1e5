"""Files of the vendor commands: read with a limit, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import click
from rich.text import Text

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.reports.defusing import defuse
from midwatch.vendors.spreadsheets.packages import check_size

PATH: Final = click.Path(path_type=Path)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; its size is looked at first.

    Raises:
        BadInputError: It is not there, no file, too large, or cannot be read.
    """
    try:
        check_size(path.stat().st_size, str(path))
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"the file cannot be read: {error.strerror}", remedy="check the path", path=str(path)
        ) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file under another name first, so that no half file is ever there.

    Raises:
        ConfigurationError: It cannot be written.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as sink:
                sink.write(data)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"the file cannot be written: {error.strerror}",
            remedy="check the folder and the space left",
            path=str(path),
        ) from error


def safe(text: str, longest: int | None = None) -> Text:
    """What others wrote, for a table: no markup, no escapes."""
    return Text(defuse(text, longest))
