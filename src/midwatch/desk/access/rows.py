"""PostgreSQL itself hides rows of clients that the viewer may not see: a second wall.

The first wall is ``scope``. Should a page ever ask the database past it, the rows of other
clients are still not there: each request says whose rows it may read, in a setting of its
connection that every policy compares with; who says nothing sees nothing. SQLite has no such
thing; there the first wall stands alone.

Every table with a column ``tenant`` gets its policy after each migration, without anybody's
having to think of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from midwatch.desk.access.viewers import Viewer

ALL: Final = "*"
NONE: Final = ""
COLUMN: Final = "tenant"
_SETTING: Final = "midwatch.clients"
_POLICY: Final = "midwatch_client"
_HELD: Final = threading.local()
_VISIBLE: Final = (
    f"current_setting('{_SETTING}', true) = '{ALL}' OR ({COLUMN} <> '' AND {COLUMN} = ANY "
    f"(string_to_array(current_setting('{_SETTING}', true), ',')))"
)


def rows_of(viewer: Viewer) -> str:
    """Which clients' rows that viewer may read, as the policies compare it."""
    return ALL if viewer.everywhere else ",".join(sorted(viewer.tenants))


def current() -> str:
    """What this thread may read now."""
    found: str = getattr(_HELD, "visible", NONE)
    return found


def see(visible: str) -> None:
    """From now on, the rows of these clients (``rows_of``) and no others."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [_SETTING, visible])
    _HELD.visible = visible


@contextmanager
def rows(visible: str) -> Iterator[None]:
    """Inside, the rows of these clients and no others; afterwards as before."""
    before = current()
    see(visible)
    try:
        yield
    except BaseException:
        # A transaction that broke inside takes no more statements; its end, which comes next,
        # takes the setting back as well.
        try:
            see(before)
        except DatabaseError:
            _HELD.visible = before
        raise
    see(before)


def every_row() -> AbstractContextManager[None]:
    """For what happens before anybody is known: signing in, a link that opens, the record."""
    return rows(ALL)


def protect(using: str = DEFAULT_DB_ALIAS, **more: object) -> None:
    """Give every table with a client its policy; called after each migration."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in protected_tables():
            if table not in there:
                continue
            name = connection.ops.quote_name(table)
            cursor.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
            cursor.execute(f"DROP POLICY IF EXISTS {_POLICY} ON {name}")
            cursor.execute(
                f"CREATE POLICY {_POLICY} ON {name} USING ({_VISIBLE}) WITH CHECK ({_VISIBLE})"
            )


def protected_tables() -> list[str]:
    """The tables with a column for the client."""
    return sorted(
        model._meta.db_table  # noqa: SLF001  # Django's name for a documented interface
        for model in apps.get_models()
        if any(field.column == COLUMN for field in model._meta.local_concrete_fields)  # noqa: SLF001  # Django's name for a documented interface
    )
