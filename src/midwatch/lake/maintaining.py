"""Keeps the lake in shape: what is too old goes, small files become day files, leftovers go.

Each call does a bounded amount of work and never blocks the writer for longer than one
log entry takes; readers are never blocked. A file that a commit no longer names stays for
``KEPT_SECONDS``, so that whoever read an older snapshot can finish.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from midwatch.kernel import derived_id
from midwatch.lake.delta_log import (
    ActiveFile,
    DeltaLog,
    TakenError,
    active_files,
    adding,
    removing,
)
from midwatch.lake.files import (
    PREFIX,
    THOROUGH_LEVEL,
    DataFile,
    digest_of,
    read_file,
    sync_files,
    sync_path,
    write_file,
)
from midwatch.lake.line_forms import ARGUMENTS, split_lines, whole_line
from midwatch.lake.rows import sorted_rows
from midwatch.lake.schemas import TYPES
from midwatch.lake.values import NUMBERS, SET_ASIDE, Erased, Erasure, Maintained
from midwatch.tenants import Tenant

KEPT_SECONDS: Final = 24 * 3600
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_SMALL_ROWS: Final = 500_000
_MOST_ROWS: Final = 1_000_000
_SPLIT_AGAIN_BELOW: Final = 2_000
_MANY_FILES: Final = 24
_JOINED_AT_ONCE: Final = 64
_MOST_EXPIRED: Final = 5_000
_MOST_VACUUMED: Final = 5_000
CHECKED: Final = "checked"
"""The file that tells behind which file ``check_next`` goes on."""
_CHECKED_AT_ONCE: Final = 64 << 20


class LakeKeeper:
    """Maintains the lake of one state folder. One process at a time."""

    def __init__(self, folder: Path) -> None:
        """Open the lake, made when missing.

        Raises:
            ConfigurationError, BadInputError: See ``DeltaLog.create``.
        """
        self._log = DeltaLog(folder)
        self.repaired = self._log.create()

    def maintain(
        self, now: int, tenants: Sequence[Tenant] = (), *, rows: int = _MOST_ROWS
    ) -> Maintained:
        """Do some of what is due.

        Args:
            now: UTC microseconds.
            tenants: Whose events expire after ``retention_days``, unless ``legal_hold``. Events
                of tenants that are not named here are kept.
            rows: About how many rows to compact at most.
        """
        problems: list[str] = []
        expired = self._expire(now, tenants)
        inputs, outputs, more = self._compact(now, rows, problems)
        vacuumed = self._vacuum(now)
        return Maintained(
            expired_rows=sum(file.rows for file in expired),
            expired_files=len(expired),
            compacted_files=inputs,
            written_files=outputs,
            vacuumed_files=vacuumed,
            checkpointed=self._log.checkpoint(),
            more=more or len(expired) >= _MOST_EXPIRED or vacuumed >= _MOST_VACUUMED,
            problems=tuple(problems),
        )

    def erase(self, tenant: str) -> Erasure:
        """Take everything of a tenant out of the lake and off the disk, legal hold or not.

        The caller sees to it that nothing of the tenant is written meanwhile, and asks about
        holds. Readers of older snapshots find the files missing. The log keeps paths, counts
        and times, and nothing that a line said.
        """
        erased: list[Erased] = []
        rows: dict[str, int] = {}
        version = 0
        for table in self._log.attempts():
            with self._log.locked():
                table.update_incremental()
                version = table.version()
                named = [file for file in active_files(table) if file.tenant == tenant]
                rows.update((file.path, file.rows) for file in named)
                try:
                    if named:
                        actions = [removing(file) for file in named]
                        version = self._log.commit(actions, version, "ERASE")
                except TakenError:
                    continue
                for folder in self._folders_of(tenant):
                    erased.extend(self._delete_tree(folder, rows))
            break
        remaining = [
            str(path.relative_to(self._log.folder))
            for folder in self._folders_of(tenant)
            for path in (folder, *folder.rglob("*"))
            if path.exists()
        ]
        remaining += [
            file.path for file in active_files(self._log.table()) if file.tenant == tenant
        ]
        return Erasure(tenant, version, tuple(erased), tuple(remaining))

    def check(self) -> tuple[str, ...]:
        """Read every file; set damaged ones aside, and say which. The rest stays readable."""
        return tuple(
            problem
            for file in active_files(self._log.table())
            if (problem := self._checked(file)) is not None
        )

    def check_next(self, size: int = _CHECKED_AT_ONCE) -> tuple[str, ...]:
        """Read about ``size`` bytes of files, and go on behind them the next time.

        Damaged ones are set aside, as ``check`` does. So damage is found where nobody looks for
        it: DuckDB does not look at the sums of pages and may take wrong values for right ones.
        """
        place = self._log.folder / CHECKED
        after = place.read_text("ascii", "replace") if place.exists() else ""
        # In the order of their names' sums, so that the mark tells nothing of any client.
        files = sorted(
            (derived_id("checked", file.path), file) for file in active_files(self._log.table())
        )
        start = bisect_right([mark for mark, _ in files], after)
        problems = []
        for mark, file in [*files[start:], *files[:start]]:
            if size <= 0:
                break
            size -= file.size
            after = mark
            problem = self._checked(file)
            problems.extend([] if problem is None else [problem])
        place.write_text(after, "ascii")
        return tuple(problems)

    def _expire(self, now: int, tenants: Sequence[Tenant]) -> list[ActiveFile]:
        last_day = {
            tenant.id: _day_text(now - tenant.retention_days * _DAY)
            for tenant in tenants
            if not tenant.legal_hold and tenant.retention_days > 0
        }
        due = [
            file
            for file in active_files(self._log.table())
            if file.tenant in last_day and file.day < last_day[file.tenant]
        ][:_MOST_EXPIRED]
        return self._replace(due, [], "RETENTION")

    def _compact(self, now: int, budget: int, problems: list[str]) -> tuple[int, int, bool]:
        """Join small files; how many, into how many, and whether the budget ran out."""
        inputs = outputs = 0
        old: list[ActiveFile] = []
        new: list[DataFile] = []
        due = self._small_files(_day_text(now))
        for (tenant, day), files in due:
            if budget <= 0:
                break
            chosen: list[ActiveFile] = []
            for file in sorted(files, key=lambda each: each.rows):
                if sum(each.rows for each in chosen) + file.rows > _MOST_ROWS:
                    break
                chosen.append(file)
            budget -= sum(file.rows for file in chosen)
            joined = self._join(tenant, day, chosen, problems)
            if joined is not None:
                old.extend(joined[0])
                new.append(joined[1])
            if len(new) >= _JOINED_AT_ONCE:
                inputs, outputs = inputs + self._publish(old, new), outputs + len(new)
                old, new = [], []
        inputs, outputs = inputs + self._publish(old, new), outputs + len(new)
        return inputs, outputs, budget <= 0 and bool(self._small_files(_day_text(now)))

    def _small_files(self, today: str) -> list[tuple[tuple[str, str], list[ActiveFile]]]:
        """The small files of tenants' days that are worth joining, most files first."""
        groups: dict[tuple[str, str], list[ActiveFile]] = defaultdict(list)
        for file in active_files(self._log.table()):
            if file.rows < _SMALL_ROWS and Path(file.path).name.startswith(PREFIX):
                groups[file.tenant, file.day].append(file)
        return sorted(
            (
                (place, files)
                for place, files in groups.items()
                if len(files) >= (_MANY_FILES if place[1] >= today else 2)
            ),
            key=lambda each: -len(each[1]),
        )

    def _publish(self, old: Sequence[ActiveFile], new: Sequence[DataFile]) -> int:
        """Commit joined files, many in one entry; how many they stand for.

        0 where another change came between: the joined files are then left over.
        """
        if not new:
            return 0
        sync_files(self._log.table_folder, new)
        return len(self._replace(old, new, "OPTIMIZE"))

    def _join(
        self, tenant: str, day: str, files: Sequence[ActiveFile], problems: list[str]
    ) -> tuple[list[ActiveFile], DataFile] | None:
        """Make one file of several: those that went into it, and it."""
        tables, sound = [], []
        for file in files:
            try:
                tables.append(read_file(self._log.table_folder / file.path))
                sound.append(file)
            except (OSError, pa.ArrowException):
                problem = self._checked(file)
                problems.extend([] if problem is None else [problem])
        if len(sound) < 2:
            return None
        rows = sorted_rows(pa.concat_tables(tables, promote_options="default"))
        if len(rows) < _SPLIT_AGAIN_BELOW * len(sound):
            rows = _split_again(rows)
        name = f"{PREFIX}{derived_id(*(file.path for file in sound))}.parquet"
        written = write_file(self._log.table_folder, name, tenant, day, rows, THOROUGH_LEVEL)
        return sound, written

    def _replace(
        self, old: Sequence[ActiveFile], new: Sequence[DataFile], operation: str
    ) -> list[ActiveFile]:
        """Name new files instead of old ones; nothing where an old one went away meanwhile."""
        if not old:
            return []
        moved = bool(new)
        for table in self._log.attempts():
            with self._log.locked():
                table.update_incremental()
                active = {file.path for file in active_files(table)}
                here = all((self._log.table_folder / file.path).exists() for file in new)
                if not here or not active.issuperset(file.path for file in old):
                    return []
                actions = [
                    *(removing(file, changes=not moved) for file in old),
                    *(adding(file, changes=False) for file in new),
                ]
                try:
                    self._log.commit(actions, table.version(), operation)
                except TakenError:
                    continue
            for file in old:  # From now on they count as left over.
                path = self._log.table_folder / file.path
                if path.exists():
                    os.utime(path)
            return list(old)
        return []

    def _vacuum(self, now: int) -> int:
        """Remove files that no entry names any more, once they are old enough."""
        active = {file.path for file in active_files(self._log.table())}
        limit = now / _SECOND - KEPT_SECONDS
        removed = 0
        for path in sorted(self._log.table_folder.glob("tenant=*/day=*/*")):
            relative = path.relative_to(self._log.table_folder).as_posix()
            if relative in active or path.stat().st_mtime > limit:
                continue
            path.unlink(missing_ok=True)
            removed += 1
            if removed >= _MOST_VACUUMED:
                break
        for folder in self._log.table_folder.glob("tenant=*/day=*"):
            if folder.stat().st_mtime <= limit and not any(folder.iterdir()):
                with self._log.locked():
                    if not any(folder.iterdir()):
                        folder.rmdir()
        return removed

    def _checked(self, file: ActiveFile) -> str | None:
        """Set a file aside if it is damaged; what was done, in a sentence."""
        path = self._log.table_folder / file.path
        try:
            read_file(path)
        except FileNotFoundError:
            self._replace([file], [], "SET ASIDE")
            return f"{file.path} with {file.rows} rows is missing"
        except (OSError, pa.ArrowException) as error:
            if not self._replace([file], [], "SET ASIDE"):
                return None
            aside = self._log.folder / SET_ASIDE / file.path
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.rename(aside)
            sync_path(aside.parent)
            reason = str(error).splitlines()[0]
            return f"{file.path} with {file.rows} rows is damaged and has been set aside: {reason}"
        return None

    def _folders_of(self, tenant: str) -> list[Path]:
        places = (self._log.table_folder, self._log.folder / SET_ASIDE)
        return [place / f"tenant={tenant}" for place in places]

    def _delete_tree(self, folder: Path, rows: dict[str, int]) -> list[Erased]:
        gone: list[Erased] = []
        if not folder.is_dir():
            return gone
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_dir():
                path.rmdir()
                continue
            relative = path.relative_to(folder.parent).as_posix()
            try:
                digest = digest_of(path)
            except OSError:
                digest = ""
            path.unlink()
            gone.append(Erased(relative, rows.get(relative, 0), digest))
        folder.rmdir()
        sync_path(folder.parent)
        return gone[::-1]


def _split_again(rows: pa.Table) -> pa.Table:
    """Rows of many small commits, their lines split anew, now that more are alike."""
    values = {name: rows[name].to_pylist() for name in ARGUMENTS if name in rows.column_names}
    blank = [None] * len(rows)
    none: list[tuple[object, ...]] = [()] * len(rows)
    forms = rows["line_form"].to_pylist() if "line_form" in rows.column_names else blank
    raws = rows["raw"].to_pylist() if "raw" in rows.column_names else blank
    names = list(values)
    lines: list[str | None] = [
        raw if form is None else whole_line(form, dict(zip(names, row, strict=True)))
        for form, raw, row in zip(
            forms, raws, zip(*values.values(), strict=True) if values else none, strict=True
        )
    ]
    kept = {name: column for name, column in values.items() if name not in NUMBERS}
    split, numbers = split_lines([line or "" for line in lines], kept)
    split = [None if line is None else form for line, form in zip(lines, split, strict=True)]
    whole = [line if form is None else None for line, form in zip(lines, split, strict=True)]
    new: dict[str, list[Any]] = {
        "line_form": split,
        "raw": whole,
        **dict(zip(NUMBERS, numbers, strict=True)),
    }
    for name, column in new.items():
        if name in rows.column_names:
            rows = rows.drop_columns([name])
        rows = rows.append_column(name, pa.array(column, TYPES[name]))
    return rows


def _day_text(moment: int) -> str:
    """The UTC day of a moment: YYYY-MM-DD."""
    return str(pc.strftime(pa.scalar(moment, pa.timestamp("us")), format="%Y-%m-%d").as_py())
