"""How an incident moves, and what is kept of each move."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.incidents import (
    AlarmCause,
    Disposition,
    Incident,
    IncidentState,
    Priority,
    answer,
)
from midwatch.incidents.incident import move, raise_level, remark
from midwatch.incidents.states import TRANSITIONS, priority_of
from midwatch.kernel import BadInputError, Level

Make = Callable[..., Incident]
ALLOWED = {
    ("new", "acknowledged"), ("new", "working"), ("new", "resolved"),
    ("reopened", "acknowledged"), ("reopened", "working"), ("reopened", "resolved"),
    ("acknowledged", "working"), ("acknowledged", "resolved"),
    ("working", "resolved"), ("resolved", "reopened"),
}  # fmt: skip


def go(incident: Incident, to: IncidentState, now: int = 1) -> Incident:
    benign = Disposition.BENIGN if to is IncidentState.RESOLVED else None
    return move(incident, to, by="ana", now=now, why="so", disposition=benign)


PATHS = {
    IncidentState.NEW: [],
    IncidentState.ACKNOWLEDGED: [IncidentState.ACKNOWLEDGED],
    IncidentState.WORKING: [IncidentState.WORKING],
    IncidentState.RESOLVED: [IncidentState.RESOLVED],
    IncidentState.REOPENED: [IncidentState.RESOLVED, IncidentState.REOPENED],
}


@pytest.mark.parametrize(("came", "went"), list(product(IncidentState, IncidentState)))
def test_only_the_moves_of_the_table_are_possible(
    an_incident: Make, came: IncidentState, went: IncidentState
) -> None:
    incident = an_incident()
    for state in PATHS[came]:
        incident = go(incident, state)

    if (came.value, went.value) in ALLOWED:
        assert go(incident, went).state is went
    else:
        with pytest.raises(BadInputError, match="cannot become"):
            go(incident, went)


def test_history_says_who_when_and_why(an_incident: Make) -> None:
    incident = answer(an_incident(), by="ana", now=4, why="seen")
    entry = incident.history[-1]

    assert (entry.by, entry.at, entry.why) == ("ana", 4, "seen")
    assert (entry.came, entry.went) == (IncidentState.NEW, IncidentState.ACKNOWLEDGED)
    assert (incident.answered, incident.answered_by) == (4, "ana")


def test_acknowledging_twice_changes_nothing(an_incident: Make) -> None:
    once = answer(an_incident(), by="ana", now=4)

    assert answer(once, by="ben", now=9) == once


def test_a_resolution_needs_its_disposition_and_a_duplicate_its_original(an_incident: Make) -> None:
    incident = an_incident()
    resolved = IncidentState.RESOLVED
    with pytest.raises(BadInputError, match="needs a disposition"):
        move(incident, resolved, by="ana", now=1)
    for original in ("", incident.id):
        with pytest.raises(BadInputError, match="duplicate"):
            move(
                incident,
                resolved,
                by="ana",
                now=1,
                disposition=Disposition.DUPLICATE,
                duplicate_of=original,
            )


def test_a_graver_finding_calls_those_who_had_answered_again(an_incident: Make) -> None:
    answered = answer(an_incident(), by="ana", now=4)
    raised = raise_level(answered, Level.CRITICAL, now=9, why="somebody got in")

    assert raised.waiting
    assert (raised.alarm, raised.alarmed, raised.alarm_cause) == (2, 9, AlarmCause.RAISED)
    assert "somebody got in" in raised.history[-1].why
    again = answer(raised, by="ana", now=12)
    assert not again.waiting
    assert again.state is IncidentState.ACKNOWLEDGED


def test_a_milder_finding_raises_nothing(an_incident: Make) -> None:
    incident = an_incident()

    assert raise_level(incident, Level.LOW, now=9, why="") is incident


def test_priorities_follow_severity_and_a_vital_machine_is_one_more() -> None:
    assert [priority_of(level) for level in Level] == list(reversed(Priority))
    assert priority_of(Level.HIGH, vital=True) is Priority.P1
    assert priority_of(Level.CRITICAL, vital=True) is Priority.P1


@given(st.lists(st.sampled_from(IncidentState)))
def test_no_walk_leaves_the_table_or_loses_history(
    an_incident: Make, walk: list[IncidentState]
) -> None:
    incident, moves = an_incident(), 0
    for number, state in enumerate(walk, 1):
        if state in TRANSITIONS[incident.state]:
            incident = go(incident, state, number)
            moves += 1
            # Whoever moved it answered for it; only a reopening calls again.
            assert incident.waiting is (state is IncidentState.REOPENED)
        incident = remark(incident, by="ben", now=number, why="hm")

    assert len(incident.history) == moves + len(walk)
    assert all(
        entry.went is following.came
        for entry, following in zip(incident.history, incident.history[1:], strict=False)
    )
