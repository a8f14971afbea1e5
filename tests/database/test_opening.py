"""How state files are opened and brought up to date."""

import sqlite3
from pathlib import Path

import pytest

from midwatch.database import open_database, transaction
from midwatch.kernel import BadInputError, ConfigurationError

FIRST = "CREATE TABLE note (text TEXT NOT NULL) STRICT;"
SECOND = "ALTER TABLE note ADD COLUMN at INTEGER;\nINSERT INTO note VALUES ('semi;colon', 1);"


def test_migrations_are_applied_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    open_database(path, "notes", [FIRST]).close()
    open_database(path, "notes", [FIRST, SECOND]).close()
    again = open_database(path, "notes", [FIRST, SECOND])

    assert again.execute("SELECT * FROM note").fetchall() == [("semi;colon", 1)]


def test_components_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    open_database(path, "notes", [FIRST, SECOND]).close()
    other = open_database(path, "marks", ["CREATE TABLE mark (x INTEGER) STRICT"])

    assert other.execute("SELECT count(*) FROM note").fetchone() == (1,)


def test_a_failing_migration_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with pytest.raises(ConfigurationError, match="cannot be used"):
        open_database(path, "notes", [FIRST + "\nCREATE TABLE note (again TEXT) STRICT;"])

    assert open_database(path, "notes", [FIRST]).execute("SELECT * FROM note").fetchall() == []


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    open_database(path, "notes", [FIRST, SECOND]).close()

    with pytest.raises(ConfigurationError, match="a newer Midwatch wrote its notes"):
        open_database(path, "notes", [FIRST])


def test_a_damaged_file_is_told_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 100)

    with pytest.raises(BadInputError, match="damaged") as caught:
        open_database(path, "notes", [FIRST])
    assert "restore" in caught.value.remedy


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = open_database(tmp_path / "state.sqlite", "notes", [FIRST])

    def insert_two() -> None:
        with transaction(database):
            database.execute("INSERT INTO note VALUES ('kept?')")
            database.execute("INSERT INTO note VALUES (NULL)")

    with pytest.raises(sqlite3.IntegrityError):
        insert_two()

    assert database.execute("SELECT count(*) FROM note").fetchone() == (0,)
