"""CAIQ 4.0.3 of the Cloud Security Alliance, as XLSX, filled in or empty.

One sheet whose name begins with ``CAIQv4``: row 1 title, row 2 headings, then one row for
each question. Ids look like ``A&A-01.1``: domain, control, question. The domains and how
many controls each has are those of the Cloud Controls Matrix 4; other ids are foreign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires.answers import LONGEST_NOTE, Ownership, Reply
from midwatch.vendors.questionnaires.formats.values import (
    ForeignAnswer,
    ForeignQuestion,
    Format,
    Imported,
    refuse_foreign,
    reply_of,
)
from midwatch.vendors.spreadsheets import Cell, Formula, Sheet, Workbook, read_workbook

VERSION: Final = "4.0.3"
QUESTIONS: Final = 261
CONTROLS: Final = {
    "A&A": 6, "AIS": 7, "BCR": 11, "CCC": 9, "CEK": 21, "DCS": 15, "DSP": 19, "GRC": 8,
    "HRS": 13, "IAM": 16, "IPY": 4, "IVS": 9, "LOG": 13, "SEF": 8, "STA": 14, "TVM": 10,
    "UEM": 14,
}  # fmt: skip
"""Controls of each domain; 197 in all."""
_ID: Final = re.compile(r"([A-Z&]{3})-(\d{2})\.(\d{1,2})")
_OWNERSHIP: Final = {
    "csp-owned": Ownership.VENDOR,
    "csc-owned": Ownership.CLIENT,
    "3rd-party outsourced": Ownership.THIRD_PARTY,
    "third-party outsourced": Ownership.THIRD_PARTY,
    "shared csp and csc": Ownership.SHARED,
    "shared csp and 3rd-party": Ownership.SHARED_THIRD_PARTY,
    "shared csp and third-party": Ownership.SHARED_THIRD_PARTY,
}
_NEEDED: Final = {"id": "question id", "question": "question", "answer": "csp caiq answer"}
_OPTIONAL: Final = {
    "ownership": "ssrm control ownership",
    "note": "csp implementation description",
    "control": "ccm control id",
    "domain": "ccm domain title",
}


def is_caiq(book: Workbook) -> bool:
    """Whether a workbook claims to be CAIQ 4."""
    return _sheet(book) is not None


def read_caiq(data: bytes, name: str) -> Imported:
    """The questions and answers of a CAIQ 4 workbook.

    Raises:
        BadInputError: It is no workbook, no CAIQ, or claims to be one and holds foreign ids.
    """
    return caiq_of(read_workbook(data, name))


def caiq_of(book: Workbook) -> Imported:
    """As ``read_caiq``, of a workbook that was read."""
    sheet = _sheet(book)
    if sheet is None:
        raise BadInputError(
            "no sheet of this workbook is called CAIQv4…; it has: "
            + ", ".join(repr(each.name[:30]) for each in book.sheets[:8]),
            remedy="import the CAIQ 4 workbook as it comes from the Cloud Security Alliance",
            path=book.name,
        )
    heading, places = _headings(sheet, book.name)
    questions, answers, remarks = [], [], []
    foreign: list[tuple[str, int]] = []
    seen: dict[str, int] = {}
    domain = ""
    for row, cells in sheet.numbered():
        identifier = _text(cells, places["id"])
        if row <= heading or not identifier:
            continue
        if not _known(identifier):
            foreign.append((identifier, row))
            continue
        if identifier in seen:
            remarks.append(f"row {row}: {identifier} stood in row {seen[identifier]} already")
            continue
        seen[identifier] = row
        domain = _text(cells, places.get("domain")) or domain
        questions.append(
            ForeignQuestion(
                id=identifier, text=_text(cells, places["question"]), section=identifier[:3]
            )
        )
        answer, problem = _answer(identifier, cells, places, sheet.name, row)
        answers.append(answer)
        remarks += [problem] if problem else []
    refuse_foreign(
        f"CAIQ {VERSION}", foreign, len(seen) + len(foreign), path=book.name,
        reasons=[] if seen or foreign else ["it holds no question"],
    )  # fmt: skip
    if len(questions) != QUESTIONS:
        remarks.append(f"it holds {len(questions)} of the {QUESTIONS} questions")
    return Imported(
        format=Format.CAIQ, title=str(sheet.rows[0][0] if sheet.rows[0] else sheet.name),
        version=VERSION, questions=tuple(questions), answers=tuple(answers),
        controls=len({each.id.partition(".")[0] for each in questions}),
        remarks=tuple(remarks),
    )  # fmt: skip


def _sheet(book: Workbook) -> Sheet | None:
    return next((each for each in book.sheets if each.name.casefold().startswith("caiqv4")), None)


def _headings(sheet: Sheet, path: str) -> tuple[int, dict[str, int]]:
    for row, cells in list(sheet.numbered())[:10]:
        words = [_text(cells, column).casefold() for column in range(len(cells))]
        places = {
            key: column
            for key, wanted in (*_NEEDED.items(), *_OPTIONAL.items())
            for column, word in reversed(list(enumerate(words)))
            if word.startswith(wanted) and (key != "question" or word == wanted)
        }
        if places.keys() >= _NEEDED.keys():
            return row, places
    raise BadInputError(
        f"the sheet {sheet.name!r} has no row of headings with: {', '.join(_NEEDED.values())}",
        remedy="keep the first two rows of the original workbook",
        path=path,
    )


def _known(identifier: str) -> bool:
    found = _ID.fullmatch(identifier)
    return (
        found is not None
        and 1 <= int(found[2]) <= CONTROLS.get(found[1], 0)
        and 1 <= int(found[3]) <= 20
    )


def _answer(
    identifier: str, cells: tuple[Cell, ...], places: dict[str, int], sheet: str, row: int
) -> tuple[ForeignAnswer, str]:
    cell = cells[places["answer"]] if places["answer"] < len(cells) else None
    problem = ""
    if isinstance(cell, Formula):
        reply, problem = Reply.UNANSWERED, f"row {row}: the answer is a formula, not read"
    else:
        known = reply_of(_text(cells, places["answer"]))
        reply = known or Reply.UNANSWERED
        if known is None:
            problem = f"row {row}: the answer {str(cell)[:40]!r} is none of Yes, No, NA"
    owner = _text(cells, places.get("ownership")).casefold()
    answer = ForeignAnswer(
        id=identifier, reply=reply, note=_text(cells, places.get("note"))[:LONGEST_NOTE],
        ownership=_OWNERSHIP.get(owner, Ownership.NOT_SAID), sheet=sheet, row=row,
    )  # fmt: skip
    return answer, problem


def _text(cells: tuple[Cell, ...], column: int | None) -> str:
    if column is None or column >= len(cells):
        return ""
    cell = cells[column]
    return "" if cell is None or isinstance(cell, Formula) else " ".join(str(cell).split())


def control_ids(imported: Imported) -> Iterator[str]:
    """The controls asked about, in order."""
    return iter(dict.fromkeys(each.id.partition(".")[0] for each in imported.questions))
