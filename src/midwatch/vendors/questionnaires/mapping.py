"""Answers given once, used again: from a foreign questionnaire into ours, and back.

Three ways a question of theirs can stand to one of ours:

- ``same``: an answer to one answers the other, in either direction;
- ``covers``: theirs asks for as much or more, so their "yes" is ours; their "no" is not,
  because what they lack may be what we do not ask for;
- ``touches``: shown as a hint to whoever answers or reviews, never as an answer.

Only yes/no questions are filled. A question mapped to several of theirs is "yes" when all
are, "no" when one is, and stays unanswered as long as one of them is. Every reused answer
says whence it came; a reviewer judges it like any other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec

from midwatch.vendors.questionnaires.answers import LONGEST_NOTE, Answer, Reply, Submission
from midwatch.vendors.questionnaires.formats.values import (
    ForeignAnswer,
    ForeignQuestion,
    Format,
    Imported,
)
from midwatch.vendors.questionnaires.templates import Kind, TemplateVersion


class How(StrEnum):
    """How a foreign question stands to one of ours."""

    SAME = "same"
    COVERS = "covers"
    TOUCHES = "touches"


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of ours and those of theirs, by id or by control."""

    ours: str
    theirs: tuple[str, ...]
    how: How


class WordLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question of ours, and words that must all occur in one of theirs. Always a hint."""

    ours: str
    all: tuple[str, ...]


class Mapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mapping of one format."""

    format: Format
    link: tuple[Link, ...] = ()
    words: tuple[WordLink, ...] = ()


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of theirs that may help with one of ours."""

    ours: str
    theirs: str
    text: str
    answer: ForeignAnswer | None


class Reuse(msgspec.Struct, frozen=True, kw_only=True):
    """What a foreign questionnaire gives for ours."""

    answers: tuple[Answer, ...]
    hints: tuple[Hint, ...]


@cache
def mapping_of(form: Format) -> Mapped:
    """The mapping of a format; an empty one where there is none."""
    file = resources.files(__package__).joinpath("mappings", f"{form}.toml")
    if not file.is_file():
        return Mapped(form)
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Mapped)


def reuse(imported: Imported, version: TemplateVersion) -> Reuse:
    """The answers to our questions that theirs give, and hints for the others."""
    answers: dict[str, Answer] = {}
    hints: list[Hint] = []
    mapped = mapping_of(imported.format)
    given = {each.id: each for each in imported.answers}
    for link in mapped.link:
        question = version.question(link.ours)
        if question is None:
            continue
        theirs = [q for name in link.theirs for q in _named(imported.questions, name)]
        answer = None
        if link.how is not How.TOUCHES and question.kind is Kind.YES_NO and theirs:
            answer = _answer(link, theirs, given, imported)
        if answer is not None and link.ours not in answers:
            answers[link.ours] = answer
        else:
            hints += _hints(link.ours, theirs, given)
    for words in mapped.words:
        if version.question(words.ours) is not None:
            found = [q for q in imported.questions if _has(q.text, words.all)]
            hints += _hints(words.ours, found, given)
    seen: dict[tuple[str, str], Hint] = {}
    for hint in hints:
        seen.setdefault((hint.ours, hint.theirs), hint)
    return Reuse(answers=tuple(answers.values()), hints=tuple(seen.values()))


def unmapped(imported: Imported, version: TemplateVersion) -> tuple[ForeignQuestion, ...]:
    """Their questions that speak to none of ours, in their order; nobody need judge those twice."""
    mapped = mapping_of(imported.format)
    links = [link for link in mapped.link if version.question(link.ours) is not None]
    spoken = {q.id for e in links for name in e.theirs for q in _named(imported.questions, name)}
    words = [each.all for each in mapped.words if version.question(each.ours) is not None]
    return tuple(
        each
        for each in imported.questions
        if each.id not in spoken and not any(_has(each.text, all_of) for all_of in words)
    )


def answers_for(form: Format, submission: Submission) -> Mapping[str, Reply]:
    """What our answers say to questions of theirs, by their ids or controls; only ``same``."""
    found: dict[str, Reply] = {}
    for link in mapping_of(form).link:
        reply = submission.answer(link.ours).reply
        if link.how is How.SAME and reply in (Reply.YES, Reply.NO):
            found.update(dict.fromkeys(link.theirs, reply))
    return found


def _named(questions: Iterable[ForeignQuestion], name: str) -> Iterator[ForeignQuestion]:
    return (each for each in questions if each.id == name or each.id.startswith(f"{name}."))


def _answer(
    link: Link,
    theirs: Sequence[ForeignQuestion],
    given: Mapping[str, ForeignAnswer],
    imported: Imported,
) -> Answer | None:
    replies = [_reply(question, given.get(question.id)) for question in theirs]
    if all(reply is Reply.YES for reply in replies):
        reply = Reply.YES
    elif link.how is How.SAME and Reply.NO in replies:
        reply = Reply.NO
    elif link.how is How.SAME and all(each is Reply.NOT_APPLICABLE for each in replies):
        reply = Reply.NOT_APPLICABLE
    else:
        return None
    notes = [
        f"{question.id}: {found.note}"
        for question in theirs
        if (found := given.get(question.id)) is not None and found.note
    ]
    owners = {found.ownership for q in theirs if (found := given.get(q.id)) is not None}
    answer = Answer(
        question=link.ours, reply=reply, note="\n".join(notes)[:LONGEST_NOTE],
        source=f"{imported.format} {imported.version}: {', '.join(q.id for q in theirs)}",
    )  # fmt: skip
    return answer if len(owners) != 1 else msgspec.structs.replace(answer, ownership=owners.pop())


def _reply(question: ForeignQuestion, answer: ForeignAnswer | None) -> Reply:
    """Yes or no, also where the format states it as the choice of an id (VSAQ)."""
    if answer is None:
        return Reply.UNANSWERED
    if answer.reply is not Reply.STATED:
        return answer.reply
    picked = answer.value.split()
    if picked == [f"{question.id}_yes"]:
        return Reply.YES
    return Reply.NO if picked == [f"{question.id}_no"] else Reply.UNANSWERED


def _hints(
    ours: str, theirs: Iterable[ForeignQuestion], given: Mapping[str, ForeignAnswer]
) -> Iterator[Hint]:
    return (
        Hint(ours=ours, theirs=each.id, text=each.text, answer=given.get(each.id))
        for each in theirs
        if (found := given.get(each.id)) is not None and found.reply is not Reply.UNANSWERED
    )


def _has(text: str, words: Iterable[str]) -> bool:
    lower = text.casefold()
    return all(word in lower for word in words)
