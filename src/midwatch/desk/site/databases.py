"""Where the desk keeps what people edit: SQLite beside the rest, or PostgreSQL."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from midwatch.desk.setup import DeskSetup
from midwatch.kernel import ConfigurationError
from midwatch.paging.references import resolve

_MAY_SAY: Final = frozenset(
    {
        "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslnegotiation",
        "channel_binding", "connect_timeout", "keepalives", "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout", "application_name",
        "target_session_attrs", "gssencmode", "krbsrvname", "requirepeer", "host", "port",
    }
)  # fmt: skip
"""What a URL may say of the connection, by libpq's names (34.1.2 of PostgreSQL's manual)."""


def database_of(setup: DeskSetup) -> dict[str, Any]:
    """Django's description of the database.

    Raises:
        ConfigurationError: The named URL is missing, is none of PostgreSQL's, or says of the
            connection what is not known.
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
    said = _said(url.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": said.pop("host", unquote(url.hostname or "")),
        "PORT": said.pop("port", str(url.port or "")),
        "OPTIONS": said,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _said(query: str) -> dict[str, str]:
    """What stands behind the question mark. Left out silently, a wish for TLS would be none."""
    said = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(said.keys() - _MAY_SAY)
    if unknown:
        raise ConfigurationError(
            f"desk.database says {unknown[0]}, which is not known",
            remedy=f"leave it out; known are {', '.join(sorted(_MAY_SAY))}",
        )
    return said


def shares_cache(setup: DeskSetup) -> bool:
    """Whether several processes answer, which must count together."""
    desk = setup.configuration.desk
    return bool(desk.database) or desk.workers > 1


def cache_of(setup: DeskSetup) -> dict[str, Any]:
    """Where tries of a password are counted: shared as soon as several processes may answer."""
    if shares_cache(setup):
        return {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "desk_cache",
        }
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "desk"}
