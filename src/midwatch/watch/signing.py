"""Keys that this installation signs with; they never leave the state folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def link_key(folder: Path) -> bytes:
    """The key of links in messages, in the state folder: the clock signs, the desk reads."""
    return signing_key(folder / "links.key")


def signing_key(path: Path) -> bytes:
    """The key in that file, 32 random bytes; made at first, readable by the owner alone."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(32)
        beside = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            key = path.read_bytes()
        beside.unlink()
        return key
