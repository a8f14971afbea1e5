"""Reads what analysts keep. Every function takes the scope and answers only of its clients."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from midwatch.desk.access.roles import PROVIDER_ROLES, Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.people.models import EVERY_CLIENT, Membership, User
from midwatch.desk.triage.models import Assignment, HandOver, Tick
from midwatch.incidents import Incident

MOST_NOTES = 60


def assigned_to(scope: Scope) -> frozenset[str]:
    """The ids of the incidents that are the viewer's."""
    found = Assignment.objects.filter(user_id=scope.viewer.id)
    return frozenset(
        each.incident for each in found if scope.viewer.may(Permission.SEE, each.tenant)
    )


def owners(scope: Scope, incidents: Iterable[Incident]) -> dict[str, Assignment]:
    """Whose each incident is, by its id; those that are nobody's are left out."""
    seen = {each.id for each in incidents if scope.viewer.may(Permission.SEE, each.tenant)}
    found = Assignment.objects.filter(incident__in=seen).select_related("user")
    return {each.incident: each for each in found}


def colleagues(scope: Scope, tenant: str) -> list[User]:
    """The provider's people who may work on that client's incidents, by name."""
    known = scope.tenant(tenant, Permission.TRIAGE)
    in_force = Q(until=None) | Q(until__gt=timezone.now())
    held = Membership.objects.filter(
        in_force,
        ended=None,
        role__in=[role.value for role in PROVIDER_ROLES],
        tenant__in=[EVERY_CLIENT, known.id],
        user__is_active=True,
    ).select_related("user")
    found = {each.user_id: each.user for each in held}
    return sorted(found.values(), key=lambda user: (str(user).casefold(), user.pk))


def ticks(scope: Scope, incident: Incident) -> dict[str, Tick]:
    """The steps of its runbook that were done."""
    if not scope.viewer.may(Permission.SEE, incident.tenant):
        raise Http404
    return {each.step: each for each in Tick.objects.filter(incident=incident.id)}


def hand_overs(scope: Scope) -> list[HandOver]:
    """The notes the viewer may read, the latest first."""
    return [each for each in HandOver.objects.all()[: MOST_NOTES * 3] if _readable(scope, each)][
        :MOST_NOTES
    ]


def hand_over(scope: Scope, number: int) -> HandOver:
    """One note.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    found = HandOver.objects.filter(pk=number).first()
    if found is None or not _readable(scope, found):
        raise Http404
    return found


def _readable(scope: Scope, note: HandOver) -> bool:
    may = scope.viewer.may
    if not note.tenants:
        return may(Permission.TRIAGE)
    return all(may(Permission.TRIAGE, tenant) for tenant in note.tenants)
