"""Where the desk keeps what people edit: SQLite beside the rest, or PostgreSQL."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from midwatch.desk.setup import DeskSetup
from midwatch.kernel import ConfigurationError
from midwatch.paging.references import resolve


def database_of(setup: DeskSetup) -> dict[str, Any]:
    """Django's description of the database.

    Raises:
        ConfigurationError: The named URL is missing or is none of PostgreSQL's.
    """
    named = setup.configuration.desk.database
    if not named:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": setup.folder.path / "desk.sqlite",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
            "CONN_MAX_AGE": None,
        }
    url = urlsplit(resolve(named))
    if url.scheme not in ("postgresql", "postgres") or not url.path.strip("/"):
        raise ConfigurationError(
            "desk.database names no PostgreSQL database",
            remedy="keep a URL there, such as postgresql://midwatch:password@db.example/midwatch",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def cache_of(setup: DeskSetup) -> dict[str, Any]:
    """Where tries of a password are counted: shared as soon as several desks may run."""
    if setup.configuration.desk.database:
        return {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "desk_cache",
        }
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "desk"}
