"""The laws of the score: it can be read, it does not saturate, silence never helps."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import (
    Answer,
    Because,
    Judgement,
    Kind,
    Question,
    Reply,
    Submission,
    Verdict,
    contradictions,
    full_questionnaire,
    is_asked,
    new_submission,
    put_answer,
    put_verdict,
    score_of,
    short_questionnaire,
)
from midwatch.vendors.questionnaires.scoring import percent

FULL = full_questionnaire()


def any_answer(question: Question, chance: Random) -> Answer:
    """Any answer that fits, silence included."""
    silent = chance.random()
    if silent < 0.3:
        reply = Reply.UNANSWERED if silent < 0.2 else Reply.NOT_APPLICABLE
        return Answer(question=question.id, reply=reply)
    match question.kind:
        case Kind.YES_NO:
            return Answer(question=question.id, reply=chance.choice([Reply.YES, Reply.NO]))
        case Kind.NUMBER:
            value = str(chance.randrange(500))
        case Kind.CHOICE:
            value = chance.choice(question.choices).word
        case Kind.DATE:
            value = "2026-01-01"
        case _:
            value = "text"
    return Answer(question=question.id, reply=Reply.STATED, value=value)


def filled(seed: int) -> Submission:
    chance = Random(seed)
    return new_submission(FULL, "v", [any_answer(each, chance) for each in FULL.questions])


def submissions() -> st.SearchStrategy[Submission]:
    """Any answers to all questions; drawn from one seed, since a hundred draws take long."""
    return st.integers(0, 2**32).map(filled)


def put(submission: Submission, question: str, reply: Reply, value: str = "") -> Submission:
    return put_answer(submission, FULL, Answer(question=question, reply=reply, value=value))


def value(submission: Submission) -> Fraction:
    found = score_of(FULL, submission).value
    assert found is not None
    return found


def test_silence_is_nothing_and_the_best_is_everything(filling: Any) -> None:
    for version in (FULL, short_questionnaire()):
        assert score_of(version, new_submission(version, "v")).value == 0
        assert score_of(version, filling.all_best(version)).value == 100


def test_the_arithmetic_is_written_out(filling: Any) -> None:
    silent = Answer(question="desk.mfa", reply=Reply.UNANSWERED)
    found = score_of(FULL, put_answer(filling.all_best(FULL), FULL, silent))
    assert found.arithmetic == "231 of 236 points = 97.8"
    assert [line.question.id for line in found.unanswered] == ["desk.mfa"]
    assert sum(points for _title, points, _of in found.sections()) == found.points
    assert found.on_word_alone == found.points


@given(submissions())
@settings(max_examples=50)
def test_the_lines_add_up_to_the_score(submission: Submission) -> None:
    found = score_of(FULL, submission)
    assert found.points == sum(line.points for line in found.lines)
    assert found.possible == sum(line.possible for line in found.lines)
    assert {line.question.id for line in found.lines} == {
        each.id for each in FULL.questions if each.weight
    }
    assert 0 <= value(submission) <= 100


@given(submissions(), st.sampled_from(FULL.questions))
@settings(max_examples=80)
def test_leaving_an_answer_out_never_helps(submission: Submission, question: Question) -> None:
    without = put(submission, question.id, Reply.UNANSWERED)
    assert value(without) <= value(submission)


@given(submissions(), st.sampled_from(FULL.questions))
@settings(max_examples=80)
def test_a_claim_that_it_does_not_apply_is_worth_no_more_than_a_no(
    submission: Submission, question: Question
) -> None:
    claimed = put(submission, question.id, Reply.NOT_APPLICABLE)
    assert value(claimed) <= value(submission)


@given(submissions(), st.sampled_from([q for q in FULL.questions if q.kind is Kind.YES_NO]))
@settings(max_examples=80)
def test_a_better_answer_never_lowers_the_score_whatever_it_opens(
    submission: Submission, question: Question
) -> None:
    good, bad = (Reply.NO, Reply.YES) if question.no_is_good else (Reply.YES, Reply.NO)
    worse, better = put(submission, question.id, bad), put(submission, question.id, good)
    assert value(better) >= value(worse)


@given(submissions(), st.sampled_from([q for q in FULL.questions if q.weight]))
@settings(max_examples=80)
def test_the_score_does_not_saturate(submission: Submission, question: Question) -> None:
    """Any scored question put right moves the score, however good or bad the rest is."""
    assume(not question.after)
    wrong = put(submission, question.id, Reply.UNANSWERED)
    best = {
        Kind.YES_NO: (Reply.NO if question.no_is_good else Reply.YES, ""),
        Kind.NUMBER: (Reply.STATED, f"{question.full or 0:f}"),
        Kind.CHOICE: (Reply.STATED, question.choices[0].word if question.choices else ""),
    }[question.kind]
    assert value(put(wrong, question.id, *best)) > value(wrong)


@given(submissions(), st.sampled_from(FULL.questions), st.sampled_from(Judgement))
@settings(max_examples=80)
def test_a_reviewer_can_lower_a_credit_and_never_raise_it(
    submission: Submission, question: Question, judgement: Judgement
) -> None:
    assume(judgement is not Judgement.NOT_APPLICABLE)
    verdict = Verdict(question=question.id, judgement=judgement, by="m", at=0, why="seen")
    try:
        judged = put_verdict(submission, FULL, verdict)
    except BadInputError:
        assert submission.answer(question.id).reply is Reply.UNANSWERED
        return
    assert value(judged) <= value(submission)


@given(submissions(), st.sampled_from(FULL.questions))
@settings(max_examples=80)
def test_an_accepted_not_applicable_is_worth_less_than_the_best_answer(
    submission: Submission, question: Question
) -> None:
    claimed = put(submission, question.id, Reply.NOT_APPLICABLE)
    verdict = Verdict(
        question=question.id, judgement=Judgement.NOT_APPLICABLE, by="m", at=0, why="no software"
    )
    accepted = put_verdict(claimed, FULL, verdict)
    assert value(accepted) >= value(claimed)
    if question.kind is Kind.YES_NO:
        good = Reply.NO if question.no_is_good else Reply.YES
        follow_ups = FULL.follow_ups(question.id)
        if not follow_ups:
            assert value(put(submission, question.id, good)) >= value(accepted)


def test_what_is_not_applicable_is_shown_both_ways(filling: Any) -> None:
    submission = put(filling.all_best(FULL), "security.development", Reply.NOT_APPLICABLE)
    found = score_of(FULL, submission)
    assert found.shown == "99.1"
    assert percent(found.claimed) == "100.0"
    verdict = Verdict(
        question="security.development", judgement=Judgement.NOT_APPLICABLE, by="m", at=0, why="w"
    )
    accepted = score_of(FULL, put_verdict(submission, FULL, verdict))
    assert accepted.value == 100
    assert accepted.possible == found.possible - 2


def test_follow_ups_of_a_missing_yes_earn_nothing_and_of_a_spared_no_everything(
    filling: Any,
) -> None:
    best = filling.all_best(FULL)
    no_backups = {
        line.question.id: line for line in score_of(FULL, put(best, "data.backups", Reply.NO)).lines
    }
    assert no_backups["data.backups-encrypted"].because is Because.NOT_OPENED
    assert no_backups["data.backups-encrypted"].points == 0
    spared = {line.question.id: line for line in score_of(FULL, best).lines}
    assert spared["data.card-pci"].because is Because.SPARED
    assert spared["data.card-pci"].credit == 1
    silent = {
        line.question.id: line
        for line in score_of(FULL, put(best, "data.backups", Reply.UNANSWERED)).lines
    }
    assert silent["data.backups-encrypted"].because is Because.UNANSWERED


def test_a_number_between_the_bounds_earns_its_share() -> None:
    found = score_of(FULL, put(new_submission(FULL, "v"), "security.patching", Reply.STATED, "12"))
    line = next(each for each in found.lines if each.question.id == "security.patching")
    assert line.credit == Fraction(18, 27)
    assert line.points == Fraction(8, 3)


def test_scores_are_rounded_down() -> None:
    assert percent(Fraction(99999, 1000)) == "99.9"


def test_evidence_is_counted_apart() -> None:
    backed = Answer(question="desk.mfa", reply=Reply.YES, evidence=("e1",))
    found = score_of(FULL, new_submission(FULL, "v", [backed]))
    assert found.points == 5
    assert found.on_word_alone == 0


def test_a_verdict_falls_with_the_answer_it_judged() -> None:
    submission = put(new_submission(FULL, "v"), "desk.mfa", Reply.YES)
    verdict = Verdict(
        question="desk.mfa", judgement=Judgement.NOT_ACCEPTED, by="m", at=0, why="SMS"
    )
    judged = put_verdict(submission, FULL, verdict)
    assert value(judged) == 0
    assert put(judged, "desk.mfa", Reply.NO).verdicts == {}
    assert judged.answer("desk.mfa").reply is Reply.YES, "the vendor's answer stays"


def test_verdicts_need_reasons_and_answers() -> None:
    submission = new_submission(FULL, "v")
    for judgement in (Judgement.ACCEPTED, Judgement.PARTLY, Judgement.NOT_APPLICABLE):
        with pytest.raises(BadInputError, match="no answer that could be judged"):
            put_verdict(
                submission, FULL,
                Verdict(question="desk.mfa", judgement=judgement, by="m", at=0, why="w"),
            )  # fmt: skip
    with pytest.raises(BadInputError, match="needs its reason"):
        put_verdict(
            submission, FULL,
            Verdict(question="desk.mfa", judgement=Judgement.NOT_ACCEPTED, by="m", at=0),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "reply", "given_value", "says"),
    [
        ("desk.mfa", Reply.STATED, "sure", "yes or no is asked for"),
        ("breach.hours", Reply.YES, "", "a number is asked for"),
        ("breach.hours", Reply.STATED, "soon", "is no number"),
        ("breach.hours", Reply.STATED, "-3", "is no number"),
        ("audits.report", Reply.STATED, "ISO 9001", "is none of: SOC 2 type 2"),
        ("audits.period", Reply.STATED, "May", "is no day"),
        ("data.what", Reply.STATED, "  ", "nothing is written"),
        ("data.nothing", Reply.YES, "", "is no question of"),
    ],
)
def test_answers_that_do_not_fit_are_refused(
    question: str, reply: Reply, given_value: str, says: str
) -> None:
    with pytest.raises(BadInputError, match=says):
        put(new_submission(FULL, "v"), question, reply, given_value)


def test_answers_to_another_version_are_refused() -> None:
    short = new_submission(short_questionnaire(), "v")
    with pytest.raises(BadInputError, match="another version"):
        put(short, "desk.mfa", Reply.YES)


def test_answers_that_cannot_all_be_true_are_told() -> None:
    submission = put(new_submission(FULL, "v"), "audits.report", Reply.STATED, "SAS 70")
    assert contradictions(FULL, submission) == ()
    (clash,) = contradictions(FULL, put(submission, "audits.scope", Reply.YES))
    assert "SAS 70" in clash.says


def test_follow_ups_are_asked_on_their_answer_only() -> None:
    question = FULL.question("data.card-pci")
    assert question is not None
    empty = new_submission(FULL, "v")
    assert not is_asked(FULL, empty, question)
    assert is_asked(FULL, put(empty, "data.card", Reply.YES), question)
    assert not is_asked(FULL, put(empty, "data.card", Reply.NO), question)


def test_submissions_are_plain_values() -> None:
    submission = put(new_submission(FULL, "v"), "desk.mfa", Reply.YES)
    again = msgspec.json.decode(msgspec.json.encode(submission), type=Submission)
    assert again == submission
