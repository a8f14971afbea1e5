"""Our own questionnaire as a workbook to fill in, and the filled one read back.

The workbook knows its version by digest, so an edited one cannot pass for it. Rows are found
by the question's id, wherever somebody moved them. Answers are text; a formula among them is
refused with its row, and what was typed is not lost: all problems are told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires.answers import (
    LONGEST_NOTE,
    Answer,
    Reply,
    Submission,
    new_submission,
    problem_of,
)
from midwatch.vendors.questionnaires.formats.values import refuse_foreign, reply_of
from midwatch.vendors.questionnaires.languages import Words, words_of
from midwatch.vendors.questionnaires.templates import (
    Kind,
    Question,
    TemplateVersion,
    When,
)
from midwatch.vendors.spreadsheets import (
    Cell,
    Column,
    Formula,
    Page,
    Sheet,
    Workbook,
    read_workbook,
    workbook_bytes,
)

_SHEET, _ABOUT = "Questions", "About"
_ID, _ANSWER, _REMARK, _EVIDENCE = 0, 4, 5, 6
_MOST_TOLD: Final = 12


def own_workbook(
    version: TemplateVersion, submission: Submission | None = None, *, vendor: str = ""
) -> bytes:
    """The questionnaire as XLSX, with the answers given so far.

    Raises:
        BadInputError: The answers belong to another version.
    """
    if submission is not None and submission.digest != version.digest:
        raise BadInputError(
            "these answers belong to another version", remedy="open the version that was sent"
        )
    words = words_of(version.language)
    yes_no = (words.yes, words.no, words.not_applicable)
    rows: list[tuple[str | None, ...]] = []
    bold: set[int] = set()
    choices: list[tuple[int, tuple[str, ...]]] = []
    for section in version.sections:
        bold.add(len(rows))
        rows.append((None, section.title, section.intro or None))
        for question in section.question:
            if question.kind is not Kind.YES_NO:
                choices.append((len(rows), tuple(each.shown for each in question.choices)))
            answer = submission.answer(question.id) if submission else None
            rows.append(
                (question.id, _asked(version, question, words), question.good, question.why,
                 _typed(question, answer, words), answer.note if answer else None,
                 ", ".join(answer.evidence) if answer and answer.evidence
                 else f"({question.evidence})" if question.evidence else None)
            )  # fmt: skip
    heads = words.heads
    columns = (
        Column(heads[0], 22), Column(heads[1], 60), Column(heads[2], 34), Column(heads[3], 34),
        Column(heads[4], 20, choices=yes_no, asked=True), Column(heads[5], 40, asked=True),
        Column(heads[6], 30, asked=True),
    )  # fmt: skip
    name = vendor or (submission.vendor if submission else "")
    about = (
        ("template", version.id), ("version", version.version), ("digest", version.digest),
        ("vendor", name), ("title", version.title),
    )  # fmt: skip
    return workbook_bytes(
        [
            Page(_SHEET, columns, tuple(rows), (version.title, *words.notes), tuple(choices),
                 frozenset(bold)),
            Page(_ABOUT, (Column("key", 14), Column("value", 70)), about),
        ]
    )  # fmt: skip


def is_own(book: Workbook) -> bool:
    """Whether a workbook claims to be a questionnaire of ours."""
    about = book.sheet(_ABOUT)
    return about is not None and "digest" in _about(about) and book.sheet(_SHEET) is not None


def read_own(
    data: bytes, name: str, versions: Iterable[TemplateVersion]
) -> tuple[TemplateVersion, Submission]:
    """The version a workbook was made from, and the answers in it.

    Raises:
        BadInputError: It is no questionnaire of ours, of a version nobody knows, or holds
            foreign ids or answers that do not fit; all of these with their rows.
    """
    return own_of(read_workbook(data, name), versions)


def own_of(
    book: Workbook, versions: Iterable[TemplateVersion]
) -> tuple[TemplateVersion, Submission]:
    """As ``read_own``, of a workbook that was read."""
    about, sheet = book.sheet(_ABOUT), book.sheet(_SHEET)
    if about is None or sheet is None:
        raise BadInputError(
            "the workbook is no questionnaire of ours: its sheets Questions and About are missing",
            remedy="fill in the workbook that was sent, and keep its sheets",
            path=book.name,
        )
    facts = _about(about)
    version = next((v for v in versions if v.digest == facts.get("digest")), None)
    if version is None:
        raise BadInputError(
            f"nobody knows the version {facts.get('template', '?')[:40]} "
            f"{facts.get('version', '?')[:20]} (digest {facts.get('digest', '')[:12]!r})",
            remedy="fill in the workbook that was sent, or add the version first",
            path=book.name,
        )
    answers = _answers(sheet, version, book.name)
    vendor = facts.get("vendor", "").strip() or book.name.rsplit(".", 1)[0]
    return version, new_submission(version, vendor, answers)


def _answers(sheet: Sheet, version: TemplateVersion, path: str) -> Sequence[Answer]:
    words = words_of(version.language)
    heading, places = _places(sheet, path, words)
    found: dict[str, Answer] = {}
    foreign: list[tuple[str, int]] = []
    problems: list[tuple[int, str]] = []
    total = 0
    for row, cells in sheet.numbered():
        identifier = cells[places[_ID]] if places[_ID] < len(cells) else None
        if row <= heading or identifier is None:
            continue
        total += 1
        question = version.question(str(identifier))
        if question is None:
            foreign.append((str(identifier), row))
            continue
        if question.id in found:
            problems.append((row, f"{question.id} stands twice"))
            continue
        answer, problem = _answer(question, cells, places, words)
        found[question.id] = answer
        if problem:
            problems.append((row, f"{question.id}: {problem}"))
    refuse_foreign(version.title, foreign, total, path=path, reasons=[])
    if problems:
        told = "; ".join(f"row {row}: {words}" for row, words in problems[:_MOST_TOLD])
        more = len(problems) - _MOST_TOLD
        raise BadInputError(
            f"{len(problems)} answers cannot be read: {told}"
            + (f"; and {more} more" if more > 0 else ""),
            remedy="correct these cells; nothing else was changed",
            path=path,
            line=problems[0][0],
        )
    return tuple(found.values())


def _places(sheet: Sheet, path: str, words: Words) -> tuple[int, dict[int, int]]:
    """The row of headings, and the column of each."""
    heads = [each.casefold() for each in words.heads]
    for row, cells in sheet.numbered():
        found = [str(cell).casefold() if isinstance(cell, str) else "" for cell in cells]
        places = {which: found.index(head) for which, head in enumerate(heads) if head in found}
        if _ID in places and _ANSWER in places:
            return row, places
    raise BadInputError(
        f"the sheet {sheet.name!r} has no row with the headings {words.heads[_ID]} and "
        f"{words.heads[_ANSWER]}",
        remedy="keep the row of headings",
        path=path,
    )


def _answer(
    question: Question, cells: tuple[Cell, ...], places: dict[int, int], words: Words
) -> tuple[Answer, str]:
    def cell(head: int) -> Cell:
        place = places.get(head)
        return cells[place] if place is not None and place < len(cells) else None

    nothing = Answer(question=question.id, reply=Reply.UNANSWERED)
    for head in (_ANSWER, _REMARK, _EVIDENCE):
        value = cell(head)
        if isinstance(value, Formula):
            return nothing, f"a formula is no answer ({value.text[:40]})"
    text = _text(cell(_ANSWER))
    shown = _text(cell(_EVIDENCE))
    hint = f"({question.evidence})"
    evidence = tuple(part.strip() for part in shown.split(",") if part.strip() and shown != hint)
    known = _reply(text, words)
    reply = known if known is not None else Reply.STATED
    if question.kind is not Kind.YES_NO and reply in (Reply.YES, Reply.NO):
        reply = Reply.STATED
    answer = Answer(
        question=question.id, reply=reply,
        value=_kept(question, text) if reply is Reply.STATED else "",
        note=_text(cell(_REMARK))[:LONGEST_NOTE], evidence=evidence,
    )  # fmt: skip
    return answer, problem_of(question, answer)


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, Formula):
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else cell


def _reply(text: str, words: Words) -> Reply | None:
    """The reply a word stands for, in the language of the workbook or in English."""
    said = text.strip().casefold().rstrip(".")
    replies = (
        (words.yes, Reply.YES), (words.no, Reply.NO), (words.not_applicable, Reply.NOT_APPLICABLE)
    )  # fmt: skip
    ours = (reply for word, reply in replies if word.casefold() == said)
    return next(ours, None) or reply_of(text)


def _kept(question: Question, text: str) -> str:
    """A choice as it is kept, whichever of its words was typed."""
    said = text.strip().casefold()
    return next((c.word for c in question.choices if c.label.casefold() == said), text)


def _typed(question: Question, answer: Answer | None, words: Words) -> str | None:
    match answer.reply if answer is not None else Reply.UNANSWERED:
        case Reply.YES:
            return words.yes
        case Reply.NO:
            return words.no
        case Reply.NOT_APPLICABLE:
            return words.not_applicable
        case Reply.STATED if answer is not None:
            return question.shown(answer.value)
        case _:
            return None


def _asked(version: TemplateVersion, question: Question, words: Words) -> str:
    told = question.text
    parent = version.question(question.after)
    if parent is not None:
        only = words.only_if_yes if question.when is When.YES else words.only_if_no
        told = f"({only.format(question=question.after)}) {told}"
    if question.unit:
        told = f"{told} [{question.unit}]"
    if question.choices:
        told = f"{told} [{' / '.join(each.shown for each in question.choices)}]"
    return told


def _about(sheet: Sheet) -> dict[str, str]:
    return {
        str(cells[0]): str(cells[1])
        for _row, cells in sheet.numbered()
        if len(cells) > 1 and cells[0] is not None and not isinstance(cells[1], Formula)
    }
