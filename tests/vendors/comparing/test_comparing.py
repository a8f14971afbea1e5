"""Candidates side by side: fit, must-haves, differences, what-if, the decision, the workbook."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.comparing import (
    Candidate,
    Must,
    Need,
    Needs,
    choose,
    compare,
    comparison_workbook,
    read_needs,
    what_if,
)
from midwatch.vendors.finance import FinancialStatement, GoingConcern, assess
from midwatch.vendors.questionnaires import (
    Answer,
    Reply,
    new_submission,
    short_questionnaire,
)

SHORT = short_questionnaire()
NEEDS = Needs(
    title="Help desk",
    currency="EUR",
    weight_price=2,
    need=(
        Need(
            id="call", title="Calls in a day", weight=5, must=True, questions=("breach.call-24h",)
        ),
        Need(id="night", title="Awake", weight=3, questions=("desk.night", "desk.night-answer")),
    ),
)


def candidate(name: str, price: int | None = None, **answers: str) -> Candidate:
    """Answers by id, with _ for the point and __ for the dash: yes, no, na or a value."""
    words = {"yes": Reply.YES, "no": Reply.NO, "na": Reply.NOT_APPLICABLE}
    given_ = [
        Answer(
            question=key.replace("__", "-").replace("_", ".", 1),
            reply=words.get(value, Reply.STATED),
            value="" if value in words else value,
        )
        for key, value in answers.items()
    ]
    return Candidate(
        name=name,
        submission=new_submission(SHORT, name, given_),
        price=None if price is None else Decimal(price),
    )


GOOD = candidate("Good", 30, breach_call__24h="yes", desk_night="yes", desk_night__answer="15")
CHEAP = candidate("Cheap", 15, breach_call__24h="no", desk_night="yes", desk_night__answer="120")
SILENT = candidate("Silent", None)


def test_who_meets_the_must_haves_stands_first_with_every_number_explained() -> None:
    found = compare(SHORT, NEEDS, [CHEAP, SILENT, GOOD])
    assert [each.candidate.name for each in found.results] == ["Good", "Cheap", "Silent"]
    good, cheap, silent = found.results
    # 5 x 1 + 3 x 1 + 2 x 15/30, of 10
    assert good.fit == 90
    # 3 x (4 of 7) + 2 x 1, of 10
    assert cheap.fit == 100 * (Fraction(12, 7) + 2) / 10
    assert silent.fit == 0
    assert [each.needs[0].must for each in found.results] == [
        Must.MET,
        Must.NOT_MET,
        Must.NOT_KNOWN,
    ]
    assert found.explain("Good") == (
        "Calls in a day: 100.0 % = 100.0 % of 5 (breach.call-24h); weight 5; must-have met",
        "Awake: 100.0 % = 100.0 % of 4 (desk.night) + 100.0 % of 3 (desk.night-answer); weight 3",
        "Price: 50.0 % = cheapest / own; weight 2",
        "Fit: 90.0 of 100, over weights that sum to 10",
    )
    with pytest.raises(BadInputError, match="no candidate is called"):
        found.explain("Nobody")


def test_a_price_in_another_currency_or_none_earns_nothing_and_sets_no_measure() -> None:
    dollars = msgspec.structs.replace(CHEAP, currency="USD", price=Decimal(1))
    found = compare(SHORT, NEEDS, [GOOD, dollars])
    assert [each.price_credit for each in found.results] == [1, 0]


def test_differences_are_those_of_answers_heaviest_first() -> None:
    found = compare(SHORT, NEEDS, [GOOD, CHEAP])
    assert [(each.question.id, each.answers) for each in found.differences] == [
        ("breach.call-24h", ("yes", "no")),
        ("desk.night-answer", ("15 minutes", "120 minutes")),
    ]
    assert compare(SHORT, NEEDS, [GOOD]).differences == ()


def test_what_was_left_out_is_no_different_answer() -> None:
    found = compare(SHORT, NEEDS, [GOOD, SILENT])
    assert found.differences == ()
    assert ("breach.call-24h", ("yes", "unanswered")) in [
        (each.question.id, each.answers) for each in found.partly
    ]

    three = compare(SHORT, NEEDS, [GOOD, CHEAP, SILENT])
    assert [(each.question.id, each.answers) for each in three.differences] == [
        ("breach.call-24h", ("yes", "no", "unanswered")),
        ("desk.night-answer", ("15 minutes", "120 minutes", "unanswered")),
    ]
    assert [(each.question.id, each.answers) for each in three.partly] == [
        ("desk.night", ("yes", "yes", "unanswered"))
    ]
    assert compare(SHORT, NEEDS, [GOOD, CHEAP]).partly == ()


def test_what_if_changes_weights_and_nothing_else() -> None:
    found = compare(SHORT, NEEDS, [GOOD, CHEAP])
    changed = what_if(found, {"call": 0, "price": 20})
    assert {each.candidate.name: each.candidate for each in changed.results} == {
        each.candidate.name: each.candidate for each in found.results
    }
    fits = {each.candidate.name: each.fit for each in changed.results}
    assert fits["Cheap"] > fits["Good"]
    assert changed.results[0].candidate.name == "Good", "a missed must-have still stands behind"
    for weights in ({"nonesuch": 1}, {"call": -1}):
        with pytest.raises(BadInputError, match="can have the weight"):
            what_if(found, weights)
    with pytest.raises(BadInputError, match="all weights are 0"):
        what_if(found, {"call": 0, "night": 0, "price": 0})


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(0, 120))
def test_fit_is_between_0_and_100_and_a_better_answer_never_lowers_it(
    call: int, night: int, price: int, minutes: int
) -> None:
    weights = {"call": call, "night": night, "price": price}
    slow = candidate("A", 10, desk_night="yes", desk_night__answer=str(minutes))
    fast = candidate("A", 10, desk_night="yes", desk_night__answer=str(minutes // 2))
    fits = []
    for each in (slow, fast):
        found = what_if(compare(SHORT, NEEDS, [each, GOOD]), weights)
        fits += [result.fit for result in found.results if result.candidate.name == "A"]
        assert all(0 <= result.fit <= 100 for result in found.results)
    assert fits[1] >= fits[0]


def test_the_decision_keeps_what_spoke_against_it() -> None:
    found = compare(SHORT, NEEDS, [GOOD, CHEAP])
    made = choose(found, "Cheap", approver="owner", why="half the price", at=7)
    assert made.against[0] == "must-have not met: Calls in a day"
    mfa = SHORT.question("desk.mfa")
    assert mfa is not None
    assert f"unanswered: {mfa.text}" in made.against
    assert made.against[-1] == "no financial statements were seen"
    assert made.fits == (("Good", "90.0"), ("Cheap", "37.1"))
    assert made.digest == SHORT.digest
    with pytest.raises(BadInputError, match="an approver and reasons"):
        choose(found, "Good", approver=" ", why="x", at=7)
    with pytest.raises(BadInputError, match="was not compared"):
        choose(found, "Other", approver="owner", why="x", at=7)


def test_candidates_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(BadInputError, match="different names"):
        compare(SHORT, NEEDS, [GOOD, GOOD])
    with pytest.raises(BadInputError, match="different names"):
        compare(SHORT, NEEDS, [])
    other = msgspec.structs.replace(GOOD.submission, digest="0" * 64)
    with pytest.raises(BadInputError, match="another version"):
        compare(SHORT, NEEDS, [msgspec.structs.replace(GOOD, submission=other)])


def test_the_workbook_says_the_answer_first_and_holds_no_formula() -> None:
    statement = FinancialStatement(
        end=date(2025, 12, 31), currency="EUR", amounts={}, going_concern=GoingConcern.DOUBT
    )
    hostile = msgspec.structs.replace(
        CHEAP, name="=cmd()", health=assess([statement], date(2026, 3, 1))
    )
    found = compare(SHORT, NEEDS, [GOOD, hostile])
    made = choose(found, "Good", approver="+owner", why="@best", at=7)
    book = openpyxl.load_workbook(io.BytesIO(comparison_workbook(found, made)))

    assert book.sheetnames == [
        "Comparison", "Needs", "Differences", "Answered by some", "Gaps", "Breach terms", "Finance",
    ]  # fmt: skip
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    texts = [str(cell.value) for cell in cells]
    assert "=cmd()" in texts
    assert "Chosen: Good, by +owner: @best" in texts
    assert any("going concern in doubt" in text for text in texts)
    front = {row[0].value: [each.value for each in row[1:]] for row in book["Comparison"]}
    assert front["Fit to the needs (of 100)"] == ["90.0", "37.1"]
    assert front["Must-haves missed"] == ["none", "Calls in a day (not met)"]


def test_needs_are_read_from_a_file_and_checked() -> None:
    good = b"""title = "T"
currency = "EUR"
[[need]]
id = "call"
title = "C"
must = true
least = 0.5
questions = ["breach.call-24h"]
[candidate."a.xlsx"]
yearly_price = 1200.50
"""
    needs = read_needs(good, "n.toml", SHORT)
    assert needs.need[0].least == Decimal("0.5")
    assert needs.candidate["a.xlsx"].yearly_price == Decimal("1200.5")

    for broken, says in [
        (b"title = ", "cannot be read"),
        (good.replace(b"must", b"msut"), "unknown field `msut`"),
        (good.replace(b"breach.call-24h", b"breach.cal"), "'breach.cal', which is not asked"),
        (good.replace(b"breach.call-24h", b"data.places"), "rests on no scored question"),
        (good.replace(b"0.5", b"5"), "0 to 1 is meant"),
        (b'title = "T"\nneed = []\n', "no need is named"),
        (b"x" * 1_000_001, "too large"),
    ]:
        with pytest.raises(BadInputError, match=says):
            read_needs(broken, "n.toml", SHORT)
