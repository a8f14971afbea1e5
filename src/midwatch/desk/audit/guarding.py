"""The database itself keeps the record: it refuses to change, remove or empty its rows.

The guards are set after each migration, as a migration that rebuilds a table on SQLite loses
them. They stop a faulty page, an injected statement and a hand in the console alike; who owns the
database can take them away, which the copies outside of it are for.
"""

from __future__ import annotations

from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections

KEPT: Final = ("audit_entry", "audit_reveal")
_SENTENCE: Final = "the record is only ever added to"


def guard(using: str = DEFAULT_DB_ALIAS, **more: object) -> None:
    """Set the guards anew; called after each migration."""
    connection = connections[using]
    there = set(connection.introspection.table_names())
    statements = _postgresql if connection.vendor == "postgresql" else _sqlite
    with connection.cursor() as cursor:
        for table in KEPT:
            if table in there:
                for statement in statements(table):
                    cursor.execute(statement)


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_{what.lower()} BEFORE {what} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END"
        for what in ("UPDATE", "DELETE")
    ]


def _postgresql(table: str) -> list[str]:
    refuse = (
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SENTENCE}'; END $$"
    )
    keep = (
        f"CREATE OR REPLACE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )
    return [refuse, keep]
