"""Takes the sample office away: its process, and then all that came of it."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Final

from midwatch.tenants import TenantStore
from midwatch.watch.configuration import Configuration
from midwatch.watch.leaving import TakenAway, end_process, erase_client
from midwatch.watch.living_office import CLIENT
from midwatch.watch.state_folder import StateFolder

_UNDER_WAY: Final = 1.5
"""Seconds in which what was sent is in the spool."""


def take_away(folder: StateFolder, configuration: Configuration) -> TakenAway | None:
    """Take the sample office away; None where there is none.

    Raises:
        ConfigurationError, BadInputError: A part of the state folder cannot be used.
    """
    with closing(TenantStore(folder.database)) as tenants:
        known = tenants.tenant(CLIENT)
    if known is None or not known.demo:
        return None
    if _end(folder.demo_pid):
        time.sleep(_UNDER_WAY)
    folder.demo_stopped.touch()
    return erase_client(folder, configuration, CLIENT)


def _end(pid_file: Path) -> bool:
    """End the process that a file names; whether there was one."""
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return end_process("demo", pid)
