"""Candidates side by side against a client's needs.

    fit = 100 x sum(weight x credit) / sum(weight)

A need's credit is that of its questions by their own weights, unanswered ones counting as
nothing. The price, where it has a weight, earns the cheapest one full credit and the others
in proportion (cheapest / own); an unknown price earns nothing. Must-haves are told apart and
reject nobody: people decide, and their decision is kept with approver and reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.comparing.needs import Need, Needs, check_needs, reweighted
from midwatch.vendors.comparing.terms import TermRow, Terms, term_rows
from midwatch.vendors.finance import Health
from midwatch.vendors.questionnaires.answers import Reply, Submission, contradictions
from midwatch.vendors.questionnaires.scoring import Because, Line, Score, percent, score_of
from midwatch.vendors.questionnaires.templates import Kind, Question, TemplateVersion
from midwatch.vendors.sentences import Sentence, Word


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor that may be chosen. ``price``: a year, in the needs' currency."""

    name: str
    submission: Submission
    price: Decimal | None = None
    currency: str = ""
    health: Health | None = None
    terms: Terms | None = None
    remarks: tuple[str, ...] = ()


class Must(StrEnum):
    """Whether a must-have is met."""

    MET = "met"
    NOT_MET = "not met"
    NOT_KNOWN = "not known"


class NeedResult(msgspec.Struct, frozen=True, kw_only=True):
    """How far a candidate meets a need. ``must``: None where it is no must-have."""

    need: Need
    credit: Fraction
    lines: tuple[Line, ...]
    must: Must | None

    @property
    def sentence(self) -> str:
        """The arithmetic of this need."""
        parts = " + ".join(
            f"{percent(100 * line.credit)} % of {line.question.weight} ({line.question.id})"
            for line in self.lines
            if line.counted
        )
        return f"{self.need.title}: {percent(100 * self.credit)} % = {parts or 'nothing counts'}"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate's column."""

    candidate: Candidate
    needs: tuple[NeedResult, ...]
    score: Score
    price_credit: Fraction | None
    fit: Fraction
    contradictions: tuple[str, ...]
    breach: tuple[tuple[str, str], ...]

    @property
    def musts_missed(self) -> tuple[NeedResult, ...]:
        """Must-haves that are not met, or not known to be."""
        return tuple(each for each in self.needs if each.must not in (None, Must.MET))


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A question whose answers are not all the same; answers in the candidates' order."""

    question: Question
    answers: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All candidates, best fit first; those that miss a must-have after those that do not.

    ``differences``: questions on which two answers differ, whoever left them out;
    ``partly``: those that only some answered, and these alike.
    """

    needs: Needs
    version: TemplateVersion
    results: tuple[Result, ...]
    differences: tuple[Difference, ...]
    partly: tuple[Difference, ...]

    @property
    def terms(self) -> tuple[TermRow, ...]:
        """Contracts and insurance side by side; none where nothing is on file."""
        return term_rows([each.candidate.terms for each in self.results])

    def explain(self, name: str) -> tuple[str, ...]:
        """How a candidate's fit came about, line by line.

        Raises:
            BadInputError: No candidate has that name.
        """
        result = next((each for each in self.results if each.candidate.name == name), None)
        if result is None:
            raise BadInputError(
                f"no candidate is called {name!r}",
                remedy=", ".join(each.candidate.name for each in self.results),
            )
        lines = [
            f"{each.sentence}; weight {each.need.weight}"
            + (f"; must-have {each.must}" if each.must else "")
            for each in result.needs
        ]
        if result.price_credit is not None:
            lines.append(
                f"Price: {percent(100 * result.price_credit)} % = cheapest / own; weight "
                f"{self.needs.weight_price}"
            )
        total = sum(each.need.weight for each in result.needs) + self.needs.weight_price
        lines.append(f"Fit: {percent(result.fit)} of 100, over weights that sum to {total}")
        return tuple(lines)


_BREACH = ("breach.call-24h", "breach.hours", "breach.clients", "breach.contact", "breach.cost")


def compare(version: TemplateVersion, needs: Needs, candidates: Sequence[Candidate]) -> Comparison:
    """Any number of candidates against the needs.

    Raises:
        BadInputError: There is none, two have one name, or one answered another version.
    """
    check_needs(needs, version)
    names = [each.name for each in candidates]
    if not candidates or len(set(names)) < len(names):
        raise BadInputError(
            "a comparison needs candidates with different names",
            remedy="name each of them, for example in the needs' file",
        )
    for each in candidates:
        if each.submission.digest != version.digest:
            raise BadInputError(
                f"{each.name} answered another version of the questionnaire",
                remedy="compare answers to one version",
            )
    cheapest = min((p for each in candidates if (p := _price(needs, each))), default=None)
    results = [_result(version, needs, each, cheapest) for each in candidates]
    results.sort(key=lambda each: (bool(each.musts_missed), -each.fit, each.candidate.name))
    different, partly = _told_apart(version, [each.candidate.submission for each in results])
    return Comparison(
        needs=needs,
        version=version,
        results=tuple(results),
        differences=different,
        partly=partly,
    )


def what_if(comparison: Comparison, weights: Mapping[str, int]) -> Comparison:
    """The comparison with other weights; nothing else changes.

    Raises:
        BadInputError: A need is not known, or a weight is negative.
    """
    return compare(
        comparison.version,
        reweighted(comparison.needs, weights),
        [each.candidate for each in comparison.results],
    )


class ChoiceMade(msgspec.Struct, frozen=True, kw_only=True):
    """A decision between candidates, kept for good. ``at``: UTC microseconds."""

    chosen: str
    approver: str
    why: str
    at: int
    fits: tuple[tuple[str, str], ...]
    against: tuple[str, ...]
    digest: str


def choose(comparison: Comparison, chosen: str, *, approver: str, why: str, at: int) -> ChoiceMade:
    """The decision for a candidate, with what spoke against it.

    Raises:
        BadInputError: The candidate is not among them, or nobody or no reason stands behind it.
    """
    result = next((each for each in comparison.results if each.candidate.name == chosen), None)
    if result is None:
        raise BadInputError(f"{chosen!r} was not compared", remedy="choose one that was")
    if not approver.strip() or not why.strip():
        raise BadInputError("a decision needs an approver and reasons", remedy="say who, and why")
    return ChoiceMade(
        chosen=chosen, approver=approver, why=why, at=at,
        fits=tuple((each.candidate.name, percent(each.fit)) for each in comparison.results),
        against=tuple(map(str, against_of(result))), digest=comparison.version.digest,
    )  # fmt: skip


def against_of(result: Result) -> tuple[str, ...]:
    """What is known to speak against a candidate."""
    found: list[str] = [
        Sentence("must-have %(state)s: %(need)s", state=Word(each.must), need=each.need.title)
        for each in result.musts_missed
        if each.must is not None
    ]
    found += [
        Sentence("unanswered: %(question)s", question=line.question.text)
        for line in result.score.unanswered
    ]
    found += result.contradictions
    health = result.candidate.health
    found.append(
        Sentence("no financial statements were seen") if health is None else health.headline
    )
    return tuple(found)


def _price(needs: Needs, candidate: Candidate) -> Decimal | None:
    """The price where it can be compared: positive, and in the needs' currency."""
    same = candidate.currency in ("", needs.currency)
    price = candidate.price
    return price if same and price is not None and price > 0 else None


def _result(
    version: TemplateVersion, needs: Needs, candidate: Candidate, cheapest: Decimal | None
) -> Result:
    score = score_of(version, candidate.submission)
    lines = {line.question.id: line for line in score.lines}
    found = tuple(_need(need, lines) for need in needs.need)
    price_credit = None
    if needs.weight_price:
        price = _price(needs, candidate)
        price_credit = Fraction(cheapest) / Fraction(price) if price and cheapest else Fraction(0)
    total = sum(each.need.weight for each in found) + needs.weight_price
    earned = sum((each.need.weight * each.credit for each in found), Fraction(0))
    earned += needs.weight_price * (price_credit or Fraction(0))
    return Result(
        candidate=candidate,
        needs=found,
        score=score,
        price_credit=price_credit,
        fit=100 * earned / total,
        contradictions=tuple(each.says for each in contradictions(version, candidate.submission)),
        breach=tuple(
            (question.text, said(question, candidate.submission))
            for name in _BREACH
            if (question := version.question(name)) is not None
        ),
    )


def _need(need: Need, lines: Mapping[str, Line]) -> NeedResult:
    own = tuple(lines[name] for name in need.questions if name in lines)
    possible = sum(line.possible for line in own)
    points = sum((line.points for line in own), Fraction(0))
    # What does not apply to a candidate, as a reviewer accepted, is met.
    credit = points / possible if possible else Fraction(1)
    must = None
    if need.must:
        silent = (Because.UNANSWERED, Because.NOT_APPLICABLE_CLAIMED)
        unknown = any(line.because in silent for line in own)
        met = credit >= Fraction(need.least)
        must = Must.MET if met else Must.NOT_KNOWN if unknown else Must.NOT_MET
    return NeedResult(need=need, credit=credit, lines=own, must=must)


def said(question: Question, submission: Submission) -> str:
    """An answer in words, with its unit; ``unanswered`` where there is none."""
    answer = submission.answer(question.id)
    if answer.reply is not Reply.STATED:
        return answer.reply.value
    return (
        f"{answer.value} {question.unit}".rstrip()
        if question.kind is Kind.NUMBER
        else question.shown(answer.value)
    )


def _told_apart(
    version: TemplateVersion, submissions: Sequence[Submission]
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """Questions answered differently, and those that only some answered; the weightiest first."""
    different, partly = [], []
    for question in sorted(version.questions, key=lambda each: -each.weight):
        if question.kind is Kind.TEXT:
            continue
        answers = tuple(said(question, each) for each in submissions)
        given = [
            answer.casefold()
            for answer, each in zip(answers, submissions, strict=True)
            if each.answer(question.id).reply is not Reply.UNANSWERED
        ]
        if len(set(given)) > 1:
            different.append(Difference(question=question, answers=answers))
        elif 0 < len(given) < len(answers):
            partly.append(Difference(question=question, answers=answers))
    return tuple(different), tuple(partly)
