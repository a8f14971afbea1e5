"""Rule texts from files, folders and packs (zip, tar), as bytes with a name.

Nothing is parsed here. Names are relative to what was asked for, with forward slashes,
so that the same pack has the same digest wherever it lies. Files inside an archive are
named ``pack.zip/rules/x.yml``. An archive is read in memory and never unpacked, and what
is larger than any honest rule pack is refused.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from midwatch.rules.ruleset import RuleProblem

_SUFFIXES: Final = (".yml", ".yaml")
_TAR_SUFFIXES: Final = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
LARGEST_FILE: Final = 4 * 1024 * 1024
LARGEST_PACK: Final = 256 * 1024 * 1024


class RuleText(Struct, frozen=True):
    """The bytes of one rule file and the name to show for it."""

    path: str
    content: bytes


def read_texts(paths: Iterable[Path | str]) -> tuple[list[RuleText], list[RuleProblem]]:
    """All rule texts below the paths, in order of name; what could not be read is told."""
    texts: list[RuleText] = []
    problems: list[RuleProblem] = []
    for path in map(Path, paths):
        for text in _read(path):
            if isinstance(text, RuleText):
                texts.append(text)
            else:
                problems.append(text)
    return texts, problems


def _read(path: Path) -> Iterator[RuleText | RuleProblem]:
    """The texts of one path, or what is wrong with it."""
    try:
        if path.is_dir():
            yield from _folder(path)
        elif path.suffix.lower() == ".zip":
            yield from _zip(path)
        elif path.name.lower().endswith(_TAR_SUFFIXES):
            yield from _tar(path)
        else:
            yield _file(path, path.name)
    except FileNotFoundError:
        yield RuleProblem(str(path), 1, "there is no such file", "check the path")
    except OSError as error:
        yield RuleProblem(
            str(path), 1, f"it cannot be read: {error.strerror or error}", "check its permissions"
        )
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        yield RuleProblem(
            str(path), 1, f"it is no readable archive: {error}", "fetch the pack again"
        )


def _folder(folder: Path) -> Iterator[RuleText | RuleProblem]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            yield _file(path, path.relative_to(folder).as_posix())


def _file(path: Path, name: str) -> RuleText | RuleProblem:
    if path.stat().st_size > LARGEST_FILE:
        return _too_large(name)
    return RuleText(name, path.read_bytes())


def _zip(path: Path) -> Iterator[RuleText | RuleProblem]:
    with zipfile.ZipFile(path) as archive:
        total = 0
        for member in sorted(archive.infolist(), key=lambda info: info.filename):
            if not _wanted(member.filename) or member.is_dir():
                continue
            name = f"{path.name}/{member.filename}"
            total += member.file_size
            if member.file_size > LARGEST_FILE or total > LARGEST_PACK:
                yield _too_large(name)
                continue
            try:
                yield RuleText(name, archive.read(member))
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                yield RuleProblem(name, 1, f"it cannot be unpacked: {error}", "pack it plainly")


def _tar(path: Path) -> Iterator[RuleText | RuleProblem]:
    with tarfile.open(path) as archive:
        total = 0
        found: list[RuleText | RuleProblem] = []
        for member in archive:
            if not _wanted(member.name) or not member.isfile():
                continue
            name = f"{path.name}/{member.name}"
            total += member.size
            content = archive.extractfile(member)
            if member.size > LARGEST_FILE or total > LARGEST_PACK or content is None:
                found.append(_too_large(name))
            else:
                found.append(RuleText(name, content.read()))
        yield from sorted(found, key=lambda text: text.path)


def _wanted(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES) and "__MACOSX" not in name


def _too_large(name: str) -> RuleProblem:
    return RuleProblem(name, 1, "it is larger than any rule file should be", "split it")
