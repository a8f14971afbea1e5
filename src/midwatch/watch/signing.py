"""The key that links and marks in messages are signed with."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def signing_key(path: Path) -> bytes:
    """The key that links are signed with; made at first, readable by the owner alone."""
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
