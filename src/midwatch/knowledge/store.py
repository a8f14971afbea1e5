"""Assets, known addresses and lists in the state file.

Every process opens its own store. ``revision`` grows with each change that matters to whoever
looks addresses up, a newly fetched list too.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec

from midwatch.database import open_database, transaction
from midwatch.incidents.enrichment import Asset, KnownAddress
from midwatch.kernel import BadInputError
from midwatch.knowledge.values import EVERYBODY, ListSource, ListState

_MIGRATIONS: Final = (
    """
    CREATE TABLE asset (
        tenant TEXT NOT NULL, title TEXT NOT NULL, content BLOB NOT NULL,
        PRIMARY KEY (tenant, title)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE known_address (
        tenant TEXT NOT NULL, network TEXT NOT NULL, content BLOB NOT NULL,
        PRIMARY KEY (tenant, network)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE address_list (
        name TEXT PRIMARY KEY, tenant TEXT NOT NULL, content BLOB NOT NULL, state BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE knowledge_revision (number INTEGER NOT NULL) STRICT;
    INSERT INTO knowledge_revision VALUES (0);
    """,
)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_GROW: Final = "UPDATE knowledge_revision SET number = number + 1"


class KnowledgeStore:
    """Reads and writes; see the module's documentation. All writes are durable on return."""

    def __init__(self, path: Path) -> None:
        """``path``: the state file, made when missing."""
        self._database = open_database(path, "knowledge", _MIGRATIONS)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @property
    def revision(self) -> int:
        """Grows with every change by any process."""
        row = self._database.execute("SELECT number FROM knowledge_revision").fetchone()
        return int(row[0])

    # ------------------------------------------------------------ of one client

    def assets(self, tenant: str) -> list[Asset]:
        """A client's machines and networks, by title."""
        rows = self._database.execute(
            "SELECT content FROM asset WHERE tenant = ? ORDER BY title", (tenant,)
        )
        return [msgspec.json.decode(row[0], type=Asset) for row in rows]

    def known(self, tenant: str) -> list[KnownAddress]:
        """The addresses a client knows, by network."""
        rows = self._database.execute(
            "SELECT content FROM known_address WHERE tenant = ? ORDER BY network", (tenant,)
        )
        return [msgspec.json.decode(row[0], type=KnownAddress) for row in rows]

    def save_asset(self, tenant: str, asset: Asset) -> None:
        """Add or change a machine or network."""
        self._write(
            "INSERT OR REPLACE INTO asset VALUES (?, ?, ?)",
            (tenant, asset.title, msgspec.json.encode(asset)),
        )

    def save_known(self, tenant: str, address: KnownAddress) -> None:
        """Add or change a known address."""
        self._write(
            "INSERT OR REPLACE INTO known_address VALUES (?, ?, ?)",
            (tenant, address.network, msgspec.json.encode(address)),
        )

    def remove_asset(self, tenant: str, title: str) -> bool:
        """Forget a machine; whether there was one."""
        return self._write("DELETE FROM asset WHERE tenant = ? AND title = ?", (tenant, title))

    def remove_known(self, tenant: str, network: str) -> bool:
        """Forget a known address; whether there was one."""
        return self._write(
            "DELETE FROM known_address WHERE tenant = ? AND network = ?", (tenant, network)
        )

    def forget(self, tenant: str) -> list[str]:
        """Forget all that is a client's own; the names of its lists."""
        names = [each.name for each in self.lists() if each.tenant == tenant]
        with transaction(self._database) as database:
            for table in ("asset", "known_address", "address_list"):
                database.execute(f"DELETE FROM {table} WHERE tenant = ?", (tenant,))  # noqa: S608  # one of three names
            database.execute(_GROW)
        return names

    # ------------------------------------------------------------ lists

    def lists(self, tenant: str | None = None) -> list[ListSource]:
        """All lists by name; with ``tenant`` those for that client, everybody's included."""
        rows = self._database.execute(
            "SELECT content FROM address_list WHERE ?1 IS NULL OR tenant IN (?1, ?2) ORDER BY name",
            (tenant, EVERYBODY),
        )
        return [msgspec.json.decode(row[0], type=ListSource) for row in rows]

    def source(self, name: str) -> ListSource | None:
        """The list of that name."""
        return next((each for each in self.lists() if each.name == name), None)

    def state(self, name: str) -> ListState:
        """How a list is; as never tried where there is none."""
        row = self._database.execute(
            "SELECT state FROM address_list WHERE name = ?", (name,)
        ).fetchone()
        return ListState(name) if row is None else msgspec.json.decode(row[0], type=ListState)

    def save_list(self, source: ListSource) -> None:
        """Add or change a list; how it is stays.

        Raises:
            BadInputError: The name is not a plain one.
        """
        if not _NAME.fullmatch(source.name):
            raise BadInputError(
                f"{source.name!r} cannot be the name of a list",
                remedy="use small letters, digits and hyphens, at most 63",
            )
        self._write(
            "INSERT INTO address_list VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
            "tenant = excluded.tenant, content = excluded.content",
            (
                source.name,
                source.tenant,
                msgspec.json.encode(source),
                msgspec.json.encode(ListState(source.name)),
            ),
        )

    def save_state(self, state: ListState) -> None:
        """Note how a list is; one that was removed meanwhile stays so."""
        self._write(
            "UPDATE address_list SET state = ? WHERE name = ?",
            (msgspec.json.encode(state), state.name),
        )

    def remove_list(self, name: str) -> bool:
        """Forget a list; whether there was one."""
        return self._write("DELETE FROM address_list WHERE name = ?", (name,))

    def due(self, now: int) -> list[ListSource]:
        """The lists that are to be fetched now."""
        return [each for each in self.lists() if self.state(each.name).due(each.every) <= now]

    def _write(self, statement: str, given: tuple[str | bytes, ...]) -> bool:
        with transaction(self._database) as database:
            changed = database.execute(statement, given).rowcount > 0
            database.execute(_GROW)
        return changed
