"""The states of an incident and how it may move between them.

    new ──▶ acknowledged ──▶ working ──▶ resolved ──▶ reopened ──▶ (as new)

Any state but resolved may be resolved at once. Every move is kept with who, when and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import BadInputError, Level

MIDWATCH: Final = "midwatch"
"""Who moved it, where no person did."""


class IncidentState(StrEnum):
    """Where an incident stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    WORKING = "working"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class Disposition(StrEnum):
    """What a resolved incident turned out to be."""

    TRUE_POSITIVE = "true_positive"
    FALSE_POSITIVE = "false_positive"
    BENIGN = "benign"
    DUPLICATE = "duplicate"


class Priority(StrEnum):
    """How soon a person is needed; P1 first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an incident's history. ``at`` is UTC microseconds.

    ``came`` and ``went`` are the states before and after, equal for a remark.
    """

    at: int
    by: str
    came: IncidentState
    went: IncidentState
    why: str = ""


TRANSITIONS: Final[Mapping[IncidentState, frozenset[IncidentState]]] = {
    IncidentState.NEW: frozenset(
        {IncidentState.ACKNOWLEDGED, IncidentState.WORKING, IncidentState.RESOLVED}
    ),
    IncidentState.REOPENED: frozenset(
        {IncidentState.ACKNOWLEDGED, IncidentState.WORKING, IncidentState.RESOLVED}
    ),
    IncidentState.ACKNOWLEDGED: frozenset({IncidentState.WORKING, IncidentState.RESOLVED}),
    IncidentState.WORKING: frozenset({IncidentState.RESOLVED}),
    IncidentState.RESOLVED: frozenset({IncidentState.REOPENED}),
}
"""From each state, where to."""

_PRIORITIES: Final[Mapping[Level, Priority]] = {
    Level.CRITICAL: Priority.P1,
    Level.HIGH: Priority.P2,
    Level.MEDIUM: Priority.P3,
    Level.LOW: Priority.P4,
    Level.INFORMATIONAL: Priority.P5,
}


def priority_of(level: Level, *, vital: bool = False) -> Priority:
    """The priority of a severity; one step up where a vital asset is concerned."""
    if vital and level is not Level.CRITICAL:
        level = list(Level)[level.rank + 1]
    return _PRIORITIES[level]


def check_move(came: IncidentState, went: IncidentState) -> None:
    """Refuse a move the table does not hold.

    Raises:
        BadInputError: The incident cannot go there from where it is.
    """
    if went not in TRANSITIONS[came]:
        possible = ", ".join(sorted(TRANSITIONS[came]))
        raise BadInputError(
            f"an incident that is {came} cannot become {went}",
            remedy=f"from there it may become: {possible}",
        )
