"""Questionnaires as versions that never change: questions with why, what good is, and weight.

A version is known by the SHA-256 of all it says. A sent questionnaire points to that digest,
so that a later correction of the text cannot change what somebody answered.

Rules that keep scores honest, checked when a version is made:

- a follow-up question hangs on one yes/no question that stands before it;
- a number has one bound for full credit and another for none, and they differ;
- a choice names the credit of each of its words, and at least two credits differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import msgspec

from midwatch.kernel import ConfigurationError


class Kind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    TEXT = "text"


class When(StrEnum):
    """On which answer to its parent a follow-up is asked."""

    YES = "yes"
    NO = "no"


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A word to choose, and the credit it gets: 0 for none up to 1.

    The word is what is kept, in every language; ``label`` is shown in its place.
    """

    word: str
    credit: Decimal
    label: str = ""

    @property
    def shown(self) -> str:
        """What stands on the page and in the workbook."""
        return self.label or self.word


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question. ``weight`` 0 means it is read, not scored.

    ``good`` says what a good answer is, ``evidence`` what would show it. ``full`` and
    ``none`` are the numbers that get all credit and none; between them it is shared out.
    ``no_is_good``: "no" is the answer that gets the credit.
    """

    id: str
    text: str
    why: str
    good: str
    kind: Kind = Kind.YES_NO
    weight: int = 1
    short: bool = False
    after: str = ""
    when: When = When.YES
    no_is_good: bool = False
    unit: str = ""
    full: Decimal | None = None
    none: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    evidence: str = ""

    def shown(self, value: str) -> str:
        """What was stated, as the page says it: a choice has a word in each language."""
        wanted = value.strip().casefold()
        chosen = (each.shown for each in self.choices if each.word.casefold() == wanted)
        return next(chosen, value)

    @property
    def bare(self) -> Question:
        """What counts of it, without a text."""
        return msgspec.structs.replace(
            self, text="", why="", good="", unit="", evidence="",
            choices=tuple(msgspec.structs.replace(each, label="") for each in self.choices),
        )  # fmt: skip


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions that belong together, in order."""

    id: str
    title: str
    intro: str = ""
    question: tuple[Question, ...] = ()


class Contradiction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers that cannot all be true: question ids and the reply of each."""

    answers: Mapping[str, str]
    says: str


class TemplateVersion(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One version of a questionnaire. Build it with ``make_version``.

    ``language``: a code where it is a translation of ours; empty: as it was written first.
    """

    id: str
    version: str
    title: str
    minutes: int
    sections: tuple[Section, ...]
    contradictions: tuple[Contradiction, ...] = ()
    language: str = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of all that the version says."""
        said = msgspec.to_builtins(self)
        if not self.language:  # as it was before there were translations
            del said["language"]
        return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()

    def asks_as(self, other: TemplateVersion) -> bool:
        """Whether it is the other, or the other in another language."""
        if (self.id, self.version) != (other.id, other.version):
            return False
        return self.digest == other.digest or (
            self.language != other.language
            and [each.bare for each in self.questions] == [each.bare for each in other.questions]
        )

    def asks_the_same(self, other: TemplateVersion, name: str) -> bool:
        """Whether both ask the very same under that id, be it in two languages."""
        mine, theirs = self.question(name), other.question(name)
        if mine is None or theirs is None:
            return False
        translated = self.language != other.language and self.version == other.version
        return mine == theirs or (translated and mine.bare == theirs.bare)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order."""
        return tuple(question for section in self.sections for question in section.question)

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    def question(self, name: str) -> Question | None:
        """The question of that id."""
        return self._by_id.get(name)

    def section_of(self, name: str) -> Section | None:
        """The section in which the question of that id stands."""
        return next(
            (each for each in self.sections if any(q.id == name for q in each.question)), None
        )

    def follow_ups(self, name: str) -> tuple[Question, ...]:
        """The questions that hang on this one."""
        return tuple(question for question in self.questions if question.after == name)


def make_version(version: TemplateVersion) -> TemplateVersion:
    """The version, after all of its rules were checked.

    Raises:
        ConfigurationError: With every rule it breaks.
    """
    problems = list(_problems(version))
    if problems:
        raise ConfigurationError(
            f"the questionnaire {version.id} {version.version} breaks its rules: "
            + "; ".join(problems),
            remedy="correct each question",
        )
    return version


def _problems(version: TemplateVersion) -> Iterator[str]:
    before: dict[str, Question] = {}
    if not version.questions:
        yield "it asks nothing"
    for question in version.questions:
        where = question.id or question.text[:30]
        if not all(
            (question.id, question.text.strip(), question.why.strip(), question.good.strip())
        ):
            yield f"{where} lacks an id, a text, a reason or what good is"
        if question.id in before:
            yield f"{where} stands twice"
        if question.weight < 0:
            yield f"{where} has a negative weight"
        yield from _place_problems(question, before)
        yield from (f"{where} {problem}" for problem in _kind_problems(question))
        before[question.id] = question
    for each in version.contradictions:
        for name in each.answers:
            if name not in before:
                yield f"a contradiction names {name}, which is not asked"


def _place_problems(question: Question, before: Mapping[str, Question]) -> Iterator[str]:
    if not question.after:
        return
    parent = before.get(question.after)
    if parent is None:
        yield f"{question.id} follows {question.after}, which does not stand before it"
    elif parent.kind is not Kind.YES_NO:
        yield f"{question.id} follows {question.after}, which is no yes/no question"


def _kind_problems(question: Question) -> Iterator[str]:
    if question.kind is Kind.NUMBER and question.weight:
        if question.full is None or question.none is None or question.full == question.none:
            yield "needs two different bounds"
    elif question.full is not None or question.none is not None:
        yield "has bounds and is no scored number"
    if question.kind is Kind.CHOICE:
        yield from _choice_problems(question)
    elif question.choices:
        yield "has choices and is no choice"
    if question.kind in (Kind.DATE, Kind.TEXT) and question.weight:
        yield "is a text or date and cannot be scored"
    if question.no_is_good and question.kind is not Kind.YES_NO:
        yield "is no yes/no question, so no cannot be good"


def _choice_problems(question: Question) -> Iterator[str]:
    if len({each.credit for each in question.choices}) < 2 and question.weight:
        yield "offers choices that all count the same"
    if any(not 0 <= each.credit <= 1 for each in question.choices):
        yield "has a credit outside of 0 to 1"
    if len({each.word.casefold() for each in question.choices}) < len(question.choices):
        yield "offers a choice twice"
    if any(
        sign in word
        for each in question.choices
        for word in (each.word, each.label)
        for sign in ',"'
    ):
        yield "has a comma or quotation mark in a choice, which no drop-down list can show"
