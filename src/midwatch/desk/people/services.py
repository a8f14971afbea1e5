"""Makes people: the first manager, and whoever was invited."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Role
from midwatch.desk.access.rows import every_row
from midwatch.desk.people.models import EVERY_CLIENT, Membership, User, WelcomeLink
from midwatch.desk.people.tokens import digest_of, new_token
from midwatch.kernel import BadInputError

WELCOME_LASTS: Final = timedelta(days=1)


def managers() -> QuerySet[Membership]:
    """Who manages the whole desk now and has a way to sign in."""
    ways = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.WEBAUTHN)
    accounts = SocialAccount.objects.filter(user=OuterRef("user"))
    return (
        Membership.objects.filter(
            Q(until=None) | Q(until__gt=timezone.now()),
            role=Role.MANAGER.value,
            tenant=EVERY_CLIENT,
            ended=None,
            user__is_active=True,
        )
        .annotate(passkey=Exists(ways), account=Exists(accounts))
        .filter(
            Q(passkey=True)
            | Q(account=True)
            | ~Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
        )
    )


def has_manager() -> bool:
    """Whether anybody manages the whole desk and can sign in."""
    with every_row():
        return managers().exists()


def has_a_way_in(user: User) -> bool:
    """Whether a password, a passkey or single sign-on lets the person in."""
    return (
        user.has_usable_password()
        or bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists())
        or bool(SocialAccount.objects.filter(user=user).exists())
    )


def welcome_link(url: str) -> str:
    """A new link that makes the first manager; empty where there is a manager already."""
    with every_row():
        if managers().exists():
            return ""
        token, digest = new_token()
        WelcomeLink.objects.create(digest=digest, expires=timezone.now() + WELCOME_LASTS)
    return f"{url}/welcome/{token}/"


def open_welcome(token: str) -> WelcomeLink | None:
    """The link of that token, if it still opens."""
    if managers().exists():
        return None
    return WelcomeLink.objects.filter(
        digest=digest_of(token), used=None, expires__gt=timezone.now()
    ).first()


@transaction.atomic
def first_manager(token: str, email: str, name: str, password: str | None) -> User:
    """Make the first manager; the link is used up.

    Who stopped half-way, with an account that has no way in, begins again with a new link.

    Raises:
        BadInputError: The link is not ours, was used, has expired, or there is a manager.
    """
    moment = timezone.now()
    used = WelcomeLink.objects.filter(
        digest=digest_of(token), used=None, expires__gt=moment
    ).update(used=moment)
    if not used or managers().exists():
        raise BadInputError(
            _("This link no longer opens."), remedy=_("print a new one: midwatch desk link")
        )
    user = new_person(email, name, password)
    Membership.objects.get_or_create(
        user=user, tenant=EVERY_CLIENT, ended=None, defaults={"role": Role.MANAGER.value}
    )
    return user


def new_person(email: str, name: str, password: str | None, *, proven: bool = False) -> User:
    """An account; one that has no way in yet is taken up again. ``proven``: the address is theirs.

    Raises:
        BadInputError: Somebody of that address is here and signs in otherwise.
    """
    there = User.objects.filter(email__iexact=email).first()
    if there is None:
        user = User.objects.create_user(email, password, name=name)
    elif has_a_way_in(there):
        raise BadInputError(
            _("There is an account of that address already."), remedy=_("sign in with it first")
        )
    else:
        user = there
        user.name = name
        user.set_password(password)
        user.save(update_fields=["name", "password"])
    if proven:
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
    return user
