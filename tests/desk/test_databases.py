"""The desk's database: SQLite beside the rest, or PostgreSQL as its URL says."""

from __future__ import annotations

from pathlib import Path

import pytest

from midwatch.desk.setup import DeskSetup
from midwatch.desk.site.databases import cache_of, database_of
from midwatch.kernel import ConfigurationError
from midwatch.watch.configuration import Configuration, DeskSettings
from midwatch.watch.state_folder import StateFolder


def setup(
    path: Path, monkeypatch: pytest.MonkeyPatch, url: str = "", workers: int = 1
) -> DeskSetup:
    monkeypatch.setenv("DESK_DATABASE", url)
    named = "env:DESK_DATABASE" if url else ""
    desk = DeskSettings(database=named, workers=workers)
    return DeskSetup(StateFolder(path), Configuration(desk=desk))


def test_what_a_url_says_of_the_connection_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = (
        "postgresql://watch:p%40ss@db.example:5433/mid?sslmode=verify-full"
        "&sslrootcert=/etc/ca.pem&connect_timeout=5"
    )
    found = database_of(setup(tmp_path, monkeypatch, url))
    assert (found["HOST"], found["PORT"], found["PASSWORD"]) == ("db.example", "5433", "p@ss")
    assert found["OPTIONS"] == {
        "sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "connect_timeout": "5",
    }  # fmt: skip
    socket = database_of(setup(tmp_path, monkeypatch, "postgresql:///mid?host=/run/postgresql"))
    assert (socket["HOST"], socket["OPTIONS"]) == ("/run/postgresql", {})


@pytest.mark.parametrize("query", ["sslmod=require", "options=-c%20role%3Downer", "passfile=/x"])
def test_what_is_not_known_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    with pytest.raises(ConfigurationError, match="not known"):
        database_of(setup(tmp_path, monkeypatch, f"postgresql://db.example/mid?{query}"))


def test_several_processes_count_tries_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "locmem" in cache_of(setup(tmp_path, monkeypatch))["BACKEND"]
    assert "db" in cache_of(setup(tmp_path, monkeypatch, workers=2))["BACKEND"]
