"""Findings move by their table, and become measures with owners and dates."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError, Level
from midwatch.vendors.findings import (
    TRANSITIONS,
    Finding,
    FindingOrigin,
    FindingState,
    Measure,
    PolicyVersion,
    Step,
    advance,
    approve,
    expire,
    overdue,
    write_measure,
)

OPEN = Finding(
    id="f1",
    vendor="v1",
    title="No second factor",
    level=Level.HIGH,
    origin=FindingOrigin.ANSWER,
    opened=0,
)
DUE = date(2026, 4, 1)
AGREED = advance(OPEN, Step(to=FindingState.AGREED, by="m", at=1, owner="vendor", due=DUE))


def test_from_open_to_verified_by_somebody_else() -> None:
    working = advance(AGREED, Step(to=FindingState.REMEDIATING, by="m", at=2))
    done = advance(working, Step(to=FindingState.VERIFIED, by="m", at=3, proof="e7"))

    assert done.state is FindingState.VERIFIED
    assert [each.went for each in done.history] == ["agreed", "remediating", "verified"]
    with pytest.raises(BadInputError, match="cannot verify"):
        advance(working, Step(to=FindingState.VERIFIED, by="vendor", at=3, proof="e7"))
    with pytest.raises(BadInputError, match="its proof"):
        advance(working, Step(to=FindingState.VERIFIED, by="m", at=3))


def test_nothing_is_closed_by_agreeing() -> None:
    with pytest.raises(BadInputError, match="an owner and a date"):
        advance(OPEN, Step(to=FindingState.AGREED, by="m", at=1))
    with pytest.raises(BadInputError, match="cannot become verified"):
        advance(OPEN, Step(to=FindingState.VERIFIED, by="m", at=1, proof="e"))


def test_an_accepted_risk_ends_and_is_open_again() -> None:
    step = Step(to=FindingState.ACCEPTED, by="owner", at=1, why="cheap", until=DUE)
    accepted = advance(OPEN, step)
    assert accepted.approver == "owner"
    assert expire(accepted, DUE, 9) == accepted

    again = expire(accepted, date(2026, 4, 2), 9)
    assert again.state is FindingState.OPEN
    assert again.accepted_until is None
    assert again.history[-1].why == "the acceptance by owner ended on 2026-04-01"
    with pytest.raises(BadInputError, match="a reason and an end"):
        advance(OPEN, msgspec.structs.replace(step, until=None))


@given(st.lists(st.sampled_from(FindingState), max_size=10))
def test_whatever_is_tried_only_the_table_is_walked(states: list[FindingState]) -> None:
    finding = OPEN
    for at, to in enumerate(states):
        step = Step(to=to, by="m", at=at, why="w", owner="o", due=DUE, until=DUE, proof="p")
        try:
            finding = advance(finding, step)
        except BadInputError:
            assert to not in TRANSITIONS[finding.state]
    assert all(each.went in TRANSITIONS[each.came] for each in finding.history)
    assert (finding.accepted_until is not None) == (finding.state is FindingState.ACCEPTED)


def test_a_measure_is_written_into_the_next_version_and_approved_by_another() -> None:
    policy = PolicyVersion(policy="p1", version=3, title="Access", text="Rules.", author="m")
    measure = Measure(
        id="m1", finding="f1", policy="p1", text="Passkeys for partners.", owner="IT", due=DUE
    )
    written = write_measure(policy, measure, OPEN, author="m")

    assert written.version == 4
    assert "Passkeys for partners. [m1: No second factor; IT, 2026-04-01]" in written.text
    assert policy.text == "Rules."
    assert written.approved is None
    with pytest.raises(BadInputError, match="already holds"):
        write_measure(written, measure, OPEN, author="m")
    with pytest.raises(BadInputError, match="other than its author"):
        approve(written, approver="m", now=5)
    approved = approve(written, approver="owner", now=5)
    assert approved.approved == 5
    with pytest.raises(BadInputError, match="approved already"):
        approve(approved, approver="owner", now=6)


def test_the_longest_overdue_come_first() -> None:
    later = msgspec.structs.replace(AGREED, id="f2", due=date(2026, 5, 1))
    accepted = msgspec.structs.replace(AGREED, id="f3", state=FindingState.ACCEPTED)
    found = overdue([later, AGREED, accepted], date(2026, 6, 1))
    assert [each.id for each in found] == ["f1", "f2"]
    assert overdue([AGREED], DUE) == ()
