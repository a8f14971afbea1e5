"""What is known of addresses, joined for the running watch: the store, kept lists, geography.

``refresh`` looks whether anything changed, and costs next to nothing where nothing did. A list
or database that cannot be read is left out and told in the log; the clock makes a concern of it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from midwatch.incidents import Knowledge
from midwatch.incidents.list_index import ListIndex
from midwatch.kernel import MidwatchError
from midwatch.knowledge import KnowledgeStore, kept_list, read_kept
from midwatch.watch.geography import Geography

_LOG: Final = logging.getLogger(__name__)
_Stamp = tuple[int, int]


class Knowing:
    """Gives each client's ``Knowledge``."""

    def __init__(self, database: Path, lists: Path, geoip: Sequence[str]) -> None:
        """Open what is there.

        Args:
            database: The state file.
            lists: Where the contents of lists are kept.
            geoip: Databases of countries and networks.
        """
        self._store = KnowledgeStore(database)
        self._lists = lists
        self._geoip = [Path(text) for text in geoip]
        self._indices: dict[str, tuple[_Stamp, ListIndex | None]] = {}
        self._known: dict[str, Knowledge] = {}
        self._revision = self._store.revision
        self._stamps = [_stamp(path) for path in self._geoip]
        self._geography = self._opened()

    def knowledge_of(self, tenant: str) -> Knowledge:
        """What is known for a client."""
        known = self._known.get(tenant)
        if known is None:
            indices = [self._index(source.name) for source in self._store.lists(tenant)]
            known = self._known[tenant] = Knowledge(
                assets=self._store.assets(tenant),
                known=self._store.known(tenant),
                lists=[index for index in indices if index is not None],
                places=self._geography,
            )
        return known

    def refresh(self) -> bool:
        """Look whether anything changed; whether it did."""
        revision = self._store.revision
        stamps = [_stamp(path) for path in self._geoip]
        if (revision, stamps) == (self._revision, self._stamps):
            return False
        self._known.clear()
        if stamps != self._stamps:
            self._geography.close()
            self._stamps = stamps
            self._geography = self._opened()
        self._revision = revision
        return True

    def close(self) -> None:
        """Let go of files."""
        self._geography.close()
        self._store.close()

    def _index(self, name: str) -> ListIndex | None:
        stamp = _stamp(kept_list(self._lists, name))
        kept = self._indices.get(name)
        if kept is None or kept[0] != stamp:
            index = None
            try:
                index = read_kept(self._lists, name)
            except MidwatchError as error:
                _LOG.warning("an address list is left out: %s", error)
            kept = self._indices[name] = (stamp, index)
        return kept[1]

    def _opened(self) -> Geography:
        sound = []
        for path in self._geoip:
            try:
                Geography([path]).close()
                sound.append(path)
            except MidwatchError as error:
                _LOG.warning("a database of places is left out: %s", error)
        return Geography(sound)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
