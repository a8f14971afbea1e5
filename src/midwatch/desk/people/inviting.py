"""Invitations: made by who may, opened once, and only while the inviter still may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import LIMITED_ROLES, Role
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.audit.services import note
from midwatch.desk.people.models import EVERY_CLIENT, Invitation, Membership, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.people.services import new_person
from midwatch.desk.people.tokens import digest_of, new_token
from midwatch.kernel import BadInputError

INVITATION_LASTS: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is to be let in, as what. ``tenant`` is empty for all clients."""

    email: str
    role: Role
    tenant: str = EVERY_CLIENT
    name: str = ""
    purpose: str = ""
    reveals: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation and its link, which is told this once."""

    invitation: Invitation
    link: str


@transaction.atomic
def invite(viewer: Viewer, asked: Asked, url: str, *, by_mail: bool, address: str = "") -> Made:
    """Open a door. ``url``: the desk's own, without a slash at the end.

    Raises:
        BadInputError: The viewer may not give this role there, or an end or a purpose is missing.
    """
    check(viewer, asked.role, asked.tenant, asked.until, asked.purpose)
    token, digest = new_token()
    made = Invitation.objects.create(
        digest=digest,
        email=asked.email.lower(),
        name=asked.name,
        role=asked.role.value,
        tenant=asked.tenant,
        reveals=asked.reveals if asked.role is Role.PARTNER else None,
        purpose=asked.purpose,
        until=asked.until,
        created_by_id=viewer.id,
        expires=timezone.now() + INVITATION_LASTS,
        mailed=by_mail,
    )
    note(
        viewer, "people.invite", tenant=asked.tenant, subject=made.email,
        detail={"role": made.role}, address=address,
    )  # fmt: skip
    link = f"{url}/invitation/{token}/"
    if by_mail:
        words = {"invitation": made, "link": link, "by": viewer.name}
        send_mail(
            _("You are invited to watch with Midwatch"),
            render_to_string("people/invitation_mail.txt", words),
            None,
            [made.email],
        )
    return Made(made, link)


def check(viewer: Viewer, role: Role, tenant: str, until: datetime | None, purpose: str) -> None:
    """That the viewer may let somebody in like this.

    Raises:
        BadInputError: They may not, or an end or a purpose is missing.
    """
    if not viewer.may_grant(role, tenant or None):
        raise BadInputError(_("You cannot give this role."), remedy=_("ask a manager"))
    if role in LIMITED_ROLES and until is None:
        raise BadInputError(_("An examiner needs an end."), remedy=_("say until which day"))
    if role in (Role.PARTNER, Role.EXAMINER) and not purpose.strip():
        raise BadInputError(
            _("A partner or an examiner needs a purpose."),
            remedy=_("say in a sentence what they do; the client reads it"),
        )
    if until is not None and until <= timezone.now():
        raise BadInputError(_("The end lies in the past."), remedy=_("choose a later day"))


def revoke(viewer: Viewer, invitation: Invitation, address: str = "") -> None:
    """Close the door before anybody came.

    Raises:
        BadInputError: The viewer may not.
    """
    if not viewer.may_grant(Role(invitation.role), invitation.tenant or None):
        raise BadInputError(_("You cannot revoke this."), remedy=_("ask a manager"))
    Invitation.objects.filter(pk=invitation.pk, accepted=None, revoked=None).update(
        revoked=timezone.now()
    )
    note(
        viewer, "people.revoke_invitation", tenant=invitation.tenant, subject=invitation.email,
        address=address,
    )  # fmt: skip


def open_invitation(token: str) -> Invitation | None:
    """The invitation of that token, if it still opens: in time, and its inviter still may."""
    with every_row():
        found = (
            Invitation.objects.select_related("created_by")
            .filter(digest=digest_of(token), accepted=None, revoked=None)
            .filter(expires__gt=timezone.now())
            .first()
        )
        if found is None or found.created_by is None:
            return None
        inviter = viewer_of(found.created_by, int(timezone.now().timestamp() * 1_000_000))
        return found if inviter.may_grant(Role(found.role), found.tenant or None) else None


def accept(
    token: str, *, user: User | None, name: str = "", password: str | None = None, address: str = ""
) -> User:
    """Come in by an invitation. ``user``: who is signed in; None: an account is made.

    Raises:
        BadInputError: The link no longer opens, is another person's, or they are in already.
    """
    with every_row(), transaction.atomic():
        found = open_invitation(token)
        if found is None or not _taken(found):
            raise BadInputError(
                _("This invitation no longer opens."), remedy=_("ask for a new one")
            )
        if user is None:
            user = new_person(found.email, name, password, proven=found.mailed)
        elif user.email.lower() != found.email.lower():
            raise BadInputError(
                _("This invitation is for another address."),
                remedy=_("sign out, then open the link again"),
            )
        _join(found, user)
        now = int(timezone.now().timestamp() * 1_000_000)
        note(
            viewer_of(user, now), "people.accept", tenant=found.tenant, subject=user.email,
            detail={"role": found.role}, address=address,
        )  # fmt: skip
    return user


def _taken(invitation: Invitation) -> bool:
    """Mark it as used; false when another request was first."""
    return bool(
        Invitation.objects.filter(pk=invitation.pk, accepted=None, revoked=None).update(
            accepted=timezone.now()
        )
    )


def _join(invitation: Invitation, user: User) -> None:
    held = Membership.objects.filter(user=user, tenant=invitation.tenant, ended=None)
    for old in held.filter(until__lte=timezone.now()):
        old.ended = old.until
        old.save(update_fields=["ended"])
    if held.exists():
        raise BadInputError(
            _("You have access there already."), remedy=_("ask a manager to change your role")
        )
    Membership.objects.create(
        user=user,
        role=invitation.role,
        tenant=invitation.tenant,
        reveals=invitation.reveals,
        purpose=invitation.purpose,
        until=invitation.until,
        created_by=invitation.created_by,
    )
