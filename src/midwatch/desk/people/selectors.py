"""Reads people: who somebody is to the desk at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from midwatch.desk.access.roles import PROVIDER_ROLES, Permission, Role
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.viewers import NOBODY, Grant, Viewer
from midwatch.desk.people.models import (
    EVERY_CLIENT,
    ApiToken,
    ClientPreferences,
    Invitation,
    Membership,
    User,
)

_FACTORS: Final = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)


def viewer_of(
    user: User | AnonymousUser, now: int, *, only: frozenset[Permission] | None = None
) -> Viewer:
    """The person with the grants that are in force at ``now`` (UTC microseconds)."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    moment = datetime.fromtimestamp(now / 1_000_000, UTC)
    with every_row():
        held = list(
            Membership.objects.filter(
                Q(until=None) | Q(until__gt=moment), user=user, ended=None
            ).order_by("id")
        )
    return Viewer(
        id=user.pk,
        name=str(user),
        email=user.email,
        grants=tuple(
            Grant(
                Role(each.role),
                each.tenant or None,
                each.reveals,
                None if each.until is None else int(each.until.timestamp() * 1_000_000),
            )
            for each in held
        ),
        zone=user.zone,
        language=user.language,
        second_factor=has_second_factor(user),
        only=only,
    )


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody's access as the page of people shows it. ``seen``: when they last looked."""

    membership: Membership
    role: Role
    second_factor: bool
    seen: datetime | None
    changeable: bool
    mine: bool


def accesses(viewer: Viewer, tenant: str) -> list[Access]:
    """Who has access to a client now; with an empty ``tenant``, who has it to all of them.

    Raises:
        Http404: That is not the viewer's to know.
    """
    _asked(viewer, tenant)
    factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=_FACTORS)
    seen = (
        UserSession.objects.filter(user=OuterRef("user"))
        .values("user")
        .annotate(latest=Max("last_seen_at"))
        .values("latest")
    )
    held = (
        Membership.objects.filter(
            Q(until=None) | Q(until__gt=timezone.now()), tenant=tenant, ended=None
        )
        .select_related("user", "created_by")
        .annotate(factor=Exists(factors), seen=Subquery(seen))
        .order_by("role", "user__name", "id")
    )
    return [
        Access(
            membership=each,
            role=Role(each.role),
            second_factor=each.factor,
            seen=max(filter(None, (each.seen, each.user.last_login)), default=None),
            changeable=each.user_id != viewer.id
            and viewer.may_grant(Role(each.role), tenant or None),
            mine=each.user_id == viewer.id,
        )
        for each in held
    ]


def open_invitations(viewer: Viewer, tenant: str) -> QuerySet[Invitation]:
    """Invitations that nobody came by yet, newest first.

    Raises:
        Http404: They are not the viewer's to know.
    """
    _asked(viewer, tenant)
    return Invitation.objects.filter(
        tenant=tenant, accepted=None, revoked=None, expires__gt=timezone.now()
    ).order_by("-created")


def membership_of(viewer: Viewer, membership: int) -> Membership:
    """One access.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    found = Membership.objects.select_related("user").filter(pk=membership, ended=None).first()
    if found is None:
        raise Http404
    if found.user_id != viewer.id:
        _asked(viewer, found.tenant)
    return found


def invitation_of(viewer: Viewer, invitation: int) -> Invitation:
    """One invitation.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    found = Invitation.objects.filter(pk=invitation).first()
    if found is None:
        raise Http404
    _asked(viewer, found.tenant)
    return found


def tokens_of(viewer: Viewer) -> QuerySet[ApiToken]:
    """The viewer's own tokens that still open something, newest first."""
    return ApiToken.objects.filter(
        user=viewer.id, revoked=None, expires__gt=timezone.now()
    ).order_by("-created")


def token_of(viewer: Viewer, token: int) -> ApiToken:
    """One of the viewer's own tokens.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    found = ApiToken.objects.filter(pk=token, user=viewer.id).first()
    if found is None:
        raise Http404
    return found


def clients_of(user: User) -> list[str]:
    """The clients somebody belongs to now; one empty name for the provider's and for nobody's."""
    with every_row():
        found = set(
            Membership.objects.filter(user=user, ended=None).values_list("tenant", flat=True)
        )
    return [EVERY_CLIENT] if not found or EVERY_CLIENT in found else sorted(found)


def _asked(viewer: Viewer, tenant: str) -> None:
    if tenant == EVERY_CLIENT:
        if not viewer.may(Permission.STAFF):
            raise Http404
    elif not viewer.may(Permission.PEOPLE, tenant):
        raise Http404


def has_second_factor(user: User) -> bool:
    """Whether a passkey, a security key or an authenticator app is set up."""
    return bool(Authenticator.objects.filter(user=user, type__in=_FACTORS).exists())


def masking_staff() -> frozenset[str]:
    """The clients that have their names masked for the provider's people too."""
    found = ClientPreferences.objects.filter(masks_staff=True).values_list("tenant", flat=True)
    return frozenset(found)


def masks_staff(tenant: str) -> bool:
    """Whether this client has its names masked for the provider's people too."""
    return tenant in masking_staff()


def staff_names() -> frozenset[str]:
    """The names of the provider's people, of now and of before."""
    held = Membership.objects.filter(role__in=[role.value for role in PROVIDER_ROLES])
    with every_row():
        return frozenset(str(each.user) for each in held.select_related("user"))
