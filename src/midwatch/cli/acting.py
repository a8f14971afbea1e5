"""Who acts, when, and through which services: for the commands about incidents."""

from __future__ import annotations

import getpass
import os
import time

from midwatch.incidents import Incidents
from midwatch.paging import SqliteIncidents
from midwatch.watch.policies import Policies
from midwatch.watch.state_folder import StateFolder


def services(folder: StateFolder, store: SqliteIncidents | None = None) -> Incidents:
    """What can be done with incidents."""
    return Incidents(store or SqliteIncidents(folder.database), Policies(folder.policies).policy_of)


def who(by: str | None) -> str:
    """The name that a person gave, or their login."""
    return by or os.environ.get("SUDO_USER") or getpass.getuser()


def now() -> int:
    """Now, in UTC microseconds."""
    return time.time_ns() // 1000
