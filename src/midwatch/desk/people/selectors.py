"""Reads people: who somebody is to the desk at this moment."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from midwatch.desk.access.roles import PROVIDER_ROLES, Permission, Role
from midwatch.desk.access.viewers import NOBODY, Grant, Viewer
from midwatch.desk.people.models import ClientPreferences, Membership, User


def viewer_of(
    user: User | AnonymousUser, now: int, *, only: frozenset[Permission] | None = None
) -> Viewer:
    """The person with the grants that are in force at ``now`` (UTC microseconds)."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    moment = datetime.fromtimestamp(now / 1_000_000, UTC)
    held = Membership.objects.filter(
        Q(until=None) | Q(until__gt=moment), user=user, ended=None
    ).order_by("id")
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
        second_factor=has_second_factor(user),
        only=only,
    )


def has_second_factor(user: User) -> bool:
    """Whether a passkey, a security key or an authenticator app is set up."""
    kinds = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())


def staff_names() -> frozenset[str]:
    """The names of the provider's people, of now and of before."""
    held = Membership.objects.filter(role__in=[role.value for role in PROVIDER_ROLES])
    return frozenset(str(each.user) for each in held.select_related("user"))


def masks_staff(tenant: str) -> bool:
    """Whether this client has its names masked for the provider's people too."""
    return ClientPreferences.objects.filter(tenant=tenant, masks_staff=True).exists()
