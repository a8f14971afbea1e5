"""How a state file is opened: durable, shared between processes, at the right version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from midwatch.kernel import BadInputError, ConfigurationError

BUSY_SECONDS: Final = 30.0
"""How long a process waits for another that is writing."""
_VERSIONS: Final = """
CREATE TABLE IF NOT EXISTS midwatch_version (
    component TEXT PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""


def open_database(path: Path, component: str, migrations: Sequence[str]) -> sqlite3.Connection:
    """Open or make a state file and apply what migrations of a component are missing.

    Autocommit outside of ``transaction``; WAL with ``synchronous=FULL``, so that what a
    commit returned from survives a power cut; foreign keys are kept.

    Args:
        path: The file; its folder is made when missing, for the owner only.
        component: Whose tables these are.
        migrations: SQL scripts, oldest first; only ever appended to.

    Raises:
        ConfigurationError: The file cannot be opened, or a newer Midwatch wrote it.
        BadInputError: The file is damaged.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.OperationalError) as error:
        raise ConfigurationError(
            f"the state file cannot be opened: {error}",
            remedy="check the folder, its owner and the space left",
            path=str(path),
        ) from error
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        _migrate(connection, path, component, migrations)
    except sqlite3.DatabaseError as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise ConfigurationError(
                f"the state file cannot be used: {error}",
                remedy="check the folder, its owner and the space left",
                path=str(path),
            ) from error
        raise BadInputError(
            f"the state file is damaged: {error}",
            remedy="set it aside and restore the last backup (midwatch restore)",
            path=str(path),
        ) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(
    connection: sqlite3.Connection, path: Path, component: str, migrations: Sequence[str]
) -> None:
    with transaction(connection):
        connection.execute(_VERSIONS)
        row = connection.execute(
            "SELECT version FROM midwatch_version WHERE component = ?", (component,)
        ).fetchone()
        version = row[0] if row else 0
        if version > len(migrations):
            raise ConfigurationError(
                f"a newer Midwatch wrote its {component} (version {version})",
                remedy="run that version, or restore a backup made before the upgrade",
                path=str(path),
            )
        for script in migrations[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(
            "INSERT INTO midwatch_version VALUES (?, ?) "
            "ON CONFLICT (component) DO UPDATE SET version = excluded.version",
            (component, len(migrations)),
        )


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: ``executescript`` would end the transaction."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing; the writer's lock is taken at the start, so that none is refused midway."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
