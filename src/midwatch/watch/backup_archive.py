"""The file that a backup is: a tar of regular files, packed by zstandard, the manifest last.

The manifest names every file with size and SHA-256, so that a cut or changed file is found
before anything of it is used. Every tool that knows tar and zstd can unpack it.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Self

import msgspec
import zstandard
from msgspec import Struct

from midwatch.kernel import BadInputError

FORMAT: Final = 1
"""Number of this form; it grows when an older Midwatch could not read it."""
MANIFEST: Final = "manifest.json"
_LEVEL: Final = 3
_BLOCK: Final = 1 << 20
_MOST_MANIFEST: Final = 1 << 28
_Read = Callable[[int], bytes]


class Kept(Struct, frozen=True):
    """One file: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a backup holds.

    ``made``: UTC microseconds. ``layout``: of the state folder. ``position``: the spool's
    offset up to which all is in the lake, which is at version ``lake``. ``parcels`` wait
    behind it.
    """

    format: int
    midwatch: str
    made: int
    layout: int
    position: int
    lake: int
    parcels: int
    files: Mapping[str, Kept]


class ArchiveWriter:
    """Writes an archive; it is complete after ``finish``."""

    def __init__(self, sink: BinaryIO) -> None:
        self._packed = zstandard.ZstdCompressor(level=_LEVEL).stream_writer(sink, closefd=False)
        self._tar = tarfile.open(fileobj=self._packed, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115  # open until finish
        self.files: dict[str, Kept] = {}

    def add(self, path: Path, name: str) -> None:
        """Add a file under a name, as long as it is now.

        Raises:
            FileNotFoundError: It is gone.
        """
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            reader = _Hashing(source)
            self._put(name, size, reader)
        self.files[name] = Kept(size, reader.digest)

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest and end the archive."""
        content = msgspec.json.format(msgspec.json.encode(manifest))
        self._put(MANIFEST, len(content), io.BytesIO(content))
        self._tar.close()
        self._packed.close()  # type: ignore[no-untyped-call]  # its stub lacks a type

    def _put(self, name: str, size: int, source: BinaryIO | _Hashing) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, source)


class _Hashing:
    """A source that hashes what is read of it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block = self._source.read(size)
        self._hash.update(block)
        return block

    @property
    def digest(self) -> str:
        """Of all that was read."""
        return self._hash.hexdigest()


class ArchiveReader:
    """Unpacks an archive; see ``unpack``. As a context: closes the file."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            BadInputError: It cannot be read.
        """
        self._path = path
        try:
            self._source = path.open("rb")
        except OSError as error:
            raise BadInputError(
                f"the backup cannot be read: {error.strerror}",
                remedy="check the path and the file's owner and mode",
                path=str(path),
            ) from error

    def __enter__(self) -> Self:
        """Nothing more."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._source.close()

    def unpack(self, folder: Path) -> Manifest:
        """Write all files into an empty folder and check them against the manifest.

        Raises:
            BadInputError: It is no backup, is cut or was changed, or a newer Midwatch made it.
        """
        found: dict[str, Kept] = {}
        manifest = b""
        try:
            with (
                zstandard.ZstdDecompressor().stream_reader(self._source) as packed,
                tarfile.open(fileobj=packed, mode="r|") as tar,
            ):
                for entry in tar:
                    content = tar.extractfile(entry) if entry.isreg() else None
                    if content is None or not _is_plain(entry.name):
                        raise self._refused(f"it holds {entry.name!r}, which no backup does")
                    if entry.name == MANIFEST:
                        manifest = content.read(_MOST_MANIFEST)
                        continue
                    found[entry.name] = _write(folder / entry.name, content.read)
        except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
            raise self._refused(f"it is cut or damaged: {error}") from error
        return self._checked(manifest, found)

    def _checked(self, content: bytes, found: Mapping[str, Kept]) -> Manifest:
        if not content:
            raise self._refused("it has no manifest; was it cut?")
        try:
            form = msgspec.json.decode(content).get("format")
            if isinstance(form, int) and form > FORMAT:
                raise BadInputError(
                    f"a newer Midwatch made this backup (form {form}, this one knows {FORMAT})",
                    remedy="restore it with that version",
                    path=str(self._path),
                )
            manifest = msgspec.json.decode(content, type=Manifest)
        except (msgspec.MsgspecError, AttributeError) as error:
            raise self._refused(f"its manifest cannot be read: {error}") from error
        for name in sorted(manifest.files.keys() | found.keys()):
            if manifest.files.get(name) != found.get(name):
                raise self._refused(f"{name} is not what was backed up")
        return manifest

    def _refused(self, cause: str) -> BadInputError:
        return BadInputError(
            f"this backup cannot be used: {cause}",
            remedy="take another copy of it, or the backup before",
            path=str(self._path),
        )


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)


def _write(path: Path, read: _Read) -> Kept:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        for block in _blocks(read):
            digest.update(block)
            size += len(block)
            sink.write(block)
        sink.flush()
        os.fsync(sink.fileno())
    return Kept(size, digest.hexdigest())


def _blocks(read: _Read) -> Iterator[bytes]:
    while block := read(_BLOCK):
        yield block
