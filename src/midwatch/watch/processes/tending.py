"""The short process that tends the lake: expires, compacts, vacuums and checks, then ends."""

from __future__ import annotations

import fcntl
import logging

from midwatch.lake import LakeKeeper
from midwatch.tenants import TenantStore
from midwatch.watch.leaving import erase_leftovers
from midwatch.watch.processes.running import microseconds
from midwatch.watch.state_folder import StateFolder

_LOG = logging.getLogger(__name__)


def tend_lake(folder: StateFolder) -> bool:
    """Do some of what is due; False where another process is at it.

    It may be killed at any moment: what it had not yet committed is done again next time.

    Raises:
        ConfigurationError, BadInputError: The lake cannot be used.
    """
    folder.lake.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder.lake / "tend.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        tenants = TenantStore(folder.database)
        try:
            keeper = LakeKeeper(folder.lake)
            erase_leftovers(folder, tenants, keeper)
            done = keeper.maintain(microseconds(), tenants.tenants())
            problems = (*done.problems, *keeper.check_next())
        finally:
            tenants.close()
    for problem in problems:
        _LOG.warning("the lake: %s", problem)
    return True
