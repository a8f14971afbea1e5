"""Changes people: the first manager, invitations, memberships."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from midwatch.desk.access.roles import Role
from midwatch.desk.people.models import EVERY_CLIENT, Membership, User, WelcomeLink
from midwatch.desk.people.tokens import digest_of, new_token
from midwatch.kernel import BadInputError

WELCOME_LASTS: Final = timedelta(days=1)


def welcome_link(url: str) -> str:
    """A new link that makes the first manager; empty where there is a manager already."""
    if Membership.objects.filter(role=Role.MANAGER.value, ended=None).exists():
        return ""
    token, digest = new_token()
    WelcomeLink.objects.create(digest=digest, expires=timezone.now() + WELCOME_LASTS)
    return f"{url}/welcome/{token}/"


def open_welcome(token: str) -> WelcomeLink | None:
    """The link of that token, if it still opens."""
    return WelcomeLink.objects.filter(
        digest=digest_of(token), used=None, expires__gt=timezone.now()
    ).first()


@transaction.atomic
def first_manager(token: str, email: str, name: str, password: str | None) -> User:
    """Make the first manager; the link is used up.

    Raises:
        BadInputError: The link is not ours, was used, has expired, or there is a manager.
    """
    moment = timezone.now()
    used = WelcomeLink.objects.filter(
        digest=digest_of(token), used=None, expires__gt=moment
    ).update(used=moment)
    if not used or Membership.objects.filter(role=Role.MANAGER.value, ended=None).exists():
        raise BadInputError(
            "this link no longer opens", remedy="print a new one: midwatch desk link"
        )
    user = User.objects.create_user(email, password, name=name)
    Membership.objects.create(user=user, role=Role.MANAGER.value, tenant=EVERY_CLIENT)
    return user
