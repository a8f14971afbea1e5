"""The last good content of each list, one file each; replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from midwatch.incidents.list_index import ListIndex
from midwatch.kernel import BadInputError


def kept_list(folder: Path, name: str) -> Path:
    """Where a list's content lies."""
    return folder / f"{name}.list"


def keep(folder: Path, index: ListIndex) -> None:
    """Keep a list in place of what was kept of it; on disk when this returns."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = kept_list(folder, index.name)
    beside = path.with_suffix(f".{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(index.to_bytes())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_kept(folder: Path, name: str) -> ListIndex | None:
    """The list as it was kept; None where it never was.

    Raises:
        BadInputError: It is damaged.
    """
    path = kept_list(folder, name)
    try:
        return ListIndex.from_bytes(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInputError(
            f"the kept address list cannot be read: {error.strerror}",
            remedy="fetch it again: midwatch list update",
            path=str(path),
        ) from error
