"""Paths as a person gives them → the log files behind them, in sets, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from midwatch.intake.evtx_file import EvtxFile
from midwatch.intake.files import STDIN, LineFile, kind_of, rotation_order
from midwatch.kernel import BadInputError


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file to read. ``modified`` is UTC seconds since 1970 (None for standard input)."""

    path: Path
    kind: str
    size: int
    modified: float | None

    @property
    def name(self) -> str:
        """The path as given."""
        return str(self.path)

    def open(self) -> LineFile | EvtxFile:
        """The file as chunks."""
        return EvtxFile(self.path) if self.kind == "evtx" else LineFile(self.path)


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
    """All log files under ``paths`` (files, folders, ``-``), rotated sets together.

    A file that cannot be read or is no log becomes a problem; the rest goes on. In folders,
    files that are certainly no logs are passed over with a problem each; hidden files silently.
    """
    finding = Finding()
    groups: dict[str, list[tuple[tuple[int, str, int], LogFile]]] = {}
    for path in dict.fromkeys(_expand(paths, finding)):
        try:
            if str(path) == STDIN:
                log = LogFile(path, "text", 0, None)
            else:
                kind = kind_of(path)
                stat = path.stat()
                log = LogFile(path, kind, stat.st_size, stat.st_mtime)
                if stat.st_size == 0:
                    finding.problems.append(
                        BadInputError(
                            "the file is empty",
                            remedy="check that the log is still being written",
                            path=str(path),
                        )
                    )
        except BadInputError as problem:
            finding.problems.append(problem)
            continue
        except OSError as error:
            finding.problems.append(
                BadInputError(f"cannot be read: {error}", remedy="check the path", path=str(path))
            )
            continue
        group, order = rotation_order(path)
        groups.setdefault(group, []).append((order, log))
    for members in groups.values():
        members.sort(key=lambda member: (member[0], member[1].name))
        finding.sets.append([log for _order, log in members])
    return finding


def _expand(paths: Iterable[Path], finding: Finding) -> Iterable[Path]:
    for path in paths:
        if str(path) == STDIN or not path.is_dir():
            yield path
            continue
        inside = sorted(
            file
            for file in path.rglob("*")
            if file.is_file()
            and not any(part.startswith(".") for part in file.parts[len(path.parts) :])
        )
        if not inside:
            finding.problems.append(
                BadInputError(
                    "there is no file in this folder", remedy="check the path", path=str(path)
                )
            )
        yield from inside
