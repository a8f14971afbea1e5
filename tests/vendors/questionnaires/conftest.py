"""Answers for the tests of questionnaires."""

from __future__ import annotations

import pytest

from midwatch.vendors.questionnaires import (
    Answer,
    Kind,
    Question,
    Reply,
    Submission,
    TemplateVersion,
    new_submission,
)


def best_answer(question: Question) -> Answer:
    """An answer that earns all there is."""
    match question.kind:
        case Kind.YES_NO:
            reply = Reply.NO if question.no_is_good else Reply.YES
            return Answer(question=question.id, reply=reply)
        case Kind.NUMBER:
            value = f"{question.full:f}" if question.full is not None else "1"
        case Kind.CHOICE:
            value = max(question.choices, key=lambda each: each.credit).word
        case Kind.DATE:
            value = "2026-01-31"
        case _:
            value = "in plain words"
    return Answer(question=question.id, reply=Reply.STATED, value=value)


class Filling:
    """Makes submissions."""

    best = staticmethod(best_answer)

    @staticmethod
    def all_best(version: TemplateVersion, vendor: str = "Acme") -> Submission:
        return new_submission(version, vendor, map(best_answer, version.questions))


@pytest.fixture(scope="session")
def filling() -> Filling:
    return Filling()
