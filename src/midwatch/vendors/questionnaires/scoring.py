"""A score whose arithmetic can be read, and that cannot be gamed by silence.

    score = 100 x (points earned) / (points possible)

Every scored question counts with its weight, whether it was answered or not:

- unanswered, "no" and a "not applicable" that no reviewer accepted earn nothing;
- a "not applicable" that a reviewer accepted takes the question out of both sums;
- a number between its bounds earns a share; a reviewer can lower a credit, never raise it;
- a follow-up that a "yes" would have opened earns nothing while that "yes" is missing, and
  one that only a "no" opens is earned in full by the better answer. So no answer is worse
  for opening questions, and none is better for closing them.

Nothing is cut off at the top or bottom: any question put right moves the score. Fractions
are exact; only what is printed is rounded.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final

import msgspec

from midwatch.vendors.questionnaires.answers import (
    Judgement,
    Reply,
    Submission,
    choice_of,
    number_of,
)
from midwatch.vendors.questionnaires.templates import Kind, Question, TemplateVersion, When

_FULL: Final = Fraction(1)
_NOTHING: Final = Fraction(0)


class Because(StrEnum):
    """Why a question earned what it did."""

    ANSWER = "answer"
    UNANSWERED = "unanswered"
    NOT_APPLICABLE_CLAIMED = "claimed not applicable"
    NOT_APPLICABLE_ACCEPTED = "accepted as not applicable"
    JUDGED = "reviewer's verdict"
    NOT_OPENED = "not reached"
    SPARED = "not needed"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One question's part of the sum. ``credit``: 0 to 1; ``counted``: whether it is in it.

    ``backed``: evidence stands behind it. ``closed``: a follow-up that was not asked.
    """

    question: Question
    section: str
    credit: Fraction
    because: Because
    counted: bool = True
    backed: bool = False
    closed: bool = False

    @property
    def points(self) -> Fraction:
        """What it earned."""
        return self.credit * self.question.weight if self.counted else _NOTHING

    @property
    def possible(self) -> int:
        """What it could have earned."""
        return self.question.weight if self.counted else 0

    @property
    def lost(self) -> Fraction:
        """What it did not earn."""
        return self.possible - self.points


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A score with all of its lines.

    ``claimed``: what the score would be if every claimed "not applicable" were accepted.
    """

    lines: tuple[Line, ...]
    points: Fraction
    possible: int
    claimed: Fraction | None

    @property
    def value(self) -> Fraction | None:
        """0 to 100; None when nothing counts."""
        return 100 * self.points / self.possible if self.possible else None

    @property
    def shown(self) -> str:
        """The value with one digit behind the point, rounded down: no score is flattered."""
        return percent(self.value)

    @property
    def unanswered(self) -> tuple[Line, ...]:
        """Scored questions without an answer, heaviest first."""
        found = [each for each in self.lines if each.because is Because.UNANSWERED]
        return tuple(sorted(found, key=lambda each: -each.possible))

    @property
    def gaps(self) -> tuple[Line, ...]:
        """Lines that lost points, heaviest loss first."""
        return tuple(
            sorted((each for each in self.lines if each.lost), key=lambda each: -each.lost)
        )

    @property
    def on_word_alone(self) -> Fraction:
        """Points that no evidence stands behind."""
        return sum((each.points for each in self.lines if not each.backed), _NOTHING)

    @property
    def arithmetic(self) -> str:
        """The sum as a person writes it."""
        return f"{amount(self.points)} of {self.possible} points = {self.shown}"

    def sections(self) -> tuple[tuple[str, Fraction, int], ...]:
        """Title, points and possible points of each section, in order."""
        sums: dict[str, tuple[Fraction, int]] = {}
        for line in self.lines:
            points, possible = sums.get(line.section, (_NOTHING, 0))
            sums[line.section] = (points + line.points, possible + line.possible)
        return tuple((title, *pair) for title, pair in sums.items())


def score_of(version: TemplateVersion, submission: Submission) -> Score:
    """The score of a submission to this version."""
    by_id: dict[str, Line] = {}
    for section in version.sections:
        for question in section.question:
            by_id[question.id] = _line(submission, question, section.title, by_id)
    lines = tuple(line for line in by_id.values() if line.question.weight)
    points = sum((line.points for line in lines), _NOTHING)
    possible = sum(line.possible for line in lines)
    waived = sum(line.possible for line in lines if line.because is Because.NOT_APPLICABLE_CLAIMED)
    claimed = 100 * points / (possible - waived) if waived and possible > waived else None
    return Score(lines=lines, points=points, possible=possible, claimed=claimed)


def _line(
    submission: Submission,
    question: Question,
    section: str,
    before: dict[str, Line],
) -> Line:
    parent = before.get(question.after)
    if parent is not None:
        closed = _closed(submission, question, parent)
        if closed is not None:
            because, credit = closed
            return Line(
                question=question, section=section, credit=credit, because=because,
                counted=because is not Because.NOT_APPLICABLE_ACCEPTED,
                backed=parent.backed and bool(credit), closed=True,
            )  # fmt: skip
    answer, verdict = submission.answer(question.id), submission.verdicts.get(question.id)
    credit, because = credit_of(question, submission)
    waived = verdict is not None and verdict.judgement is Judgement.NOT_APPLICABLE
    if waived and answer.reply is not Reply.UNANSWERED:
        return Line(
            question=question, section=section, credit=_NOTHING,
            because=Because.NOT_APPLICABLE_ACCEPTED, counted=False,
        )  # fmt: skip
    return Line(
        question=question, section=section, credit=credit, because=because,
        backed=bool(answer.evidence) and bool(credit),
    )  # fmt: skip


def _closed(
    submission: Submission, question: Question, parent: Line
) -> tuple[Because, Fraction] | None:
    """What a follow-up gets that was not opened; None when it was."""
    if parent.closed or parent.because is Because.NOT_APPLICABLE_ACCEPTED:
        return parent.because, parent.credit
    reply = submission.answer(question.after).reply
    wanted = Reply.YES if question.when is When.YES else Reply.NO
    if reply is wanted:
        return None
    # The parent's good answer spares what only its bad one asks for. A bad answer, and
    # silence, leave what a good one would have opened unearned.
    good = Reply.NO if parent.question.no_is_good else Reply.YES
    if reply is good:
        return Because.SPARED, parent.credit
    if parent.because is Because.UNANSWERED:
        return Because.UNANSWERED, _NOTHING
    if parent.because is Because.NOT_APPLICABLE_CLAIMED:
        return Because.NOT_APPLICABLE_CLAIMED, _NOTHING
    return Because.NOT_OPENED, _NOTHING


def credit_of(question: Question, submission: Submission) -> tuple[Fraction, Because]:
    """The credit of one answer by itself, the reviewer's verdict included."""
    answer, verdict = submission.answer(question.id), submission.verdicts.get(question.id)
    if answer.reply is Reply.UNANSWERED:
        return _NOTHING, Because.UNANSWERED
    if answer.reply is Reply.NOT_APPLICABLE:
        return _NOTHING, Because.NOT_APPLICABLE_CLAIMED
    credit, because = _answered(question, submission), Because.ANSWER
    if verdict is not None and verdict.judgement is Judgement.NOT_ACCEPTED:
        return _NOTHING, Because.JUDGED
    if verdict is not None and verdict.judgement is Judgement.PARTLY:
        return credit / 2, Because.JUDGED
    return credit, because


def _answered(question: Question, submission: Submission) -> Fraction:
    answer = submission.answer(question.id)
    match question.kind:
        case Kind.YES_NO:
            good = Reply.NO if question.no_is_good else Reply.YES
            return _FULL if answer.reply is good else _NOTHING
        case Kind.NUMBER:
            number = number_of(answer.value)
            if number is None or question.full is None or question.none is None:
                return _NOTHING
            share = Fraction(number - question.none) / Fraction(question.full - question.none)
            return max(_NOTHING, min(_FULL, share))
        case Kind.CHOICE:
            return Fraction(choice_of(question, answer.value) or 0)
        case Kind.DATE | Kind.TEXT:
            return _NOTHING


def percent(value: Fraction | None) -> str:
    """A value of 0 to 100 with one digit behind the point, rounded down.

    >>> percent(Fraction(1999, 20)), percent(None)
    ('99.9', 'none')
    """
    return "none" if value is None else f"{int(value * 10) // 10}.{int(value * 10) % 10}"


def amount(points: Fraction) -> str:
    """Points as people write them: whole where they are, else one digit, rounded down."""
    return str(int(points)) if points.denominator == 1 else f"{int(points * 10) / 10:.1f}"
