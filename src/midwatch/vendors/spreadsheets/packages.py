"""Whether a file is the plain workbook it claims to be, before any library opens it.

An XLSX file is a zip of XML parts. Refused are: another format under that name, a file
whose parts would unpack to more than ``LARGEST_UNPACKED``, macros and embedded programs,
document type declarations (entities that expand without end), and parts outside of the zip.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from midwatch.kernel import BadInputError

LARGEST_FILE: Final = 20_000_000
"""Bytes. The largest public questionnaires are below 2 MB."""
LARGEST_UNPACKED: Final = 150_000_000
_MOST_PARTS: Final = 2_000
_PIECE: Final = 1 << 16
_ZIP: Final = b"PK\x03\x04"
_KINDS: Final = (
    (b"\xd0\xcf\x11\xe0", "an old .xls workbook, or one with a password"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_PROGRAMS: Final = ("vbaproject", "/macrosheets/", "/activex/", "/embeddings/", "/ctrlprops/")
_AGAIN: Final = "save it as a plain .xlsx workbook, without macros, and send it again"


def check_size(size: int, name: str) -> None:
    """Refuse a file of too many bytes.

    Raises:
        BadInputError: It is larger than ``LARGEST_FILE``.
    """
    if size > LARGEST_FILE:
        raise BadInputError(
            f"the file has {size / 1e6:,.0f} MB; more than {LARGEST_FILE // 1_000_000} MB are "
            "not read",
            remedy="send the answers alone, without pictures and attachments",
            path=name,
        )


def kind_of(data: bytes) -> str:
    """``xlsx`` for any zip, ``text``, or the other format in words."""
    if data.startswith(_ZIP):
        return "xlsx"
    for magic, words in _KINDS:
        if data.startswith(magic):
            return words
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return "a web page"
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "text" if utf16 or b"\0" not in data[:65_536] else "no text and no known format"


def check_package(data: bytes, name: str) -> None:
    """Refuse bytes that are no plain XLSX workbook.

    Raises:
        BadInputError: With what it is instead, or what is wrong with it.
    """
    check_size(len(data), name)
    kind = kind_of(data)
    if kind != "xlsx":
        raise BadInputError(f"the file is no .xlsx workbook, but {kind}", remedy=_AGAIN, path=name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_parts(package, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInputError(
            f"the workbook is damaged: {error}", remedy=_AGAIN, path=name
        ) from error


def _check_parts(package: zipfile.ZipFile, name: str) -> None:
    parts = package.infolist()
    if len(parts) > _MOST_PARTS:
        raise BadInputError(
            f"the workbook has {len(parts):,} parts; more than {_MOST_PARTS:,} are not read",
            remedy=_AGAIN,
            path=name,
        )
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise BadInputError(
            "the file is a zip archive, but no .xlsx workbook", remedy=_AGAIN, path=name
        )
    for part in parts:
        if any(word in part.filename.lower() for word in _PROGRAMS):
            raise BadInputError(
                f"the workbook holds macros or an embedded program ({part.filename})",
                remedy=_AGAIN,
                path=name,
            )
    left = LARGEST_UNPACKED
    for part in parts:
        left = _check_part(package, part, left, name)


def _check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, name: str) -> int:
    """How many bytes may still be unpacked. Sizes a zip states are not believed: they may lie."""
    tail = b""
    is_xml = part.filename.endswith((".xml", ".rels", ".vml"))
    with package.open(part) as stream:
        while piece := stream.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise BadInputError(
                    f"the workbook would unpack to more than {LARGEST_UNPACKED // 1_000_000} MB",
                    remedy=_AGAIN,
                    path=name,
                )
            if not is_xml:
                continue
            seen = tail + piece
            # In UTF-16 every second byte is zero: such a part could hide what is looked for.
            if b"\0" in piece or b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise BadInputError(
                    f"the workbook's part {part.filename} declares a document type or is not "
                    "UTF-8, which no spreadsheet program writes",
                    remedy=_AGAIN,
                    path=name,
                )
            if part.filename == "[Content_Types].xml" and b"macroEnabled" in seen:
                raise BadInputError(
                    "the workbook is one with macros under another name", remedy=_AGAIN, path=name
                )
            tail = seen[-16:]
    return left
