"""Installed packs on disk: one folder a pack, with its archive, the one before, and a record.

    packs/sigma-core/pack.json            which release is current, which one was before
    packs/sigma-core/sigma-core-3f2a….zip the archives that pack.json names

An archive is written beside, synced and renamed; only then pack.json names it, in the same
way. A process that is killed at any time leaves the old state or the new one, and at most a
file that nothing names, which the next installation removes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

import msgspec

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.packs.fetching import is_url
from midwatch.rules.archives import ARCHIVE_SUFFIXES

_RECORD: Final = "pack.json"
_STAGED: Final = ".new-"
_MOST_INSTALLS: Final = 500
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One release of a pack.

    ``installed`` is UTC microseconds since 1970; ``newest`` the date of its newest rule;
    ``key`` the public key that it was verified with; ``digest`` a SHA-256 in hexadecimal.
    """

    file: str
    digest: str
    origin: str
    trust: str
    installed: int
    rules: int
    newest: str = ""
    licence: str = ""
    key: str = ""


class _Record(msgspec.Struct, frozen=True):
    """``installs``: when releases were put to work, the latest last."""

    current: Release
    previous: Release | None = None
    installs: tuple[int, ...] = ()

    def then(self, release: Release) -> _Record:
        """The record after another release."""
        # A record of before these times were kept knows of at least one.
        known = self.installs or (self.current.installed,)
        if self.current.digest == release.digest:
            return _Record(release, self.previous, known)
        return _Record(release, self.current, (*known, release.installed)[-_MOST_INSTALLS:])


class PackStore:
    """The packs below one state folder."""

    def __init__(self, state: Path) -> None:
        """``state`` need not exist; it is made when something is installed."""
        self._folder = state / "packs"

    def names(self) -> list[str]:
        """Names of the installed packs, in order."""
        return sorted(path.parent.name for path in self._folder.glob(f"*/{_RECORD}"))

    def current(self, name: str) -> Release:
        """The release in use.

        Raises:
            ConfigurationError: no pack of that name is installed.
            BadInputError: its record cannot be read.
        """
        return self._read(name).current

    def previous(self, name: str) -> Release | None:
        """The release that ``roll_back`` would go back to."""
        return self._read(name).previous

    def installs(self, name: str) -> tuple[int, ...]:
        """When new releases were put to work (UTC microseconds), the latest last, 500 at most."""
        record = self._read(name)
        return record.installs or (record.current.installed,)

    def path(self, name: str) -> Path:
        """The archive in use."""
        return self._folder / name / self.current(name).file

    def record(self, name: str) -> Path:
        """The file that says which release is in use; it changes with every other release."""
        return self._folder / name / _RECORD

    def staging(self, name: str, suffix: str) -> Path:
        """Where a new archive may be written before it is installed.

        Raises:
            ConfigurationError: the folder cannot be made.
        """
        folder = self._folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"the state folder cannot be written: {error.strerror}",
                remedy="name another with --state or MIDWATCH_STATE",
                path=str(folder),
            ) from error
        for path in folder.glob(f"{_STAGED}*"):
            if _is_abandoned(path):
                path.unlink(missing_ok=True)
        return folder / f"{_STAGED}{os.getpid()}{suffix}"

    def install(self, name: str, staged: Path, release: Release) -> None:
        """Make a staged archive (already synced) the current release."""
        folder = self._folder / name
        before = self._read(name) if name in self.names() else None
        staged.replace(folder / release.file)
        first = _Record(release, installs=(release.installed,))
        self._write(name, first if before is None else before.then(release))
        self._tidy(name)

    def roll_back(self, name: str) -> Release:
        """Exchange the current release and the one before; returns the one now in use.

        Raises:
            ConfigurationError: there is none before.
        """
        record = self._read(name)
        if record.previous is None or not (self._folder / name / record.previous.file).is_file():
            raise ConfigurationError(
                f"there is no earlier release of {name}", remedy="see midwatch rules packs"
            )
        self._write(name, _Record(record.previous, record.current, record.installs))
        return record.previous

    def discard(self, name: str, staged: Path) -> None:
        """Remove a staged archive that was not installed, and a folder left empty."""
        staged.unlink(missing_ok=True)
        with suppress(OSError):
            (self._folder / name).rmdir()

    def _read(self, name: str) -> _Record:
        path = self._folder / name / _RECORD
        if not _NAME.fullmatch(name) or not path.is_file():
            known = ", ".join(self.names())
            raise ConfigurationError(
                f"no pack called {name!r} is installed",
                remedy=f"installed: {known}" if known else "midwatch rules update URL installs one",
            )
        try:
            return msgspec.json.decode(path.read_bytes(), type=_Record)
        except (OSError, msgspec.MsgspecError) as error:
            raise BadInputError(
                f"the pack's record cannot be read: {error}",
                remedy="install the pack again",
                path=str(path),
            ) from error

    def _write(self, name: str, record: _Record) -> None:
        folder = self._folder / name
        beside = folder / f".{_RECORD}-{os.getpid()}"
        with beside.open("wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(record)))
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(folder / _RECORD)
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _tidy(self, name: str) -> None:
        """Remove files that the record does not name."""
        for path in self._unnamed(name):
            path.unlink(missing_ok=True)

    def _unnamed(self, name: str) -> Iterator[Path]:
        record = self._read(name)
        named = {_RECORD, record.current.file}
        if record.previous is not None:
            named.add(record.previous.file)
        return (path for path in (self._folder / name).iterdir() if path.name not in named)


def _is_abandoned(staged: Path) -> bool:
    """Whether the process that wrote an archive to install has ended before it did."""
    number = staged.name.removeprefix(_STAGED).partition(".")[0]
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def suffix_of(origin: str) -> str:
    """The archive suffix of a URL or path.

    Raises:
        ConfigurationError: it names no archive.
    """
    scheme = urlsplit(origin).scheme
    if "://" in origin and not is_url(origin):
        raise ConfigurationError(
            f"packs are not fetched by {scheme}",
            remedy="give an http or https address, or fetch it yourself and name the file",
            path=origin,
        )
    name = _last(origin).lower()
    fitting = [end for end in ARCHIVE_SUFFIXES if name.endswith(end)]
    if not fitting:
        raise ConfigurationError(
            "it is no zip or tar archive by its name",
            remedy=f"name one that ends in {', '.join(ARCHIVE_SUFFIXES)}",
            path=origin,
        )
    return max(fitting, key=len)


def name_from(origin: str, given: str | None = None) -> str:
    """The pack's name: as given, or the file's without its suffix.

    >>> name_from("https://example.org/releases/sigma_core.zip")
    'sigma_core'

    Raises:
        ConfigurationError: it can be no name.
    """
    name = (given or _last(origin).lower().removesuffix(suffix_of(origin))).lower()
    if _NAME.fullmatch(name) is None:
        raise ConfigurationError(
            f"{name!r} cannot be a pack's name",
            remedy="name it with --name: letters, digits, dots, dashes",
        )
    return name


def _last(origin: str) -> str:
    return PurePosixPath(urlsplit(origin).path if is_url(origin) else Path(origin).name).name
