"""Commits batches to the lake, each delivery once.

A commit carries the spool's offset as a Delta ``txn`` action. Rows whose delivery is not
beyond the offset that the table holds were committed before, and are left out; so a replay
after a crash does nothing twice, however it is cut. Data files and then the log entry are
on the disk before ``commit`` returns; a crash between them leaves files that no entry
names, which the replay overwrites and maintenance removes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from midwatch.kernel import BadInputError, ConfigurationError, derived_id
from midwatch.lake.delta_log import Action, DeltaLog, TakenError, adding
from midwatch.lake.files import PREFIX, QUICK_LEVEL, DataFile, sync_files, write_file
from midwatch.lake.masking import Masking
from midwatch.lake.rows import TenantRows, tenants_masking
from midwatch.lake.values import Commit, Placed

_REWRITES: Final = 3


class LakeWriter:
    """Writes the lake of one state folder. One process writes for each spool."""

    def __init__(self, folder: Path, maskings: Mapping[str, Masking] | None = None) -> None:
        """Open the lake, made when missing. ``maskings``: by tenant.

        ``repaired`` tells in sentences what had to be repaired.

        Raises:
            ConfigurationError, BadInputError: See ``DeltaLog.create``.
        """
        self.maskings = maskings
        self._log = DeltaLog(folder)
        self.repaired = self._log.create()

    def last_offset(self, app: str) -> int:
        """The offset that was committed last for a spool; 0 at first."""
        return self._log.table().transaction_version(app) or 0

    def commit(self, batches: Sequence[Placed], app: str, offset: int) -> Commit:
        """Write rows; on return they are on the disk and every reader sees them, or all stay out.

        Args:
            batches: What came, in any order; the same again in a replay.
            app: The name of the spool.
            offset: The offset in it that everything up to is in ``batches`` or was committed.

        Raises:
            ConfigurationError: The disk is full or refuses; nothing is half seen, try again.
            BadInputError: The log is damaged.
        """
        done = self.last_offset(app)
        if offset <= done:
            return Commit(self._log.table().version(), 0, 0, 0, replayed=True)
        fresh = [new for placed in batches if (new := placed.behind(done, offset)) is not None]
        try:
            for _ in range(_REWRITES):
                files = self._write(fresh, app, offset)
                committed = self._publish(files, app, offset)
                if committed is not None:
                    return committed
        except OSError as error:
            raise ConfigurationError(
                f"the lake cannot be written: {error.strerror or error}",
                remedy="make room on the disk; nothing was lost, it will be tried again",
                path=str(self._log.folder),
            ) from error
        raise BadInputError(
            "files that were just written to the lake keep disappearing",
            remedy="see which other program removes files there",
            path=str(self._log.table_folder),
        )

    def _write(self, batches: Sequence[Placed], app: str, offset: int) -> list[DataFile]:
        tenants: dict[str, TenantRows] = {}
        for placed in batches:
            rows = tenants.get(placed.tenant)
            if rows is None:
                masking = tenants_masking(self.maskings, placed.tenant)
                rows = tenants[placed.tenant] = TenantRows(placed.tenant, app, masking)
            rows.add(placed, offset)
        files = []
        for tenant, rows in tenants.items():
            for day, table in rows.tables():
                name = f"{PREFIX}{derived_id(app, offset, tenant, day)}.parquet"
                files.append(
                    write_file(self._log.table_folder, name, tenant, day, table, QUICK_LEVEL)
                )
        sync_files(self._log.table_folder, files)
        return files

    def _publish(self, files: Sequence[DataFile], app: str, offset: int) -> Commit | None:
        """Name the files in the log; None when one of them went away (an erasure came between)."""
        rows, size = sum(file.rows for file in files), sum(file.size for file in files)
        seen = {"appId": app, "version": offset, "lastUpdated": int(time.time() * 1000)}
        actions: list[Action] = [{"txn": seen}, *(adding(file) for file in files)]
        for table in self._log.attempts():
            with self._log.locked():
                table.update_incremental()
                if offset <= (table.transaction_version(app) or 0):
                    return Commit(table.version(), 0, 0, 0, replayed=True)
                if not all((self._log.table_folder / file.path).exists() for file in files):
                    return None
                try:
                    version = self._log.commit(actions, table.version(), "WRITE")
                except TakenError:
                    continue
            return Commit(version, rows, len(files), size)
        return None
