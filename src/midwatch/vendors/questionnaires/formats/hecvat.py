"""HECVAT 4 of EDUCAUSE, as XLSX, filled in or empty.

What is asked stands on the hidden sheet ``Questions``, because the visible sheets hold
formulas whose remembered results are stale. The answers stand on the visible sheets, in the
row that begins with the question's id, under a heading with the word answer. What analysts'
sheets and the hidden scoring sheet say is not read: it is computed.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires.answers import LONGEST_NOTE, Reply
from midwatch.vendors.questionnaires.formats.values import (
    ForeignAnswer,
    ForeignQuestion,
    Format,
    Imported,
    refuse_foreign,
    reply_of,
)
from midwatch.vendors.spreadsheets import Cell, Formula, Sheet, Workbook, read_workbook

VERSION: Final = "4.1.4"
QUESTIONS: Final = 332
ANSWER_SHEETS: Final = {
    "START HERE": "start", "Organization": "org", "Product": "product",
    "Infrastructure": "infra", "IT Accessibility": "access", "Case-Specific": "case",
    "AI": "ai", "Privacy": "privacy",
}  # fmt: skip
"""Visible sheets, and the column of ``Questions`` that says what stands on each."""
_LIST: Final = "Questions"
_ID: Final = re.compile(r"[A-Z]{2,5}-\d{2,3}")
_LEAST: Final = 20
_NUMBERS: Final = re.compile(r"\d+\.\d+(?:\.\d+)?")


def is_hecvat(book: Workbook) -> bool:
    """Whether a workbook claims to be HECVAT 4: at least half of its sheets are there."""
    here = sum(book.sheet(name) is not None for name in ANSWER_SHEETS)
    return here * 2 >= len(ANSWER_SHEETS) or (here > 0 and book.sheet(_LIST) is not None)


def read_hecvat(data: bytes, name: str) -> Imported:
    """The questions and answers of a HECVAT 4 workbook.

    Raises:
        BadInputError: It is no workbook, no HECVAT 4, or claims to be and holds foreign ids.
    """
    return hecvat_of(read_workbook(data, name))


def hecvat_of(book: Workbook) -> Imported:
    """As ``read_hecvat``, of a workbook that was read."""
    listed = book.sheet(_LIST)
    if listed is None:
        raise BadInputError(
            "the workbook has no sheet Questions, hidden or not, so what was asked is not known",
            remedy="ask for the original workbook of HECVAT 4",
            path=book.name,
        )
    questions, foreign, remarks = _questions(listed, book.name)
    asked = {each.id for each in questions}
    answers: dict[str, ForeignAnswer] = {}
    for name in ANSWER_SHEETS:
        sheet = book.sheet(name)
        if sheet is None:
            remarks.append(f"the sheet {name} is missing")
            continue
        strange, odd = _read_answers(sheet, asked, answers)
        foreign += strange
        remarks += odd
    few = f"its list holds {len(questions)} questions" if len(questions) < _LEAST else ""
    refuse_foreign(
        "HECVAT 4", foreign, len(questions) + len(foreign), path=book.name,
        reasons=[few] if few else [],
    )  # fmt: skip
    if len(questions) != QUESTIONS:
        remarks.append(f"it holds {len(questions)} questions; version {VERSION} has {QUESTIONS}")
    return Imported(
        format=Format.HECVAT, title="HECVAT", version=_version(book), questions=questions,
        answers=tuple(answers.values()), remarks=tuple(remarks),
    )  # fmt: skip


def _version(book: Workbook) -> str:
    sheet = book.sheet("START HERE")
    for _row, cells in sheet.numbered() if sheet else ():
        for cell in cells:
            found = _NUMBERS.search(cell) if isinstance(cell, str) else None
            if found and "hecvat" in str(cell).casefold():
                return found[0]
    return VERSION


def _questions(
    sheet: Sheet, path: str
) -> tuple[tuple[ForeignQuestion, ...], list[tuple[str, int]], list[str]]:
    rows = list(sheet.numbered())
    head = next(
        ((row, cells) for row, cells in rows[:6] if {"new id", "question"} <= set(_words(cells))),
        None,
    )
    if head is None:
        raise BadInputError(
            "the sheet Questions has no headings New ID and Question",
            remedy="ask for the original workbook of HECVAT 4",
            path=path,
        )
    words = _words(head[1])
    column, text = words.index("new id"), words.index("question")
    places = {key: words.index(key) for key in ANSWER_SHEETS.values() if key in words}
    found: dict[str, ForeignQuestion] = {}
    foreign: list[tuple[str, int]] = []
    remarks: list[str] = []
    for row, cells in rows:
        identifier = _text(cells, column)
        if row <= head[0] or not identifier:
            continue
        if not _ID.fullmatch(identifier):
            foreign.append((identifier, row))
        elif identifier in found:
            remarks.append(f"{identifier} is listed twice")
        else:
            on = next((s for s, key in ANSWER_SHEETS.items()
                       if _text(cells, places.get(key, 10_000)) == "1"), "")  # fmt: skip
            found[identifier] = ForeignQuestion(id=identifier, text=_text(cells, text), section=on)
    return tuple(found.values()), foreign, remarks


def _read_answers(
    sheet: Sheet, asked: set[str], answers: dict[str, ForeignAnswer]
) -> tuple[list[tuple[str, int]], list[str]]:
    foreign: list[tuple[str, int]] = []
    remarks: list[str] = []
    place: int | None = None
    note: int | None = None
    for row, cells in sheet.numbered():
        words = _words(cells)
        if place is None or any(word in ("id", "question id") for word in words[:2]):
            place = next((n for n, word in enumerate(words) if "answer" in word), place)
            note = next((n for n, word in enumerate(words) if "additional" in word), note)
        identifier = _text(cells, 0)
        if not re.fullmatch(r"[A-Z&]{2,5}-\d{2,3}(?:\.\d+)?", identifier):
            continue
        if identifier not in asked:
            foreign.append((identifier, row))
            continue
        where = 2 if place is None else place
        cell = cells[where] if where < len(cells) else None
        if isinstance(cell, Formula):
            remarks.append(f"{sheet.name}, row {row}: the answer is a formula, not read")
        text = _text(cells, where)
        known = reply_of(text)
        previous = answers.get(identifier)
        if previous is not None and previous.reply is not Reply.UNANSWERED:
            continue
        answers[identifier] = ForeignAnswer(
            id=identifier, reply=Reply.STATED if known is None else known,
            value=text if known is None else "",
            note=_text(cells, 3 if note is None else note)[:LONGEST_NOTE],
            sheet=sheet.name, row=row,
        )  # fmt: skip
    return foreign, remarks


def _words(cells: tuple[Cell, ...]) -> list[str]:
    return [_text(cells, column).casefold() for column in range(len(cells))]


def _text(cells: tuple[Cell, ...], column: int) -> str:
    if column >= len(cells):
        return ""
    cell = cells[column]
    return "" if cell is None or isinstance(cell, Formula) else " ".join(str(cell).split())
