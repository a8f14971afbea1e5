"""Our questions in other languages: texts beside ids; what counts is written once, in English.

``own/LANGUAGE/`` has a file of texts for each file of questions in ``own``, under the same name,
and ``words.toml`` with the titles and the words of the workbook. Ids, weights, bounds, credits and
the words that are kept as answers stay where they are, so that answers, scores and mappings are
the same in every language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, TypeVar

import msgspec

from midwatch.kernel import ConfigurationError
from midwatch.vendors.questionnaires.templates import Contradiction, Question, Section

OWN: Final = "own"
_Texts = TypeVar("_Texts")
_WORDS: Final = "words.toml"
_REMEDY: Final = "docs/how-to/translate-the-questions.md says what each file holds"


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Titles of our questionnaires, and what our workbook says. ``{question}`` stands for an id.

    ``needs``: titles of the needs a choice between vendors begins with; none: as in the example.
    """

    full: str
    short: str
    heads: tuple[str, str, str, str, str, str, str]
    notes: tuple[str, ...]
    yes: str
    no: str
    not_applicable: str
    only_if_yes: str
    only_if_no: str
    needs: Mapping[str, str] = {}


ENGLISH: Final = Words(
    full="Outsourced help desk and security services: full questionnaire",
    short="Outsourced help desk and security services: short questionnaire",
    heads=(
        "id", "question", "a good answer", "why we ask", "your answer", "remarks",
        "evidence you can show",
    ),
    notes=(
        (
            "Please fill in the yellow columns. What you leave empty is asked again, and counts "
            "nothing."
        ),
        "Where something does not apply, say so and why in the remarks.",
    ),
    yes="yes",
    no="no",
    not_applicable="not applicable",
    only_if_yes="only if {question} is yes",
    only_if_no="only if {question} is no",
)  # fmt: skip


class QuestionTexts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one question says. ``choices``: the shown word for each that is kept."""

    text: str
    why: str
    good: str
    evidence: str = ""
    unit: str = ""
    choices: Mapping[str, str] = {}


class SectionTexts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one file of questions says. ``contradiction``: in the order of the English file."""

    title: str
    intro: str = ""
    question: Mapping[str, QuestionTexts] = {}
    contradiction: tuple[str, ...] = ()


def languages() -> tuple[str, ...]:
    """Codes of the languages our questions have besides English."""
    found = (each.name for each in _folder().iterdir() if each.joinpath(_WORDS).is_file())
    return tuple(sorted(found))


@cache
def words_of(language: str) -> Words:
    """The words of a language; English for none, and for one that is not known."""
    file = _folder().joinpath(language, _WORDS)
    if not language or not file.is_file():
        return ENGLISH
    return _read(file.read_text("utf-8"), Words, f"{language}/{_WORDS}")


def texts_of(language: str, name: str) -> SectionTexts:
    """The texts of a file of questions.

    Raises:
        ConfigurationError: There is no such file, or it holds what no text is.
    """
    place = f"{language}/{name}"
    file = _folder().joinpath(language, name)
    if not file.is_file():
        raise ConfigurationError(
            "the questions of this file have no texts", remedy=_REMEDY, path=place
        )
    return _read(file.read_text("utf-8"), SectionTexts, place)


def translate(
    section: Section, clashes: tuple[Contradiction, ...], texts: SectionTexts, place: str
) -> tuple[Section, tuple[Contradiction, ...]]:
    """A section and its contradictions with other texts; nothing that counts changes.

    Raises:
        ConfigurationError: A text is missing, or one is for nothing; with all of these.
    """
    problems = list(_problems(section, clashes, texts))
    if problems:
        raise ConfigurationError("; ".join(problems), remedy=_REMEDY, path=place)
    questions = tuple(_told(each, texts.question[each.id]) for each in section.question)
    return (
        msgspec.structs.replace(
            section, title=texts.title, intro=texts.intro, question=questions
        ),
        tuple(
            msgspec.structs.replace(clash, says=says)
            for clash, says in zip(clashes, texts.contradiction, strict=True)
        ),
    )  # fmt: skip


def _told(question: Question, texts: QuestionTexts) -> Question:
    return msgspec.structs.replace(
        question, text=texts.text, why=texts.why, good=texts.good, evidence=texts.evidence,
        unit=texts.unit,
        choices=tuple(
            msgspec.structs.replace(each, label=texts.choices[each.word])
            for each in question.choices
        ),
    )  # fmt: skip


def _problems(
    section: Section, clashes: tuple[Contradiction, ...], texts: SectionTexts
) -> Iterator[str]:
    asked = {each.id: each for each in section.question}
    yield from (f"{name} has no texts" for name in asked if name not in texts.question)
    yield from (f"{name} is no question" for name in texts.question if name not in asked)
    if bool(texts.intro) != bool(section.intro):
        yield "the intro is missing, or stands for none"
    if len(texts.contradiction) != len(clashes):
        yield f"{len(clashes)} contradictions want as many sentences"
    for name in asked.keys() & texts.question.keys():
        question, told = asked[name], texts.question[name]
        for field in ("text", "why", "good", "evidence", "unit"):
            if bool(getattr(question, field).strip()) != bool(getattr(told, field).strip()):
                yield f"{name}: its {field} is missing, or stands for none"
        kept = {each.word for each in question.choices}
        shown = {word.strip().casefold() for word in told.choices.values()}
        if kept != set(told.choices) or len(shown) < len(kept) or "" in shown:
            yield f"{name}: each of its choices wants a word of its own"


def _folder() -> Traversable:
    return resources.files(__package__).joinpath(OWN)


def _read(text: str, kind: type[_Texts], place: str) -> _Texts:
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(
            f"the texts cannot be read: {error}", remedy=_REMEDY, path=place
        ) from error
