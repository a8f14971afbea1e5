"""How far the pipeline came, and what it remembered then: one row and one blob per tenant.

Position and memories are saved in one transaction, so a restart finds both of the same
moment or the ones before.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import zstandard

from midwatch.database import open_database, transaction

_MIGRATIONS: Final = (
    """
    CREATE TABLE pipeline_position (
        pipeline TEXT PRIMARY KEY, offset INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE pipeline_memory (
        pipeline TEXT NOT NULL, tenant TEXT NOT NULL, state BLOB NOT NULL,
        PRIMARY KEY (pipeline, tenant)
    ) STRICT;
    """,
)


class Checkpoints:
    """Saves and finds checkpoints of one pipeline."""

    def __init__(self, path: Path, pipeline: str) -> None:
        """``path``: the state file; ``pipeline``: its name, if there are several."""
        self._database = open_database(path, "checkpoints", _MIGRATIONS)
        self._pipeline = pipeline

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @property
    def position(self) -> int:
        """The spool offset of the last checkpoint; 0 at first."""
        row = self._database.execute(
            "SELECT offset FROM pipeline_position WHERE pipeline = ?", (self._pipeline,)
        ).fetchone()
        return int(row[0]) if row else 0

    def memory(self, tenant: str) -> bytes | None:
        """What was remembered of a tenant."""
        row = self._database.execute(
            "SELECT state FROM pipeline_memory WHERE pipeline = ? AND tenant = ?",
            (self._pipeline, tenant),
        ).fetchone()
        return zstandard.decompress(row[0]) if row else None

    def tenants(self) -> list[str]:
        """Tenants of which something is remembered."""
        rows = self._database.execute(
            "SELECT tenant FROM pipeline_memory WHERE pipeline = ? ORDER BY tenant",
            (self._pipeline,),
        )
        return [row[0] for row in rows]

    def forget(self, tenant: str) -> None:
        """Forget what was remembered of a tenant."""
        with transaction(self._database) as database:
            database.execute("DELETE FROM pipeline_memory WHERE tenant = ?", (tenant,))

    def save(self, offset: int, memories: Mapping[str, bytes]) -> None:
        """Remember a position, and the memories that changed since the last one."""
        packed = {tenant: zstandard.compress(state, level=1) for tenant, state in memories.items()}
        with transaction(self._database) as database:
            for tenant, state in packed.items():
                database.execute(
                    "INSERT INTO pipeline_memory VALUES (?, ?, ?) "
                    "ON CONFLICT (pipeline, tenant) DO UPDATE SET state = excluded.state",
                    (self._pipeline, tenant, state),
                )
            database.execute(
                "INSERT INTO pipeline_position VALUES (?, ?) "
                "ON CONFLICT (pipeline) DO UPDATE SET offset = excluded.offset",
                (self._pipeline, offset),
            )
