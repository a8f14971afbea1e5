"""Findings about a vendor and the measures they become in the firm's own policies.

    open ──▶ agreed ──▶ remediating ──▶ verified
      └────────┴───────────┴──▶ accepted (with approver and end) ──▶ open

Nothing is closed by silence: a remedy is verified by somebody, an accepted risk ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import BadInputError, Level


class FindingState(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    AGREED = "agreed"
    REMEDIATING = "remediating"
    VERIFIED = "verified"
    ACCEPTED = "accepted"


TRANSITIONS: Final[Mapping[FindingState, frozenset[FindingState]]] = {
    FindingState.OPEN: frozenset({FindingState.AGREED, FindingState.ACCEPTED}),
    FindingState.AGREED: frozenset(
        {FindingState.REMEDIATING, FindingState.ACCEPTED, FindingState.OPEN}
    ),
    FindingState.REMEDIATING: frozenset(
        {FindingState.VERIFIED, FindingState.ACCEPTED, FindingState.OPEN}
    ),
    FindingState.VERIFIED: frozenset({FindingState.OPEN}),
    FindingState.ACCEPTED: frozenset({FindingState.OPEN}),
}


class FindingOrigin(StrEnum):
    """What raised it."""

    ANSWER = "answer"
    EVIDENCE = "evidence"
    FINANCE = "finance"
    CONTRACT = "contract"
    COMPARISON = "comparison"
    DRIFT = "drift"
    INCIDENT = "incident"
    REVIEW = "review"


class FindingMove(msgspec.Struct, frozen=True, kw_only=True):
    """A step of its history. ``at``: UTC microseconds."""

    at: int
    by: str
    came: FindingState
    went: FindingState
    why: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a vendor that is not as it should be.

    ``about``: the id of the answer, paper or clause. ``accepted_until``: the last day on
    which an accepted risk is accepted.
    """

    id: str
    vendor: str
    title: str
    level: Level
    origin: FindingOrigin
    opened: int
    about: str = ""
    detail: str = ""
    owner: str = ""
    due: date | None = None
    state: FindingState = FindingState.OPEN
    approver: str = ""
    accepted_until: date | None = None
    proof: str = ""
    history: tuple[FindingMove, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change about a finding. ``at``: UTC microseconds."""

    to: FindingState
    by: str
    at: int
    why: str = ""
    owner: str = ""
    due: date | None = None
    until: date | None = None
    proof: str = ""


def advance(finding: Finding, step: Step) -> Finding:
    """The finding one step on.

    Raises:
        BadInputError: The table does not allow it; an agreement without owner and date; an
            acceptance without reason and end; a verification without proof, or by the owner.
    """
    if step.to not in TRANSITIONS[finding.state]:
        possible = ", ".join(sorted(TRANSITIONS[finding.state]))
        raise BadInputError(
            f"a finding that is {finding.state} cannot become {step.to}",
            remedy=f"from there it may become: {possible}",
        )
    owner, due = step.owner or finding.owner, step.due or finding.due
    _check_step(finding, step, owner, due)
    entry = FindingMove(at=step.at, by=step.by, came=finding.state, went=step.to, why=step.why)
    accepted = step.to is FindingState.ACCEPTED
    return msgspec.structs.replace(
        finding,
        state=step.to,
        owner=owner,
        due=due,
        approver=step.by if accepted else "",
        accepted_until=step.until if accepted else None,
        proof=step.proof if step.to is FindingState.VERIFIED else "",
        history=(*finding.history, entry),
    )


def _check_step(finding: Finding, step: Step, owner: str, due: date | None) -> None:
    if not step.by.strip():
        raise BadInputError("nobody answers for this step", remedy="say who takes it")
    if step.to is FindingState.AGREED and (not owner or due is None):
        raise BadInputError(
            "an agreed finding needs an owner and a date", remedy="say who does it by when"
        )
    if step.to is FindingState.ACCEPTED and (step.until is None or not step.why.strip()):
        raise BadInputError(
            "an accepted risk needs a reason and an end", remedy="say why, and until when"
        )
    if step.to is FindingState.VERIFIED and not step.proof.strip():
        raise BadInputError(
            "a verified finding needs its proof", remedy="name the evidence that was seen"
        )
    if step.to is FindingState.VERIFIED and step.by == finding.owner:
        raise BadInputError("whoever did it cannot verify it too", remedy="have somebody else look")


def expire(finding: Finding, today: date, now: int) -> Finding:
    """The finding, open again when its acceptance has run out. ``now``: UTC microseconds."""
    until = finding.accepted_until
    if finding.state is not FindingState.ACCEPTED or until is None or until >= today:
        return finding
    why = f"the acceptance by {finding.approver} ended on {until}"
    return advance(finding, Step(to=FindingState.OPEN, by="midwatch", at=now, why=why))


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one of the firm's own policies. ``approved``: UTC microseconds."""

    policy: str
    version: int
    title: str
    text: str
    author: str
    approver: str = ""
    approved: int | None = None
    review_by: date | None = None
    measures: tuple[str, ...] = ()


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """What the firm does about a finding, in its own policy."""

    id: str
    finding: str
    policy: str
    text: str
    owner: str
    due: date
    done: date | None = None


def write_measure(
    policy: PolicyVersion, measure: Measure, finding: Finding, *, author: str
) -> PolicyVersion:
    """The policy's next version with the measure and the finding it answers; not yet approved.

    Raises:
        BadInputError: The measure is of another policy or finding, or already in it.
    """
    if measure.policy != policy.policy or measure.finding != finding.id:
        raise BadInputError(
            "the measure belongs to another policy or finding", remedy="choose the right one"
        )
    if measure.id in policy.measures:
        raise BadInputError("the policy already holds this measure", remedy="change its text")
    cited = (
        f"{measure.text.strip()} [{measure.id}: {finding.title}; {measure.owner}, {measure.due}]"
    )
    return PolicyVersion(
        policy=policy.policy,
        version=policy.version + 1,
        title=policy.title,
        text=f"{policy.text.rstrip()}\n\n{cited}\n",
        author=author,
        review_by=policy.review_by,
        measures=(*policy.measures, measure.id),
    )


def approve(policy: PolicyVersion, *, approver: str, now: int) -> PolicyVersion:
    """The approved version. ``now``: UTC microseconds.

    Raises:
        BadInputError: The author approves it alone, or it is approved already.
    """
    if policy.approved is not None:
        raise BadInputError("this version is approved already", remedy="write a new version")
    if not approver.strip() or approver == policy.author:
        raise BadInputError(
            "a policy is approved by somebody other than its author",
            remedy="have another person approve it",
        )
    return msgspec.structs.replace(policy, approver=approver, approved=now)


def overdue(findings: Iterable[Finding], today: date) -> tuple[Finding, ...]:
    """Findings whose day has passed without proof, longest first."""
    waiting = (FindingState.OPEN, FindingState.AGREED, FindingState.REMEDIATING)
    late = [
        (each.due, each)
        for each in findings
        if each.due is not None and each.due < today and each.state in waiting
    ]
    return tuple(each for _due, each in sorted(late, key=lambda pair: (pair[0], pair[1].id)))
