"""Who keeps the watch over a client now, and who may look at its data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from allauth.usersessions.models import UserSession
from django.db.models import Q

from midwatch.desk.access.roles import CLIENT_ROLES, PROVIDER_ROLES
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.scope import Scope
from midwatch.desk.audit.models import Reveal
from midwatch.desk.people.models import EVERY_CLIENT, Membership
from midwatch.incidents.deciding import recipients
from midwatch.reports.defusing import defuse

LATELY: Final = timedelta(minutes=15)
_LONGEST_NAME: Final = 80
_MOST_LOOKS: Final = 5


@dataclass(frozen=True, slots=True)
class Watchers:
    """``here``: the provider's people who are at the desk; ``called``: who is called first."""

    here: tuple[str, ...]
    called: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """One person who may look: as what, until when, and how often they had names revealed."""

    name: str
    role: str
    provider: bool
    until: datetime | None
    purpose: str
    reveals: int


def watchers(scope: Scope, tenant: str, held: Sequence[Membership]) -> Watchers:
    """Who watches over the client now. ``held``: who has access (``in_force``)."""
    moment = datetime.fromtimestamp(scope.now / 1_000_000, UTC)
    seen = UserSession.objects.filter(last_seen_at__gt=moment - LATELY)
    watching = {role.value for role in PROVIDER_ROLES}
    staff = [each for each in held if each.role in watching]
    present = set(seen.values_list("user_id", flat=True)) if staff else set()
    here = [each for each in staff if each.user_id in present]
    return Watchers(
        tuple(dict.fromkeys(str(each.user) for each in here)),
        tuple(_masked(scope, tenant, _called(scope, tenant))),
    )


def people_with_access(scope: Scope, tenant: str, held: Sequence[Membership]) -> list[Access]:
    """Who may look at the client's data now: its own people first. ``held``: ``in_force``."""
    moment = datetime.fromtimestamp(scope.now / 1_000_000, UTC)
    revealed: dict[int, int] = {}
    since = moment - timedelta(days=30)
    for actor in Reveal.objects.filter(tenant=tenant, at__gt=since).values_list("actor", flat=True):
        revealed[actor] = revealed.get(actor, 0) + 1
    own = {role.value for role in CLIENT_ROLES}
    ordered = sorted(held, key=lambda each: (each.role not in own, str(each)))
    names = {each.pk: str(each.user) for each in ordered}
    hidden = scope.masks(tenant)
    masker = scope.masker(tenant)
    return [
        Access(
            masker.code("user", names[each.pk])
            if hidden and each.role in own
            else defuse(names[each.pk], _LONGEST_NAME),
            each.get_role_display(),
            each.role not in own,
            each.until,
            defuse(masker.text(each.purpose) if hidden else each.purpose, 200),
            revealed.get(each.user_id, 0),
        )
        for each in ordered
    ]


def last_looks(scope: Scope, tenant: str) -> list[Reveal]:
    """The last times that somebody had names of the client's revealed."""
    return list(Reveal.objects.filter(tenant=scope.tenant(tenant).id)[:_MOST_LOOKS])


def in_force(scope: Scope, tenant: str) -> list[Membership]:
    """Who has access to the client: its own people, and the provider's, whose rows bear no client.

    The viewer may not read the provider's rows as such, but may know who looks at their data.
    """
    owner = scope.tenant(tenant).id
    moment = datetime.fromtimestamp(scope.now / 1_000_000, UTC)
    with every_row():
        return list(
            Membership.objects.filter(
                Q(until=None) | Q(until__gt=moment),
                ended=None,
                user__is_active=True,
                tenant__in=(owner, EVERY_CLIENT),
            )
            .select_related("user")
            .order_by("user__name")
        )


def _called(scope: Scope, tenant: str) -> Iterable[str]:
    policy = scope.policy(tenant)
    route = None if policy is None else policy.route(policy.paging)
    if policy is None or route is None or not route.steps:
        return ()
    return [each.title for each in recipients(policy, route.steps[0], scope.now)]


def _masked(scope: Scope, tenant: str, names: Iterable[str]) -> Iterable[str]:
    if not scope.masks(tenant):
        return [defuse(name, _LONGEST_NAME) for name in names]
    masker = scope.masker(tenant)
    return [masker.code("user", name) for name in names]
