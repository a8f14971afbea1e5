"""Tenants, offices and feeds in the state file.

Every process opens its own store. ``revision`` grows with each change, so that whoever
keeps a copy in memory knows when to read again.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar
from unicodedata import category

import msgspec

from midwatch.database import open_database, transaction
from midwatch.kernel import BadInputError
from midwatch.tenants.values import Feed, FieldMasking, Mark, MarkKind, Office, Tenant

_MIGRATIONS: Final = (
    """
    CREATE TABLE tenant (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, zone TEXT NOT NULL,
        retention_days INTEGER NOT NULL, legal_hold INTEGER NOT NULL,
        demo INTEGER NOT NULL, created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE office (
        id TEXT NOT NULL, tenant TEXT NOT NULL REFERENCES tenant ON DELETE CASCADE,
        title TEXT NOT NULL, zone TEXT NOT NULL, PRIMARY KEY (tenant, id)
    ) STRICT;
    CREATE TABLE feed (
        id TEXT PRIMARY KEY, tenant TEXT NOT NULL, office TEXT NOT NULL,
        title TEXT NOT NULL, product TEXT NOT NULL, zone TEXT NOT NULL,
        silence INTEGER NOT NULL, paused INTEGER NOT NULL, created INTEGER NOT NULL,
        FOREIGN KEY (tenant, office) REFERENCES office (tenant, id) ON DELETE CASCADE
    ) STRICT;
    CREATE TABLE mark (
        feed TEXT NOT NULL REFERENCES feed ON DELETE CASCADE, kind TEXT NOT NULL,
        value TEXT NOT NULL, port INTEGER NOT NULL, host TEXT NOT NULL,
        PRIMARY KEY (kind, value, port, host)
    ) STRICT;
    CREATE TABLE tenants_revision (number INTEGER NOT NULL) STRICT;
    INSERT INTO tenants_revision VALUES (0);
    """,
    """
    CREATE INDEX feed_tenant ON feed (tenant, office);
    CREATE INDEX mark_feed ON mark (feed);
    """,
    """
    CREATE TABLE masking (
        tenant TEXT PRIMARY KEY REFERENCES tenant ON DELETE CASCADE, content BLOB NOT NULL
    ) STRICT;
    """,
)
_Row = TypeVar("_Row", bound=msgspec.Struct)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that open or close a turn of the reading direction."""


class TenantStore:
    """Reads and writes; see the module's documentation. All writes are durable on return."""

    def __init__(self, path: Path) -> None:
        """``path``: the state file, made when missing."""
        self._database = open_database(path, "tenants", _MIGRATIONS)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @property
    def revision(self) -> int:
        """Grows with every change by any process."""
        row = self._database.execute("SELECT number FROM tenants_revision").fetchone()
        return int(row[0])

    def tenants(self) -> list[Tenant]:
        """All, by id."""
        return _read(self._database, "SELECT * FROM tenant ORDER BY id", (), Tenant)

    def tenant(self, tenant: str) -> Tenant | None:
        """The tenant of that id."""
        found = _read(self._database, "SELECT * FROM tenant WHERE id = ?", (tenant,), Tenant)
        return found[0] if found else None

    def offices(self, tenant: str) -> list[Office]:
        """A tenant's offices, by id."""
        query = "SELECT * FROM office WHERE tenant = ? ORDER BY id"
        return _read(self._database, query, (tenant,), Office)

    def feeds(self, tenant: str | None = None) -> list[Feed]:
        """The feeds of one tenant, or of all, by id, with their marks."""
        return self._feeds("?1 IS NULL OR tenant = ?1", tenant)

    def feed(self, feed: str) -> Feed | None:
        """The feed of that id."""
        return next(iter(self._feeds("id = ?1", feed)), None)

    def _feeds(self, which: str, given: str | None) -> list[Feed]:
        """The feeds of which a condition holds; no others are read, since there may be many."""
        marks: dict[str, list[Mark]] = {}
        for feed, kind, value, port, host in self._database.execute(
            "SELECT feed, kind, value, port, host FROM mark WHERE feed IN "  # noqa: S608  # one of two conditions
            f"(SELECT id FROM feed WHERE {which}) ORDER BY kind, value, port, host",
            (given,),
        ):
            marks.setdefault(feed, []).append(Mark(MarkKind(kind), value, port, host))
        query = f"SELECT * FROM feed WHERE {which} ORDER BY id"  # noqa: S608  # one of two conditions
        return [
            msgspec.structs.replace(feed, marks=tuple(marks.get(feed.id, ())))
            for feed in _read(self._database, query, (given,), Feed)
        ]

    def save_tenant(self, tenant: Tenant) -> None:
        """Add or change a tenant.

        Raises:
            BadInputError: The id is not a plain name, or a new title cannot be shown as it is.
        """
        _check_name("tenant", tenant.id)
        known = self.tenant(tenant.id)
        if known is None or known.title != tenant.title:
            check_title(tenant.title)
        self._write("tenant", tenant, key=("id",))

    def save_office(self, office: Office) -> None:
        """Add or change an office.

        Raises:
            BadInputError: The id is not a plain name, there is no such tenant, or a new title
                cannot be shown as it is.
        """
        _check_name("office", office.id)
        if self.tenant(office.tenant) is None:
            raise _unknown("tenant", office.tenant)
        known = {each.id: each.title for each in self.offices(office.tenant)}
        if known.get(office.id) != office.title:
            check_title(office.title)
        self._write("office", office, key=("tenant", "id"))

    def save_feed(self, feed: Feed) -> None:
        """Add or change a feed and its marks.

        Raises:
            BadInputError: The id is not a plain name or is another tenant's, there is no such
                office, a mark already tells another feed, or a new title cannot be shown as it is.
        """
        _check_name("source", feed.id)
        known = self.feed(feed.id)
        if known is None or known.title != feed.title:
            check_title(feed.title)
        if known is not None and known.tenant != feed.tenant:
            raise BadInputError(
                f"the source {feed.id!r} is another client's", remedy="choose another name"
            )
        if feed.office not in {office.id for office in self.offices(feed.tenant)}:
            raise _unknown("office", feed.office)
        with transaction(self._database) as database:
            self._upsert(database, "feed", feed, ("id",))
            database.execute("DELETE FROM mark WHERE feed = ?", (feed.id,))
            for mark in feed.marks:
                try:
                    database.execute(
                        "INSERT INTO mark VALUES (?, ?, ?, ?, ?)",
                        (feed.id, mark.kind.value, mark.value, mark.port, mark.host),
                    )
                except sqlite3.IntegrityError as error:
                    raise BadInputError(
                        f"another source is already told by that {mark.kind.value}",
                        remedy="give each source a token, certificate, port or host of its own",
                    ) from error
            database.execute("UPDATE tenants_revision SET number = number + 1")

    def maskings(self) -> list[FieldMasking]:
        """What is masked of whose events, by tenant."""
        rows = self._database.execute("SELECT content FROM masking ORDER BY tenant")
        return [msgspec.json.decode(row[0], type=FieldMasking) for row in rows]

    def save_masking(self, masking: FieldMasking) -> None:
        """Mask from now on; without fields, no more.

        Raises:
            BadInputError: There is no such tenant.
        """
        if self.tenant(masking.tenant) is None:
            raise _unknown("tenant", masking.tenant)
        with transaction(self._database) as database:
            database.execute("DELETE FROM masking WHERE tenant = ?", (masking.tenant,))
            if masking.fields:
                database.execute(
                    "INSERT INTO masking VALUES (?, ?)",
                    (masking.tenant, msgspec.json.encode(masking)),
                )
            database.execute("UPDATE tenants_revision SET number = number + 1")

    def remove_feed(self, feed: str) -> None:
        """Forget a feed; what it sent stays in the lake."""
        self._delete("DELETE FROM feed WHERE id = ?", (feed,))

    def remove_tenant(self, tenant: str) -> None:
        """Forget a tenant with offices and feeds; what they sent stays in the lake."""
        self._delete("DELETE FROM tenant WHERE id = ?", (tenant,))

    def _delete(self, statement: str, given: tuple[str, ...]) -> None:
        with transaction(self._database) as database:
            database.execute(statement, given)
            database.execute("UPDATE tenants_revision SET number = number + 1")

    def _write(self, table: str, value: msgspec.Struct, key: Sequence[str]) -> None:
        with transaction(self._database) as database:
            self._upsert(database, table, value, key)
            database.execute("UPDATE tenants_revision SET number = number + 1")

    @staticmethod
    def _upsert(
        database: sqlite3.Connection, table: str, value: msgspec.Struct, key: Sequence[str]
    ) -> None:
        fields = {
            name: content
            for name, content in msgspec.structs.asdict(value).items()
            if name != "marks"
        }
        changes = ", ".join(f"{name} = excluded.{name}" for name in fields if name not in key)
        names, blanks = ", ".join(fields), ", ".join("?" * len(fields))
        database.execute(
            f"INSERT INTO {table} ({names}) VALUES ({blanks}) "  # noqa: S608  # names of our own structs
            f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}",
            [int(content) if isinstance(content, bool) else content for content in fields.values()],
        )


def _read(
    database: sqlite3.Connection, query: str, given: Sequence[str | None], kind: type[_Row]
) -> list[_Row]:
    cursor = database.execute(query, given)
    names = [column[0] for column in cursor.description]
    return [
        msgspec.convert(dict(zip(names, row, strict=True)), kind, strict=False) for row in cursor
    ]


def check_title(title: str) -> None:
    """Refuse a title that could pass for another on a page.

    Raises:
        BadInputError: It holds control characters or marks that turn the reading direction.
    """
    if any(map(_misleads, title)):
        raise BadInputError(
            "a name may hold no control characters and no marks that turn the reading direction",
            remedy="type it anew rather than copying it",
        )


def _misleads(character: str) -> bool:
    """A control character, a line's end, half of a pair, or a mark that turns what follows."""
    return category(character) in ("Cc", "Zl", "Zp", "Cs") or character in _TURNING


def _check_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadInputError(
            f"{name!r} cannot be the id of a {what}",
            remedy="use small letters, digits and hyphens, at most 63, beginning with a letter or "
            "digit",
        )


def _unknown(what: str, name: str) -> BadInputError:
    return BadInputError(f"there is no {what} {name!r}", remedy=f"add the {what} first")
