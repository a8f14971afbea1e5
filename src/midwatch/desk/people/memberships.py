"""Changes what people may do: a role, its end, a client's own choice of masking."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission, Role
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.audit.services import note
from midwatch.desk.people.inviting import check
from midwatch.desk.people.models import EVERY_CLIENT, ClientPreferences, Membership
from midwatch.desk.people.services import managers
from midwatch.kernel import BadInputError


@transaction.atomic
def change(
    viewer: Viewer, membership: Membership, role: Role, *, until: datetime | None,
    purpose: str, reveals: int | None, address: str = "",
) -> None:  # fmt: skip
    """Give somebody another role, end, purpose or limit.

    Raises:
        BadInputError: It is the viewer's own, above their rights, or the last manager's.
    """
    held = _held(membership)
    if held.user_id == viewer.id:
        raise BadInputError(
            _("Nobody changes their own role."), remedy=_("ask another manager or owner")
        )
    _may(viewer, held)
    check(viewer, role, held.tenant, until, purpose)
    if role is not Role.MANAGER or until is not None:
        _leave_a_manager(held)
    before = held.role
    held.role, held.until, held.purpose = role.value, until, purpose
    held.reveals = reveals if role is Role.PARTNER else None
    held.save(update_fields=["role", "until", "purpose", "reveals"])
    note(
        viewer, "people.change", tenant=held.tenant, subject=held.user.email,
        detail={"from": before, "to": role.value}, address=address,
    )  # fmt: skip


@transaction.atomic
def end(viewer: Viewer, membership: Membership, address: str = "") -> None:
    """Take somebody's access away, or leave oneself. They are signed out everywhere.

    Raises:
        BadInputError: It is above the viewer's rights, or the last manager's.
    """
    held = _held(membership)
    if held.user_id != viewer.id:
        _may(viewer, held)
    _leave_a_manager(held)
    held.ended = timezone.now()
    held.save(update_fields=["ended"])
    note(
        viewer, "people.end", tenant=held.tenant, subject=held.user.email,
        detail={"role": held.role}, address=address,
    )  # fmt: skip
    with every_row():
        left = Membership.objects.filter(user=held.user, ended=None).exists()
    if not left:
        for session in UserSession.objects.filter(user=held.user):
            session.end()


@transaction.atomic
def mask_staff(viewer: Viewer, tenant: str, *, masks: bool, address: str = "") -> None:
    """The client's choice whether the provider's people see its names without asking.

    Raises:
        BadInputError: The viewer is one of the provider's, or none who may choose.
    """
    if viewer.provider or not viewer.may(Permission.PEOPLE, tenant):
        raise BadInputError(
            _("This is the client's own choice."), remedy=_("ask the client's owner")
        )
    ClientPreferences.objects.update_or_create(tenant=tenant, defaults={"masks_staff": masks})
    note(viewer, "people.mask_staff", tenant=tenant, detail={"masked": masks}, address=address)


def _held(membership: Membership) -> Membership:
    """The membership as it is now, held until the change is made."""
    held = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=membership.pk, ended=None)
        .first()
    )
    if held is None:
        raise BadInputError(
            _("This access has ended already."), remedy=_("invite the person again")
        )
    return held


def _may(viewer: Viewer, held: Membership) -> None:
    if not viewer.may_grant(Role(held.role), held.tenant or None):
        raise BadInputError(_("You cannot change this access."), remedy=_("ask a manager"))


def _leave_a_manager(held: Membership) -> None:
    """Refuse to change the last one who can manage the desk for good."""
    if held.role != Role.MANAGER.value or held.tenant != EVERY_CLIENT:
        return
    with every_row():
        others = managers().filter(until=None).exclude(pk=held.pk).select_for_update(of=("self",))
        if not list(others):
            raise BadInputError(
                _("This is the last manager."), remedy=_("let in another manager first")
            )
