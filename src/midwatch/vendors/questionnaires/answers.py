"""Answers, verdicts and evidence: three things that are never mixed.

What the vendor answered stays as it was given. What a reviewer judged stands beside it. What
papers show is named by their ids. An unanswered question is a state of its own: it is not
"no", and it is never "not applicable". Everything is immutable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires.templates import (
    Contradiction,
    Kind,
    Question,
    TemplateVersion,
    When,
)
from midwatch.vendors.sentences import Listed, Number, Quoted, Sentence

LONGEST_NOTE: Final = 10_000


class Reply(StrEnum):
    """What the vendor replied. ``STATED``: a number, choice, date or text was given."""

    YES = "yes"
    NO = "no"
    STATED = "stated"
    NOT_APPLICABLE = "not applicable"
    UNANSWERED = "unanswered"


class Ownership(StrEnum):
    """Who does what the question is about (the words of the Cloud Controls Matrix)."""

    VENDOR = "vendor"
    CLIENT = "client"
    THIRD_PARTY = "third party"
    SHARED = "shared"
    SHARED_THIRD_PARTY = "shared with a third party"
    NOT_SAID = "not said"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. ``value``: what was stated. ``source``: whence it came, if it was reused."""

    question: str
    reply: Reply
    value: str = ""
    note: str = ""
    ownership: Ownership = Ownership.NOT_SAID
    evidence: tuple[str, ...] = ()
    by: str = ""
    at: int | None = None
    source: str = ""


class Judgement(StrEnum):
    """What a reviewer made of an answer."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    NOT_ACCEPTED = "not accepted"
    NOT_APPLICABLE = "not applicable"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer's judgement, beside the answer. ``at``: UTC microseconds."""

    question: str
    judgement: Judgement
    by: str
    at: int
    why: str = ""
    request: str = ""


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's answers to one version of a questionnaire.

    ``digest`` is the version's; ``files`` are ids of evidence that the answers name.
    """

    id: str
    vendor: str
    template: str
    version: str
    digest: str
    answers: Mapping[str, Answer] = {}
    verdicts: Mapping[str, Verdict] = {}
    received: int | None = None
    source: str = ""

    def answer(self, question: str) -> Answer:
        """The answer to a question; an unanswered one where there is none."""
        return self.answers.get(question) or Answer(question=question, reply=Reply.UNANSWERED)


def new_submission(
    version: TemplateVersion, vendor: str, answers: Iterable[Answer] = (), *, name: str = ""
) -> Submission:
    """A submission to this version, with answers that were checked against it.

    Raises:
        BadInputError: An answer is to no question of it, or does not fit its kind.
    """
    given = {}
    for each in answers:
        _check_answer(version, each)
        given[each.question] = each
    return Submission(
        id=name or f"{vendor}:{version.digest[:12]}", vendor=vendor, template=version.id,
        version=version.version, digest=version.digest, answers=given,
    )  # fmt: skip


def carried_over(version: TemplateVersion, other: TemplateVersion, given: Submission) -> Submission:
    """Answers and verdicts to another version, as far as this one asks the very same."""
    same = {each.id for each in version.questions if version.asks_the_same(other, each.id)}
    return msgspec.structs.replace(
        given, template=version.id, version=version.version, digest=version.digest,
        answers={name: each for name, each in given.answers.items() if name in same},
        verdicts={name: each for name, each in given.verdicts.items() if name in same},
    )  # fmt: skip


def put_answer(submission: Submission, version: TemplateVersion, answer: Answer) -> Submission:
    """The submission with this answer in place of what stood there.

    A verdict on the answer before is dropped: it judged something else.

    Raises:
        BadInputError: The version is another, or the answer does not fit the question.
    """
    _check_version(submission, version)
    _check_answer(version, answer)
    verdicts = dict(submission.verdicts)
    before = submission.answers.get(answer.question)
    if before is not None and before != answer:
        verdicts.pop(answer.question, None)
    return msgspec.structs.replace(
        submission, answers={**submission.answers, answer.question: answer}, verdicts=verdicts
    )


def put_verdict(submission: Submission, version: TemplateVersion, verdict: Verdict) -> Submission:
    """The submission with a reviewer's verdict beside the answer.

    Raises:
        BadInputError: The question is not asked; anything but acceptance gives no reason;
            silence is judged as an answer.
    """
    _check_version(submission, version)
    if version.question(verdict.question) is None:
        raise BadInputError(
            f"{verdict.question!r} is no question of {version.title}", remedy="check the id"
        )
    if verdict.judgement is not Judgement.ACCEPTED and not verdict.why.strip():
        raise BadInputError("a verdict needs its reason", remedy="say why")
    silent = submission.answer(verdict.question).reply is Reply.UNANSWERED
    if silent and verdict.judgement is not Judgement.NOT_ACCEPTED:
        raise BadInputError(
            f"there is no answer that could be judged as {verdict.judgement}",
            remedy="ask the vendor to answer, or to say why it does not apply",
        )
    return msgspec.structs.replace(
        submission, verdicts={**submission.verdicts, verdict.question: verdict}
    )


def _check_answer(version: TemplateVersion, answer: Answer) -> None:
    question = version.question(answer.question)
    if question is None:
        raise BadInputError(
            f"{answer.question[:80]!r} is no question of {version.title}",
            remedy="use the questionnaire that was sent",
        )
    problem = problem_of(question, answer)
    if problem:
        raise BadInputError(f"{question.id}: {problem}", remedy="correct this answer")


def _check_version(submission: Submission, version: TemplateVersion) -> None:
    if submission.digest != version.digest:
        raise BadInputError(
            f"these answers belong to another version of {submission.template}",
            remedy="open the version that was sent",
        )


_WANTED: Final = {
    Kind.YES_NO: Sentence("yes or no is asked for"),
    Kind.NUMBER: Sentence("a number is asked for"),
    Kind.CHOICE: Sentence("one of the words to choose is asked for"),
    Kind.DATE: Sentence("a day is asked for"),
    Kind.TEXT: Sentence("a text is asked for"),
}


def problem_of(question: Question, answer: Answer) -> str:  # noqa: PLR0911  # one return for each way to be wrong
    """Why an answer does not fit its question; empty when it does."""
    if len(answer.note) > LONGEST_NOTE:
        return Sentence("its note has more than %(most)s characters", most=Number(LONGEST_NOTE))
    match answer.reply:
        case Reply.UNANSWERED | Reply.NOT_APPLICABLE:
            return ""
        case Reply.YES | Reply.NO if question.kind is not Kind.YES_NO:
            return _WANTED[question.kind]
        case Reply.STATED if question.kind is Kind.YES_NO:
            return _WANTED[question.kind]
        case _:
            pass
    given = Quoted(answer.value[:40])
    if question.kind is Kind.NUMBER and number_of(answer.value) is None:
        return Sentence("%(given)s is no number that is zero or more", given=given)
    if question.kind is Kind.CHOICE and choice_of(question, answer.value) is None:
        words = Listed(tuple(each.shown for each in question.choices))
        return Sentence("%(given)s is none of: %(words)s", given=given, words=words)
    if question.kind is Kind.DATE:
        try:
            date.fromisoformat(answer.value)
        except ValueError:
            return Sentence("%(given)s is no day; write it as 2025-12-31", given=given)
    if question.kind is Kind.TEXT and not answer.value.strip():
        return Sentence("nothing is written")
    return ""


def number_of(text: str) -> Decimal | None:
    """The number, None where the text is none or it is negative."""
    plain = text.strip()
    if not (plain.isascii() and len(plain) <= 20 and plain.replace(".", "", 1).isdecimal()):
        return None
    return Decimal(plain)


def choice_of(question: Question, text: str) -> Decimal | None:
    """The credit of the chosen word, None where it is not offered."""
    wanted = text.strip().casefold()
    return next((c.credit for c in question.choices if c.word.casefold() == wanted), None)


def is_asked(version: TemplateVersion, submission: Submission, question: Question) -> bool:
    """Whether the answers given so far call for this question."""
    seen = question
    while seen.after:
        parent = version.question(seen.after)
        assert parent is not None  # noqa: S101  # make_version has seen to it
        wanted = Reply.YES if seen.when is When.YES else Reply.NO
        if submission.answer(parent.id).reply is not wanted:
            return False
        seen = parent
    return True


def contradictions(version: TemplateVersion, submission: Submission) -> tuple[Contradiction, ...]:
    """Answers that cannot all be true."""
    return tuple(
        each
        for each in version.contradictions
        if all(
            _said(submission.answer(name)) == wanted.casefold()
            for name, wanted in each.answers.items()
        )
    )


def _said(answer: Answer) -> str:
    return (answer.value if answer.reply is Reply.STATED else answer.reply.value).casefold()
