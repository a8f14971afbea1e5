"""Google's Vendor Security Assessment Questionnaires: the questions, and saved answers.

A questionnaire is a tree of blocks; conditions name choices (``a || !b && c/yes``). Saved
answers are a flat object: the id of a line or box with its text, the id of a choice with
``checked``. A line's text is HTML; its marks are taken out, nothing is shown as a page.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires.answers import LONGEST_NOTE, Reply
from midwatch.vendors.questionnaires.formats.loose_json import strict_json
from midwatch.vendors.questionnaires.formats.values import (
    ForeignAnswer,
    ForeignQuestion,
    Format,
    Imported,
    Tip,
    refuse_foreign,
)
from midwatch.vendors.spreadsheets.packages import check_size

_GROUPS: Final = ("radiogroup", "checkgroup")
_INPUTS: Final = ("line", "box", "check", "yesno", "upload", "radio")
_SILENT: Final = ("block", "info", "tip", "spacer", "groupitem")
_NOT_CHOSEN: Final = ("", "false", "no", "0")
_DEEPEST: Final = 40
_TAG: Final = re.compile(r"<[^<>]*>")


def read_vsaq(data: bytes, name: str) -> Imported:
    """The questions and tips of a VSAQ questionnaire.

    Raises:
        BadInputError: It is no such questionnaire; with the kinds of item nobody knows.
    """
    document = _document(data, name)
    blocks = document.get("questionnaire", document.get("extensions"))
    if not isinstance(blocks, list):
        raise BadInputError(
            "the file holds no questionnaire of VSAQ",
            remedy="import one of its .json questionnaires, and saved answers with --answers",
            path=name,
        )
    questions: list[ForeignQuestion] = []
    tips: list[Tip] = []
    strange: list[str] = []
    title = ""
    for section, item in _items(blocks, name):
        kind = str(item.get("type", ""))
        if not title and kind == "block":
            title = _plain(item.get("text"))
        if kind == "tip":
            tips.append(
                Tip(text=_plain(item.get("text")), severity=str(item.get("severity", "")),
                    condition=str(item.get("cond", "")))
            )  # fmt: skip
        elif kind in (*_GROUPS, *_INPUTS):
            question = _question(item, kind, section, len(questions))
            questions.append(question)
        elif kind not in _SILENT:
            strange.append(kind)
    refuse_foreign(
        "VSAQ", [], len(questions), path=name,
        reasons=[
            *([f"it holds items of kinds VSAQ does not have: {', '.join(sorted(set(strange)))}"]
              if strange else []),
            *([] if questions else ["it asks nothing"]),
        ],
    )  # fmt: skip
    times = Counter(each.id for each in questions)
    remarks = tuple(f"the id {name!r} stands {n} times" for name, n in times.items() if n > 1)
    return Imported(
        format=Format.VSAQ, title=title or name, version=str(document.get("version", "")),
        questions=tuple(questions), tips=tuple(tips), remarks=remarks,
    )  # fmt: skip


def add_vsaq_answers(questionnaire: Imported, data: bytes, name: str) -> Imported:
    """The questionnaire with answers saved from it.

    Raises:
        BadInputError: The file holds no answers, or ids that this questionnaire has not.
    """
    given = _document(data, name)
    nested = given.get("answers")
    if isinstance(nested, dict):
        given = nested
    owners = {c: q for q in questionnaire.questions for c, _text in q.choices}
    known = {each.id for each in questionnaire.questions}
    foreign = [(key, 0) for key in given if key not in owners and key not in known]
    refuse_foreign(
        f"answers to {questionnaire.title}", foreign, len(given), path=name,
        reasons=[] if given else ["it holds no answer"],
    )  # fmt: skip
    chosen: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for key, value in given.items():
        text = "" if value in (None, False) else str(value).strip()
        if key in owners and text.casefold() not in _NOT_CHOSEN:
            chosen.setdefault(owners[key].id, []).append(key)
        elif key not in owners and text:
            texts[key] = text[:LONGEST_NOTE]
    answers = []
    for question in questionnaire.questions:
        if question.id in chosen:
            words = dict(question.choices)
            picked = chosen[question.id]
            answers.append(
                ForeignAnswer(id=question.id, reply=Reply.STATED, value=" ".join(picked),
                              note="; ".join(words[each] for each in picked))
            )  # fmt: skip
        elif question.id in texts:
            answers.append(
                ForeignAnswer(id=question.id, reply=Reply.STATED, value=texts[question.id])
            )
    return msgspec.structs.replace(questionnaire, answers=tuple(answers))


def _document(data: bytes, name: str) -> Mapping[str, object]:
    check_size(len(data), name)
    try:
        document = json.loads(strict_json(data.decode("utf-8-sig")))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadInputError(
            f"the file is no JSON, not even with VSAQ's comments and joined strings: {error}",
            remedy="take the file as it was published or saved",
            path=name,
        ) from error
    if not isinstance(document, dict):
        raise BadInputError(
            "the file holds a list or a value, no questionnaire",
            remedy="take the file as it was published or saved",
            path=name,
        )
    return document


def _items(
    items: Sequence[object], name: str, section: str = "", depth: int = 0
) -> Iterator[tuple[str, Mapping[str, object]]]:
    if depth > _DEEPEST:
        raise BadInputError(
            f"its blocks stand more than {_DEEPEST} deep in each other",
            remedy="take the file as it was published",
            path=name,
        )
    for item in items:
        if not isinstance(item, dict):
            raise BadInputError(
                f"{str(item)[:60]!r} stands where an item belongs",
                remedy="take the file as it was published",
                path=name,
            )
        yield section, item
        inner = item.get("items")
        if isinstance(inner, list):
            yield from _items(inner, name, _plain(item.get("text")) or section, depth + 1)


def _question(item: Mapping[str, object], kind: str, section: str, number: int) -> ForeignQuestion:
    listed = item.get("choices")
    choices = tuple(
        (str(key), _plain(text))
        for choice in (listed if isinstance(listed, list) and kind in _GROUPS else [])
        if isinstance(choice, dict)
        for key, text in choice.items()
    )
    # A group of choices may have no id of its own; its first choice then stands for it.
    fallback = choices[0][0] + "/group" if choices else f"item-{number + 1}"
    return ForeignQuestion(
        id=str(item.get("id") or fallback), text=_plain(item.get("text")), section=section,
        choices=choices, condition=str(item.get("cond", "")),
    )  # fmt: skip


def _plain(text: object) -> str:
    if not isinstance(text, str):
        return ""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
