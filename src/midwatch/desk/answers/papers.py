"""Files that a vendor gives with an answer: looked at, hashed, kept; never shown inline."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Sum
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from midwatch.desk.answers.models import Asking, Paper
from midwatch.desk.vendors.scanning import scan
from midwatch.kernel import BadInputError
from midwatch.reports.defusing import defuse
from midwatch.vendors.spreadsheets.packages import check_package

LARGEST: Final = 15_000_000
"""Bytes of one file."""
LARGEST_REQUEST: Final = LARGEST + 1_000_000
_LARGEST_IN_ALL: Final = 150_000_000
_MOST: Final = 200
_UNPACKED: Final = 200_000_000
_PARTS: Final = 5_000
_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_OFFICE: Final = (
    ("word/document.xml", "Word"),
    ("xl/workbook.xml", "Excel"),
    ("ppt/presentation.xml", "PowerPoint"),
)
_PROGRAMS: Final = ("vbaproject", "/macrosheets/", "/activex/", "/embeddings/", "/ctrlprops/")
_PLAIN: Final = "text/plain"


def read_upload(upload: UploadedFile[bytes], largest: int = LARGEST) -> bytes:
    """The bytes of an upload.

    Raises:
        BadInputError: It is empty or too large.
    """
    if not upload.size:
        raise BadInputError(_("the file is empty"), remedy=_("choose the file again"))
    if upload.size > largest:
        raise BadInputError(
            _("the file has more than %(most)d MB") % {"most": largest // 1_000_000},
            remedy=_("send the pages that matter, or a copy with smaller pictures"),
        )
    return bytes(upload.read())


def kind_of(data: bytes) -> str:
    """What it is by what is in it; its name is not believed.

    Raises:
        BadInputError: It is none of those that are taken, or holds a program.
    """
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    if b"\0" not in data and not data.startswith((b"MZ", b"\x7fELF", b"#!")):
        try:
            data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        else:
            return _PLAIN
    raise _refused()


def _office_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _refused() from error
    names = {part.filename for part in parts}
    kind = next((kind for name, kind in _OFFICE if name in names), "")
    if "[Content_Types].xml" not in names or not kind:
        raise _refused()
    programs = any(word in name.lower() for name in names for word in _PROGRAMS)
    if programs or len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
        raise BadInputError(
            _("the document holds macros or an embedded program, or would unpack without end"),
            remedy=_("save it as PDF, and give that"),
        )
    if kind == _OFFICE[1][1]:
        check_package(data, "")
    return kind


def _refused() -> BadInputError:
    return BadInputError(
        _("files of this kind are not taken"),
        remedy=_("give PDF, PNG, JPEG, plain text, or Word, Excel or PowerPoint without macros"),
    )


def plain_name(name: str) -> str:
    """A file's name without path, control characters and turning marks."""
    last = re.split(r"[\\/]", name)[-1]
    return defuse(" ".join(last.split()), 120).strip(". ") or _("unnamed")


def keep_paper(asking: Asking, question: str, upload: UploadedFile[bytes], by: str) -> Paper:
    """Look at a file and keep it with an answer; one that is there already is not kept twice.

    Raises:
        BadInputError: It is too large, of a kind that is not taken, infected, or there are too
            many.
    """
    data = read_upload(upload)
    there = Paper.objects.filter(asking=asking)
    in_all = there.aggregate(Sum("size"))["size__sum"] or 0
    if there.count() >= _MOST or in_all + len(data) > _LARGEST_IN_ALL:
        raise BadInputError(
            _("there are too many files with this questionnaire"),
            remedy=_("take some away that are not needed"),
        )
    kind = kind_of(data)
    clean = scan(data)
    made, _new = Paper.objects.get_or_create(
        asking=asking, question=question, sha256=hashlib.sha256(data).hexdigest(),
        defaults={
            "tenant": asking.tenant, "name": plain_name(upload.name or ""), "kind": kind,
            "size": len(data), "data": data, "by": by[:254],
            "scan": Paper.Scan.CLEAN if clean else Paper.Scan.NOT_SCANNED,
        },
    )  # fmt: skip
    return made


def as_download(paper: Paper) -> HttpResponse:
    """The file to be kept by the browser, never to be shown in the page's own place."""
    response = HttpResponse(bytes(paper.data), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=paper.name
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
