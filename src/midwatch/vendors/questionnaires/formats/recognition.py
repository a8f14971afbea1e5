"""Which questionnaire a file is, by what is in it; its name is not believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires.formats.caiq import caiq_of, is_caiq
from midwatch.vendors.questionnaires.formats.hecvat import hecvat_of, is_hecvat
from midwatch.vendors.questionnaires.formats.mvsp import read_mvsp
from midwatch.vendors.questionnaires.formats.own import is_own
from midwatch.vendors.questionnaires.formats.values import Format, Imported
from midwatch.vendors.questionnaires.formats.vsaq import read_vsaq
from midwatch.vendors.spreadsheets import Workbook, read_workbook
from midwatch.vendors.spreadsheets.packages import check_size, kind_of

_BOOKS: Final[dict[Format, Callable[[Workbook], Imported]]] = {
    Format.CAIQ: caiq_of,
    Format.HECVAT: hecvat_of,
}
_TEXTS: Final[dict[Format, Callable[[bytes, str], Imported]]] = {
    Format.VSAQ: read_vsaq,
    Format.MVSP: read_mvsp,
}


def recognise(data: bytes, name: str) -> Format:
    """The format a file claims.

    Raises:
        BadInputError: It is none of those that are read.
    """
    check_size(len(data), name)
    kind = kind_of(data)
    if kind == "xlsx":
        return _claimed(read_workbook(data, name))
    found = kind
    if kind == "text":
        if b'"catalog"' in data[:4096] or b'"controls"' in data:
            return Format.MVSP
        if b'"questionnaire"' in data or b'"extensions"' in data:
            return Format.VSAQ
        found = "text that is neither VSAQ nor an OSCAL catalogue"
    raise _unknown(found, name)


def read_any(data: bytes, name: str, form: Format | None = None) -> Imported:
    """A foreign questionnaire, of the format that is named, else of the one it claims.

    Raises:
        BadInputError: It is not that, or our own workbook, which ``read_own`` reads.
    """
    book = None
    if form is None and kind_of(data) == "xlsx":
        book = read_workbook(data, name)
        form = _claimed(book)
    form = form or recognise(data, name)
    if form in _TEXTS:
        return _TEXTS[form](data, name)
    if form in _BOOKS:
        return _BOOKS[form](book or read_workbook(data, name))
    raise BadInputError(
        "this is a questionnaire of our own", remedy="midwatch vendor score reads it", path=name
    )


def _claimed(book: Workbook) -> Format:
    for form, claims in (
        (Format.OWN, is_own),
        (Format.CAIQ, is_caiq),
        (Format.HECVAT, is_hecvat),
    ):
        if claims(book):
            return form
    sheets = ", ".join(repr(each.name[:30]) for each in book.sheets[:8])
    raise _unknown(f"a workbook with the sheets {sheets}", book.name)


def _unknown(found: str, name: str) -> BadInputError:
    return BadInputError(
        f"the file is no questionnaire that is known, but {found}",
        remedy="known are CAIQ 4, HECVAT 4, VSAQ, MVSP and our own workbook",
        path=name,
    )
