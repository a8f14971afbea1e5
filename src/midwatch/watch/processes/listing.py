"""The short process that fetches the address lists that are due, then ends."""

from __future__ import annotations

import fcntl
import logging
from contextlib import closing

from midwatch.knowledge import KnowledgeStore, update
from midwatch.paging.references import resolve
from midwatch.watch.processes.running import microseconds
from midwatch.watch.state_folder import StateFolder

_LOG = logging.getLogger(__name__)


def fetch_lists(folder: StateFolder) -> bool:
    """Fetch what is due; False where another process is at it.

    It may be killed at any moment: a list is replaced whole or not at all.

    Raises:
        ConfigurationError, BadInputError: The state folder cannot be used.
    """
    folder.lists.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder.lists / "fetch.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        with closing(KnowledgeStore(folder.database)) as store:
            for source in store.due(microseconds()):
                state = update(store, folder.lists, source, microseconds(), resolve)
                if state.trouble:
                    _LOG.warning("the list %s was not fetched: %s", source.name, state.trouble)
    return True
