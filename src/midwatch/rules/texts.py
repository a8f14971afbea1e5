"""Rule texts from files, folders and packs (zip, tar), as bytes with a name.

Nothing is parsed here. Names are relative to what was asked for, with forward slashes,
so that the same pack has the same digest wherever it lies. Files inside an archive are
named ``pack.zip/rules/x.yml``. A folder is searched for rule files and packs; hidden files
and folders in it (``.git``, ``.github``) hold no rules. Links to files are followed, links
to folders are not. What is larger than any honest rule pack is refused.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from midwatch.rules.archives import (
    ARCHIVE_SUFFIXES,
    LARGEST_FILE,
    UNREADABLE,
    RefusedError,
    TooLargeError,
    members,
)
from midwatch.rules.licences import LARGEST_LICENCE, is_licence, licence_of
from midwatch.rules.ruleset import RuleProblem

_SUFFIXES: Final = (".yml", ".yaml")
_LARGEST_READ: Final = 1 << 26


class RuleText(Struct, frozen=True):
    """The bytes of one rule file and the name to show for it.

    ``licence`` is what the pack says of all its rules; ``pack`` the archive or folder it
    came from.
    """

    path: str
    content: bytes
    licence: str = ""
    pack: str = ""


_Read = Iterator[RuleText | RuleProblem]


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


def plain_bytes(path: Path) -> bytes | None:
    """A pack or rule file as it lies; None where it is larger than what is worth reading twice.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        content = stream.read(_LARGEST_READ + 1)
    return content if len(content) <= _LARGEST_READ else None


def _read(path: Path) -> _Read:
    """The texts of one path, or what is wrong with it."""
    try:
        if path.is_dir():
            yield from _folder(path)
        elif _is_archive(path):
            yield from _archive(path, path.name)
        else:
            yield _file(path, path.name)
    except FileNotFoundError:
        yield RuleProblem(str(path), 1, "there is no such file", "check the path")
    except OSError as error:
        yield _unreadable(str(path), error)


def _is_archive(path: Path) -> bool:
    return path.name.lower().endswith(ARCHIVE_SUFFIXES)


def _unreadable(name: str, error: OSError) -> RuleProblem:
    return RuleProblem(
        name, 1, f"it cannot be read: {error.strerror or error}", "check its permissions"
    )


def files_in(folder: Path) -> tuple[list[tuple[str, Path]], list[OSError]]:
    """Names and paths of what is read of a folder, in order, and what of it cannot be entered."""
    closed: list[OSError] = []
    found = sorted(
        (path.relative_to(folder).as_posix(), path)
        for place, _, files in os.walk(folder, onerror=closed.append)
        for path in (Path(place, each) for each in files)
        if _plain(path)
    )
    inside = [
        (name, path)
        for name, path in found
        if not any(part.startswith(".") for part in name.split("/"))
    ]
    return inside, closed


def _folder(folder: Path) -> _Read:
    inside, closed = files_in(folder)
    for error in closed:
        yield _unreadable(_shown(str(error.filename)), error)
    licences = {
        posixpath.dirname(name): licence_of(_start_of(path))
        for name, path in inside
        if is_licence(posixpath.basename(name))
    }
    for name, path in inside:
        try:
            if path.suffix.lower() in _SUFFIXES:
                if path.is_file():
                    yield _file(path, name, _nearest(licences, name), folder.name)
            elif _is_archive(path) and path.is_file():
                yield from _archive(path, name)
        except OSError as error:
            yield _unreadable(name, error)


def _plain(path: Path) -> bool:
    """Cheap to ask of every name in a folder; what it is on the disk is asked later."""
    name = path.name
    return name.lower().endswith((*_SUFFIXES, *ARCHIVE_SUFFIXES)) or is_licence(name)


def _start_of(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            return stream.read(LARGEST_LICENCE).decode("utf-8", "replace")
    except OSError:
        return ""


def _nearest(licences: Mapping[str, str], name: str) -> str:
    """The licence that lies in the rule's folder, or in the nearest one above it."""
    folder = posixpath.dirname(name)
    while True:
        if licences.get(folder):
            return licences[folder]
        above = posixpath.dirname(folder)
        if above == folder:  # the top, which is empty, or a slash in archives with odd names
            return ""
        folder = above


def _file(path: Path, name: str, licence: str = "", pack: str = "") -> RuleText | RuleProblem:
    if path.stat().st_size > LARGEST_FILE:
        return _too_large(name)
    return RuleText(_shown(name), path.read_bytes(), licence, pack)


def _archive(path: Path, name: str) -> _Read:
    licences: dict[str, str] = {}
    found: list[tuple[str, RuleText | RuleProblem]] = []
    try:
        for member, content in members(path, _wanted):
            inside = member.replace("\\", "/").removeprefix("./")
            shown = _shown(f"{name}/{inside}")
            if isinstance(content, RefusedError):
                found.append((inside, RuleProblem(shown, 1, str(content), "pack it plainly")))
            elif not inside.lower().endswith(_SUFFIXES):
                told = content[:LARGEST_LICENCE].decode("utf-8", "replace")
                licences[posixpath.dirname(inside)] = licence_of(told)
            else:
                found.append((inside, RuleText(shown, content, "", name)))
    except TooLargeError:
        yield RuleProblem(
            _shown(name), 1, "it holds more than any rule pack should", "check where it comes from"
        )
        return
    except UNREADABLE as error:
        yield RuleProblem(
            _shown(name), 1, f"it is no readable archive: {error}", "fetch the pack again"
        )
        return
    for inside, text in found:
        if isinstance(text, RuleText) and (licence := _nearest(licences, inside)):
            yield RuleText(text.path, text.content, licence, text.pack)
        else:
            yield text


def _wanted(name: str) -> bool:
    plain = name.replace("\\", "/")
    if "__MACOSX" in plain or "/.git" in f"/{plain}":
        return False
    return plain.lower().endswith(_SUFFIXES) or is_licence(posixpath.basename(plain))


def _shown(name: str) -> str:
    """The name without characters that would steer a terminal."""
    return name if name.isprintable() else "".join(c if c.isprintable() else "�" for c in name)


def _too_large(name: str) -> RuleProblem:
    return RuleProblem(name, 1, "it is larger than any rule file should be", "split it")
