"""Paths as a person gives them → the log files behind them, in sets, oldest first."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from midwatch.intake.evtx_file import EvtxFile
from midwatch.intake.files import LineFile, rotation_order
from midwatch.intake.opening import STDIN, is_pipe, kind_of, name_of, unreadable
from midwatch.kernel import BadInputError


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file to read. ``modified`` is UTC seconds since 1970; None for a pipe."""

    path: Path
    kind: str
    size: int
    modified: float | None

    @property
    def name(self) -> str:
        """The path as given, as text that any output can take."""
        return name_of(self.path)

    @property
    def read_once(self) -> bool:
        """Whether this is a pipe: what was read of it does not come again."""
        return self.modified is None

    def open(self, lines_per_chunk: int | None = None) -> LineFile | EvtxFile:
        """The file as chunks."""
        opener = EvtxFile if self.kind == "evtx" else LineFile
        if lines_per_chunk is None:
            return opener(self.path)
        return opener(self.path, lines_per_chunk=lines_per_chunk)


@dataclass(slots=True)
class Finding:
    """What was found under the given paths."""

    sets: list[list[LogFile]] = field(default_factory=list)
    problems: list[BadInputError] = field(default_factory=list)

    @property
    def files(self) -> list[LogFile]:
        """All files of all sets."""
        return [file for rotated in self.sets for file in rotated]


def find_logs(paths: Iterable[Path]) -> Finding:
    """All log files under ``paths`` (files, folders, pipes, ``-``), rotated sets together.

    A file that is there by two names is read once. A file that cannot be read or is no log
    becomes a problem; the rest goes on. In folders, files that are certainly no logs are
    passed over with a problem each; hidden files silently.
    """
    finding = Finding()
    groups: dict[str, list[tuple[tuple[int, str, int], LogFile]]] = {}
    for path in _distinct(_expand(paths, finding)):
        try:
            log = _log_at(path, finding)
        except BadInputError as problem:
            finding.problems.append(problem)
            continue
        except OSError as error:
            finding.problems.append(unreadable(path, error))
            continue
        group, order = rotation_order(path)
        groups.setdefault(group, []).append((order, log))
    for members in groups.values():
        members.sort(key=lambda member: (member[0], member[1].name))
        finding.sets.append([log for _order, log in members])
    return finding


def _log_at(path: Path, finding: Finding) -> LogFile:
    if is_pipe(path):
        return LogFile(path, "text", 0, None)
    status = path.stat()
    device = stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)
    if device and not path.samefile(os.devnull):
        raise BadInputError(
            "this is a device, not a log",
            remedy="give a file, a folder, or - for standard input",
            path=name_of(path),
        )
    log = LogFile(path, kind_of(path), status.st_size, status.st_mtime)
    if status.st_size == 0:
        finding.problems.append(
            BadInputError(
                "the file is empty",
                remedy="check that the log is still being written",
                path=log.name,
            )
        )
    return log


def _distinct(paths: Iterable[Path]) -> Iterable[Path]:
    """Every file once, by its own name rather than that of a link to it."""
    found: dict[object, Path] = {}
    for path in paths:
        place = path if str(path) == STDIN else _place_of(path)
        known = found.setdefault(place, path)
        if known.is_symlink() and not path.is_symlink():
            found[place] = path
    return found.values()


def _expand(paths: Iterable[Path], finding: Finding) -> Iterator[Path]:
    for path in paths:
        if str(path) == STDIN or not os.path.isdir(path):  # noqa: PTH112  # it never raises
            yield path
            continue
        before = len(finding.problems)
        inside = sorted(_files_under(path, finding))
        if not inside and len(finding.problems) == before:
            finding.problems.append(
                BadInputError(
                    "there is no file in this folder", remedy="check the path", path=name_of(path)
                )
            )
        yield from inside


def _files_under(folder: Path, finding: Finding) -> Iterator[Path]:
    """Files in a folder and below, links followed; a folder that may not be read is told."""

    def tell(error: OSError) -> None:
        finding.problems.append(unreadable(Path(error.filename), error))

    entered: set[object] = set()
    for place, folders, files in os.walk(folder, onerror=tell, followlinks=True):
        here = _place_of(Path(place))
        if here in entered:
            folders.clear()
            continue
        entered.add(here)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and _may_be_log(Path(place, name)):
                yield Path(place, name)


def _may_be_log(path: Path) -> bool:
    """Whether it is a regular file; one that may not be looked at is told when it is opened."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except PermissionError:
        return True
    except OSError:
        return False


def _place_of(path: Path) -> object:
    """What is the same for two names of one file; the path itself where that cannot be told."""
    try:
        status = path.stat()
    except OSError:
        return path
    return status.st_dev, status.st_ino
