"""Operations on incidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from django.http import Http404
from ninja import Path, Query, Router

from midwatch.desk.access.acting import Acting
from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.api.auth import needs
from midwatch.desk.api.paging import Limit, Offset, Piece, next_address
from midwatch.desk.api.shapes import IncidentShape, Name, Reason, Resolution, WholeIncident, Why
from midwatch.incidents import Incident, IncidentState

router = Router(tags=["Incidents"])
Reference = Annotated[
    str, Path(max_length=80, description="Its reference or id.", examples=["MW-7f3k2m9q4x"])
]


@router.get("", response=Piece[IncidentShape], summary="List incidents")
@needs(Permission.SEE)
def list_incidents(
    request: DeskRequest,
    client: Annotated[Name | None, Query(description="Only this client's.")] = None,
    state: Annotated[list[IncidentState], Query(description="Only in these states.")] = [],  # noqa: B006  # ninja copies it
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, object]:
    """Those that need a person first, then what changed last."""
    total, _waiting = request.scope.count_incidents(client, state)
    found = request.scope.incidents(client, state, most=limit, skip=offset)
    return {
        "total": total,
        "next": next_address(request, limit, offset, total),
        "items": [IncidentShape.fields_of(each, request.now) for each in found],
    }


@router.get("/{reference}", response=WholeIncident, summary="One incident")
@needs(Permission.SEE)
def get_incident(request: DeskRequest, reference: Reference) -> WholeIncident:
    """With its alerts and its history."""
    return WholeIncident.of(request.scope.incident(reference), request.now)


@router.post("/{reference}/acknowledge", response=WholeIncident, summary="Acknowledge it")
@needs(Permission.ANSWER)
def acknowledge(request: DeskRequest, reference: Reference, given: Why) -> WholeIncident:
    """Answer for it: nobody else is called."""
    return _done(request, reference, lambda acting: acting.acknowledge(reference, given.why))


@router.post("/{reference}/work", response=WholeIncident, summary="Begin to work on it")
@needs(Permission.ANSWER)
def work(request: DeskRequest, reference: Reference, given: Why) -> WholeIncident:
    """Say that somebody is at it."""
    return _done(request, reference, lambda acting: acting.work(reference, given.why))


@router.post("/{reference}/remark", response=WholeIncident, summary="Add a remark")
@needs(Permission.ANSWER)
def remark(request: DeskRequest, reference: Reference, given: Reason) -> WholeIncident:
    """To its history; its state stays."""
    return _done(request, reference, lambda acting: acting.remark(reference, given.why))


@router.post("/{reference}/resolve", response=WholeIncident, summary="Resolve it")
@needs(Permission.ANSWER)
def resolve(request: DeskRequest, reference: Reference, given: Resolution) -> WholeIncident:
    """Say that it is over, and what it was."""
    return _done(
        request, reference,
        lambda acting: acting.resolve(
            reference, given.disposition, given.why, given.duplicate_of
        ),
    )  # fmt: skip


@router.post("/{reference}/reopen", response=WholeIncident, summary="Reopen it")
@needs(Permission.ANSWER)
def reopen(request: DeskRequest, reference: Reference, given: Reason) -> WholeIncident:
    """Say that it is not over after all; people are called again."""
    return _done(request, reference, lambda acting: acting.reopen(reference, given.why))


def _done(request: DeskRequest, reference: str, act: Callable[[Acting], Incident]) -> WholeIncident:
    """Act, and show the incident as this viewer may see it."""
    if "\0" in reference:
        raise Http404
    changed = act(Acting(request.scope, address_of(request)))
    return WholeIncident.of(request.scope.incident(changed.id), request.now)
