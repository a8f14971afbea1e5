"""Versions never change, and break no rule; our own ask all that was promised."""

from __future__ import annotations

import msgspec
import pytest

from midwatch.kernel import ConfigurationError
from midwatch.vendors.questionnaires import (
    Kind,
    Question,
    Section,
    TemplateVersion,
    full_questionnaire,
    make_version,
    own_versions,
    short_questionnaire,
)
from midwatch.vendors.questionnaires.library import read_section


def version(*questions: Question) -> TemplateVersion:
    return TemplateVersion(
        id="t", version="1", title="T", minutes=1,
        sections=(Section(id="s", title="S", question=questions),),
    )  # fmt: skip


ASK = Question(id="a", text="A?", why="because", good="yes")


def test_the_digest_is_that_of_every_word() -> None:
    one = make_version(version(ASK))
    assert one.digest == make_version(version(ASK)).digest
    reworded = make_version(version(msgspec.structs.replace(ASK, text="A, really?")))
    assert reworded.digest != one.digest


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        ((), "it asks nothing"),
        ((ASK, ASK), "a stands twice"),
        ((msgspec.structs.replace(ASK, why=""),), "a reason"),
        ((msgspec.structs.replace(ASK, after="b"),), "does not stand before it"),
        ((msgspec.structs.replace(ASK, weight=-1),), "negative weight"),
        ((msgspec.structs.replace(ASK, kind=Kind.NUMBER),), "two different bounds"),
        ((msgspec.structs.replace(ASK, kind=Kind.CHOICE),), "all count the same"),
        ((msgspec.structs.replace(ASK, kind=Kind.TEXT),), "cannot be scored"),
        (
            (
                msgspec.structs.replace(ASK, kind=Kind.TEXT, weight=0),
                msgspec.structs.replace(ASK, id="b", after="a"),
            ),
            "is no yes/no question",
        ),
    ],
)
def test_a_version_that_breaks_a_rule_is_not_made(
    questions: tuple[Question, ...], says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        make_version(version(*questions))


def test_a_slip_in_a_file_of_questions_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r"unknown field `wieght`"):
        read_section('[section]\nid="s"\ntitle="S"\n[[section.question]]\nwieght=1\n', "x.toml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_section("[section", "x.toml")


def test_the_short_one_is_part_of_the_full_one_and_fits_a_quarter_of_an_hour() -> None:
    full, short = full_questionnaire(), short_questionnaire()
    assert {each.id for each in short.questions} < {each.id for each in full.questions}
    assert all(full.question(each.id) == each for each in short.questions)
    assert 25 <= len(short.questions) <= 36
    assert 90 <= len(full.questions) <= 130


@pytest.mark.parametrize(
    "asked",
    [
        # T1: finances, technology, investors, insurance, references, people on site
        "company.statements", "company.research-share", "company.investment",
        "company.insurance", "company.references", "company.on-site",
        # T2: procedures, policies, certificates with scope and period
        "security.policy", "audits.report", "audits.scope", "audits.period",
        # T3: collected, secured, copies and backups, checks, contractors, audits, compliance
        "data.what", "data.encrypted-rest", "data.places", "data.backups-place",
        "people.background", "people.contractors", "audits.frequency", "audits.compliance",
        # T8: how and when they act, the 24-hour call to firm and clients, steps, who is affected
        "breach.call-24h", "breach.hours", "breach.clients", "breach.plan", "breach.affected",
        # and what the help desk and the watch are asked
        "desk.caller", "desk.mfa", "desk.night", "security.signatures", "data.card",
    ],
)  # fmt: skip
def test_every_promised_question_is_asked(asked: str) -> None:
    assert full_questionnaire().question(asked) is not None


def test_every_question_has_its_reason_and_weights_are_no_decoration() -> None:
    for each in own_versions():
        weights = {question.weight for question in each.questions}
        assert weights >= {0, 1, 2, 3, 4, 5} or each.minutes == 15
        assert all(len(question.why.split()) >= 4 for question in each.questions)
        assert each.contradictions
