"""The ZIP: ``manifest.json``, ``records.json`` and ``documents/SHA-256``, nothing else.

Nothing is ever unpacked to a path: names are held against the three that there are, and
documents are known by what is in them. Sizes that a ZIP states are not believed; what comes out
of it is counted. ``records.json`` must be what the manifest says, or the whole is refused; a
document that is not is refused with the records that name it.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import IO, Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.dossier.records import Records, Refused, read_records

FORMAT: Final = "midwatch vendor file"
VERSION: Final = 1
"""It grows when an older Midwatch could not read what a newer one wrote."""
LARGEST: Final = 500_000_000
"""Bytes of the ZIP."""
LARGEST_UNPACKED: Final = 2_000_000_000
LARGEST_DOCUMENT: Final = 25_000_000
_LARGEST_RECORDS: Final = 60_000_000
_LARGEST_MANIFEST: Final = 2_000_000
_MOST_PARTS: Final = 5_000
_PIECE: Final = 1 << 16
_MANIFEST: Final = "manifest.json"
_RECORDS: Final = "records.json"
_DOCUMENT: Final = re.compile(r"documents/([0-9a-f]{64})")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED: Final = 0x1
_AGAIN: Final = "export it anew: midwatch vendor export-file"
_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


class Document(msgspec.Struct, frozen=True):
    """A document that the package should hold."""

    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the package says it is. ``made``: UTC microseconds; ``records``: their SHA-256."""

    format: str
    version: int
    made: int
    software: str
    vendor: str
    client: str
    records: str
    documents: tuple[Document, ...] = ()


class _Head(msgspec.Struct):
    format: str
    version: int


class Package:
    """An opened package; documents are read one at a time. The ZIP stays the caller's."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        manifest: Manifest,
        records: Records,
        refused: Iterable[Refused],
        good: frozenset[str],
    ) -> None:
        """Made by ``open_package``. ``good``: the documents that are what their names say."""
        self._archive = archive
        self.manifest = manifest
        self.records = records
        self.refused = tuple(sorted(refused))
        self.good = good

    def document(self, sha256: str) -> bytes:
        """The document of that digest.

        Raises:
            BadInputError: There is none, or it is not what its name says.
        """
        if sha256 not in self.good:
            raise BadInputError("its document is missing or was changed", remedy=_AGAIN)
        return self._archive.read(f"documents/{sha256}")


def write_package(
    sink: IO[bytes], head: Manifest, records: Records, document: Callable[[str], bytes]
) -> Manifest:
    """Write a package. ``document`` gives the bytes of a SHA-256. The same facts give the same.

    ``head``: who and when; digests are filled in here, and given back.

    Raises:
        BadInputError: What ``document`` raises, or it would be too large to be read again.
    """
    body = msgspec.json.format(msgspec.json.encode(records), indent=1)
    known: list[Document] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        total = len(body)
        for sha256 in sorted({each for each, _place in records.documents()}):
            data = document(sha256)
            if hashlib.sha256(data).hexdigest() != sha256:
                raise BadInputError(
                    f"the document {sha256[:12]}… was changed since it was filed",
                    remedy="bring it back from a backup, or remove it",
                )
            total += len(data)
            if total > LARGEST:
                raise BadInputError(
                    f"the file has more than {LARGEST // 1_000_000} MB",
                    remedy="remove documents that are no longer needed first",
                )
            known.append(Document(sha256, len(data)))
            archive.writestr(_entry(f"documents/{sha256}"), data)
        manifest = msgspec.structs.replace(
            head, format=FORMAT, version=VERSION, records=hashlib.sha256(body).hexdigest(),
            documents=tuple(known),
        )  # fmt: skip
        archive.writestr(_entry(_RECORDS), body)
        told = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        archive.writestr(_entry(_MANIFEST), told)
    return manifest


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def open_package(source: IO[bytes], name: str) -> Package:
    """Look at a package as at something that may be meant to harm. ``name``: for errors.

    Raises:
        BadInputError: It is none, was changed, is a bomb, or a newer Midwatch wrote it.
    """
    try:
        source.seek(0, 2)
        if source.tell() > LARGEST:
            raise _refusal(name, f"it has more than {LARGEST // 1_000_000} MB")
        source.seek(0)
        archive = zipfile.ZipFile(source)  # read after this function ends
        return _opened(archive, name)
    except BadInputError:
        raise
    except _ERRORS as error:
        raise _refusal(name, f"it is no ZIP that can be read: {error}") from error


def _opened(archive: zipfile.ZipFile, name: str) -> Package:
    names = _names(archive, name)
    head = _read(archive, _MANIFEST, _LARGEST_MANIFEST, name)
    manifest = _manifest(head, name)
    body = _read(archive, _RECORDS, _LARGEST_RECORDS, name)
    if hashlib.sha256(body).hexdigest() != manifest.records:
        raise _refusal(name, "records.json is not what the manifest says: it was changed")
    records, refused = read_records(body, name)
    good, bad = _documents(archive, names, len(body), name)
    listed = {each.sha256 for each in manifest.documents}
    wanted = dict(records.documents())
    refused += bad
    refused += [Refused(f"documents/{each}", "it is missing") for each in sorted(listed - names)]
    refused += [
        Refused(f"documents/{each}", "no record names it") for each in sorted(good - wanted.keys())
    ]
    return Package(archive, manifest, records, refused, good & listed)


def _names(archive: zipfile.ZipFile, name: str) -> set[str]:
    """The digests of the documents in it, after every name was looked at."""
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise _refusal(name, f"it has more than {_MOST_PARTS:,} parts")
    twice = [each for each, count in Counter(p.filename for p in parts).items() if count > 1]
    if twice:
        raise _refusal(name, f"a part stands twice in it: {twice[0][:80]!r}")
    found = set()
    for part in parts:
        document = _DOCUMENT.fullmatch(part.filename)
        if document is None and part.filename not in (_MANIFEST, _RECORDS):
            raise _refusal(name, f"it holds a part that does not belong: {part.filename[:80]!r}")
        if part.flag_bits & _ENCRYPTED or part.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise _refusal(name, f"{part.filename} is encrypted or packed in an unknown way")
        if document is not None:
            found.add(document[1])
    return found


def _manifest(data: bytes, name: str) -> Manifest:
    try:
        head = msgspec.json.decode(data, type=_Head)
        if head.format != FORMAT:
            raise _refusal(name, "it is no vendor's file of a Midwatch")
        if head.version > VERSION:
            raise BadInputError(
                f"a newer Midwatch wrote it (version {head.version}; this one reads {VERSION})",
                remedy="update this installation, or export it from an older one", path=name,
            )  # fmt: skip
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(name, f"manifest.json cannot be read: {error}") from error


def _documents(
    archive: zipfile.ZipFile, names: set[str], used: int, name: str
) -> tuple[frozenset[str], list[Refused]]:
    good, bad, left = set(), [], LARGEST_UNPACKED - used
    for sha256 in sorted(names):
        digest = hashlib.sha256()
        size = 0
        with archive.open(f"documents/{sha256}") as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                left -= len(piece)
                if size > LARGEST_DOCUMENT or left < 0:
                    raise _refusal(name, f"documents/{sha256[:12]}… unpacks without end")
                digest.update(piece)
        if digest.hexdigest() == sha256:
            good.add(sha256)
        else:
            bad.append(Refused(f"documents/{sha256}", "its SHA-256 is another: it was changed"))
    return frozenset(good), bad


def _read(archive: zipfile.ZipFile, part: str, most: int, name: str) -> bytes:
    if part not in archive.namelist():
        raise _refusal(name, f"it has no {part}, so it is no vendor's file of a Midwatch")
    with archive.open(part) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise _refusal(name, f"{part} unpacks to more than {most // 1_000_000} MB")
    return data


def _refusal(name: str, cause: str) -> BadInputError:
    return BadInputError(cause, remedy=_AGAIN, path=name)
