"""The watch's own records, opened once in each thread of the desk.

Only ``scope`` (and what runs before anybody is signed in) asks these; a test holds every page
to that.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from midwatch.desk.setup import desk_setup
from midwatch.incidents import Incidents
from midwatch.knowledge import KnowledgeStore
from midwatch.paging import SqliteIncidents
from midwatch.tenants import TenantStore
from midwatch.watch.health import HealthStore
from midwatch.watch.policies import Policies
from midwatch.watch.state_folder import StateFolder

if TYPE_CHECKING:  # a third of the desk's memory, from the first search on
    from midwatch.lake.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class Stores:
    """What the watch keeps in its state folder."""

    folder: StateFolder
    tenants: TenantStore
    incidents: SqliteIncidents
    answering: Incidents
    health: HealthStore
    policies: Policies
    knowledge: KnowledgeStore


_HELD: Final = threading.local()


def stores() -> Stores:
    """This thread's stores.

    Raises:
        ConfigurationError: The state folder cannot be used.
        BadInputError: A state file is damaged.
    """
    folder = desk_setup().folder
    held: tuple[Path, Stores] | None = getattr(_HELD, "stores", None)
    if held is None or held[0] != folder.path:
        held = (folder.path, _open(folder))
        _HELD.stores = held
    if not getattr(_HELD, "once", False):
        held[1].policies.refresh()
    return held[1]


@cache
def snapshots() -> Snapshots:
    """What all threads remember of the lake."""
    from midwatch.lake.snapshots import Snapshots  # noqa: PLC0415  # the reason stands above

    return Snapshots()


@contextmanager
def one_look() -> Iterator[None]:
    """Inside, policies are those that were in force at its beginning: a page asks many times."""
    before = getattr(_HELD, "once", False)
    stores()
    _HELD.once = True
    try:
        yield
    finally:
        _HELD.once = before


def close() -> None:
    """Let go of this thread's stores; the next question opens them anew."""
    held: tuple[Path, Stores] | None = getattr(_HELD, "stores", None)
    if held is not None:
        del _HELD.stores
        for store in (held[1].tenants, held[1].incidents, held[1].health, held[1].knowledge):
            store.close()


def _open(folder: StateFolder) -> Stores:
    folder.open()
    incidents = SqliteIncidents(folder.database)
    policies = Policies(folder.policies)
    return Stores(
        folder,
        TenantStore(folder.database),
        incidents,
        Incidents(incidents, policies.policy_of),
        HealthStore(folder.database),
        policies,
        KnowledgeStore(folder.database),
    )
