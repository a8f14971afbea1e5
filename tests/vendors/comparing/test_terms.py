"""Contracts and insurance of candidates side by side."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import msgspec
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.vendors.comparing import Candidate, Holds, Terms, compare, comparison_workbook
from midwatch.vendors.comparing.example import example_needs
from midwatch.vendors.comparing.terms import term_rows, terms_of, unread
from midwatch.vendors.contracts import Clause, ClauseKind, Contract, Strength
from midwatch.vendors.questionnaires import new_submission, short_questionnaire
from midwatch.vendors.vendor import Insurance

TODAY = date(2026, 11, 22)
AMOUNTS = st.integers(0, 10_000_000).map(Decimal)


def contract(**changes: object) -> Contract:
    made = Contract(id="c1", vendor="v", client="t", title="Draft", start=date(2026, 1, 1),
                    currency="EUR", capped=True, cap=Decimal(500_000))  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def policy(limit: int, currency: str = "EUR", days: int = 10) -> Insurance:
    return Insurance(kind="Cyber", insurer="Harbour", policy="p", limit=Decimal(limit),
                     currency=currency, until=TODAY + timedelta(days=days))  # fmt: skip


def terms(made: Contract | None, *insurance: Insurance, exposure: int | None = 400_000) -> Terms:
    found = terms_of(
        [] if made is None else [(made, None)], insurance,
        exposure=None if exposure is None else Decimal(exposure), currency="EUR", today=TODAY,
    )  # fmt: skip
    assert found is not None
    return found


def told(found: Terms, row: int) -> tuple[str, Holds]:
    term = term_rows([found])[row].terms[0]
    return str(term.text), term.holds


def test_nothing_on_file_is_no_row() -> None:
    assert terms_of([], [], exposure=None, currency="EUR", today=TODAY) is None
    assert term_rows([None, None]) == ()


@pytest.mark.parametrize(
    ("changes", "exposure", "text", "holds"),
    [
        ({}, 400_000, "500,000 EUR", Holds.YES),
        ({}, 500_001, "500,000 EUR", Holds.NO),
        ({}, None, "500,000 EUR", Holds.UNKNOWN),
        ({"capped": False, "cap": None}, 9_000_000, "not capped", Holds.YES),
        ({"cap": None}, 1, "capped, but at how much is not on file", Holds.UNKNOWN),
        ({"capped": None, "cap": None}, 1, "not known", Holds.UNKNOWN),
    ],
)
def test_the_cap_is_held_against_what_a_breach_could_cost(
    changes: dict[str, object], exposure: int | None, text: str, holds: Holds
) -> None:
    assert told(terms(contract(**changes), exposure=exposure), 1) == (text, holds)


@pytest.mark.parametrize(
    ("insurance", "text", "holds"),
    [
        ([policy(500_000)], "500,000 EUR", Holds.YES),
        ([policy(499_999)], "499,999 EUR", Holds.NO),
        ([policy(900_000, days=-1)], "none in force on file", Holds.NO),
        ([policy(900_000, "USD")], "only in USD", Holds.UNKNOWN),
        ([policy(900_000, "USD"), policy(10)], "10 EUR", Holds.NO),
        ([policy(10), policy(700_000)], "700,000 EUR", Holds.YES),
    ],
)
def test_insurance_is_held_against_the_cap(
    insurance: list[Insurance], text: str, holds: Holds
) -> None:
    assert told(terms(contract(), *insurance), 2) == (text, holds)


def test_without_a_cap_insurance_is_held_against_the_exposure() -> None:
    made = contract(capped=False, cap=None)
    assert told(terms(made, policy(399_999)), 2)[1] is Holds.NO
    assert told(terms(made, policy(400_000)), 2)[1] is Holds.YES


def test_amounts_of_two_currencies_are_not_compared() -> None:
    made = contract(currency="USD")
    found = terms(made, policy(900_000))
    assert found.exposure is None
    assert found.cap_holds is Holds.UNKNOWN
    assert found.elsewhere == ("EUR",)


def test_the_contract_has_its_own_exposure_where_the_needs_have_none() -> None:
    found = terms_of([(contract(), Decimal(600_000))], [], exposure=None, currency="EUR",
                     today=TODAY)  # fmt: skip
    assert found is not None
    assert found.cap_holds is Holds.NO


def test_the_one_that_begins_last_stands_and_an_ended_one_does_not() -> None:
    ended = contract(id="c0", title="Ended", start=date(2026, 9, 1), end=date(2026, 10, 1))
    older = contract(id="c2", title="Older", start=date(2020, 1, 1))
    found = terms_of([(e, None) for e in (ended, contract(), older)], [], exposure=None,
                     currency="", today=TODAY)  # fmt: skip
    assert found is not None
    assert (found.contract, found.others) == ("Draft", 1)


@pytest.mark.parametrize(
    ("strength", "hours", "text", "holds"),
    [
        (Strength.PRESENT, 24, "present, within 24 hours", Holds.YES),
        (Strength.PRESENT, 72, "present, within 72 hours", Holds.NO),
        (Strength.PRESENT, None, "present, names no hours", Holds.PARTLY),
        (Strength.WEAK, 24, "weak, within 24 hours", Holds.PARTLY),
        (Strength.ABSENT, 24, "absent", Holds.NO),
    ],
)
def test_the_breach_clause_needs_hours(
    strength: Strength, hours: int | None, text: str, holds: Holds
) -> None:
    clause = Clause(kind=ClauseKind.BREACH_NOTICE, strength=strength, page="4",
                    hours=None if hours is None else Decimal(hours))  # fmt: skip
    found = terms(contract(clauses=(clause,)))
    assert told(found, 3) == (text, holds)
    assert str(term_rows([found])[3].terms[0].more) == "page 4"


def test_a_clause_somebody_looked_for_has_a_row_and_the_rest_is_named() -> None:
    read = Clause(kind=ClauseKind.AUDIT_RIGHT, strength=Strength.ABSENT)
    skipped = Clause(kind=ClauseKind.LIABILITY, strength=Strength.NOT_READ)
    every = [terms(contract(clauses=(read, skipped))), terms(contract()), None]
    rows = term_rows(every)
    assert [each.clause for each in rows if each.clause] == [ClauseKind.AUDIT_RIGHT]
    assert [str(each.text) for each in rows[3].terms] == ["absent", "not looked for", "not known"]
    assert set(unread(every)) == set(ClauseKind) - {ClauseKind.AUDIT_RIGHT}


@given(cap=AMOUNTS, exposure=AMOUNTS, limit=AMOUNTS, more=st.integers(1, 10**6))
def test_more_cover_never_looks_worse(
    cap: Decimal, exposure: Decimal, limit: Decimal, more: int
) -> None:
    def found(cap: Decimal, limit: Decimal) -> Terms:
        return terms(contract(cap=cap), policy(int(limit)), exposure=int(exposure))

    order = [Holds.NO, Holds.UNKNOWN, Holds.PARTLY, Holds.YES]
    before = found(cap, limit)
    assert order.index(found(cap + more, limit).cap_holds) >= order.index(before.cap_holds)
    assert order.index(found(cap, limit + more).insurance_holds) >= order.index(
        before.insurance_holds
    )


def test_the_workbook_marks_rows_that_differ() -> None:
    version = short_questionnaire()
    candidates = [
        Candidate(name=name, submission=new_submission(version, name),
                  terms=terms(contract(cap=Decimal(cap)), policy(500_000)))
        for name, cap in (("A", 500_000), ("B", 100_000))
    ]  # fmt: skip
    found = compare(version, example_needs(version), candidates)
    sheet = openpyxl.load_workbook(io.BytesIO(comparison_workbook(found)))["Contract and insurance"]
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    cap = rows["Liable for at most, against what a breach could cost"]
    assert [each.value for each in cap[1:3]] == [
        "500,000 EUR (a breach could cost 400,000 EUR)",
        "! 100,000 EUR (a breach could cost 400,000 EUR)",
    ]
    assert cap[0].fill.fgColor.rgb == "00FFF8E1"
    assert rows["Contract"][0].fill.fill_type is None
