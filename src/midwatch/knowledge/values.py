"""Lists as people name them, and how each of them is. Times are UTC microseconds since 1970."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from midwatch.incidents.address_lists import Effect

EVERYBODY: Final = ""
"""Stands for a client where a list is for all of them."""
SECOND: Final = 1_000_000
RETRY: Final = 15 * 60 * SECOND
"""How soon a list that failed is tried again, unless it is due sooner."""


class ListForm(StrEnum):
    """How a list is written."""

    AUTO = "auto"
    PLAIN = "plain"
    CSV = "csv"
    STIX = "stix"
    TAXII = "taxii"


class ListSource(msgspec.Struct, frozen=True):
    """One list. ``tenant``: whose it is, or ``EVERYBODY``.

    ``origin``: a URL, or a file on this machine. ``collection``: of a TAXII server, by id, alias
    or title. ``user`` and ``secret``: what the server asks for; a secret without a user is a
    token; it is a reference such as ``env:NAME``. ``every``: how often to fetch, seconds.
    ``keep``: for how long what was fetched is used, seconds.
    """

    name: str
    tenant: str
    origin: str
    form: ListForm = ListForm.AUTO
    collection: str = ""
    user: str = ""
    secret: str = ""
    every: int = 86_400
    keep: int = 30 * 86_400
    effect: Effect = Effect.RAISE
    licence: str = ""
    created: int = 0


class ListState(msgspec.Struct, frozen=True):
    """How a list is.

    ``tried``: when it was asked for last; ``fetched``: when it was there last (None: never);
    ``entries``, ``skipped`` and ``wrong``: of what was fetched then. ``trouble``: why the last
    try failed, empty if it did not; ``since``: when it began to fail. ``mark``: by which the
    server tells whether the list has changed.
    """

    name: str
    tried: int = 0
    fetched: int | None = None
    entries: int = 0
    skipped: int = 0
    wrong: tuple[str, ...] = ()
    trouble: str = ""
    since: int | None = None
    mark: str = ""

    def due(self, every: int) -> int:
        """When it is to be asked for next; ``every`` in seconds."""
        wait = every * SECOND
        return self.tried + (min(wait, RETRY) if self.trouble else wait) if self.tried else 0
