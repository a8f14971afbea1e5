"""A way back in for who lost every factor: a link made on the machine itself, which opens once.

Whoever may write the state folder could change the database as well, so this gives nobody more
than they have; but it is kept in the record, and told by mail, where a changed row would not be.

The link holds a signed digest of how the person signs in now. Using it changes just that, so that
no second use is possible, nor is one after the person signed in otherwise.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Role
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.audit.services import note
from midwatch.desk.people.models import EVERY_CLIENT, ApiToken, Membership, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.kernel import BadInputError

LASTS: Final = timedelta(hours=1)
_SALT: Final = "midwatch.people.rescue"
_MACHINE: Final = Viewer(0, "Whoever keeps the machine", "", ())


def rescue_link(url: str, email: str) -> str:
    """A link by which that person chooses anew how to sign in. ``url``: the desk's.

    Raises:
        BadInputError: Nobody of that address may sign in.
    """
    with every_row():
        found = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        held = found is not None and Membership.objects.filter(user=found, ended=None).exists()
        if found is None or not held:
            raise BadInputError(
                f"nobody of the address {email} has access to this desk",
                remedy="see the address; who has no access yet is invited, and the first "
                "manager comes by: midwatch desk link",
            )
        told = {"user": found.pk, "state": _state(found)}
        note(_MACHINE, "people.rescue_link", subject=found.email)
        _tell(found, _("Somebody asked for a new way to sign in"), _link_made(found))
    return f"{url}{reverse('rescue', args=[signing.dumps(told, salt=_SALT)])}"


def rescued(token: str) -> User | None:
    """Who comes by that link, if it still opens."""
    try:
        told = signing.loads(token, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    with every_row():
        found = User.objects.filter(pk=told["user"], is_active=True).first()
        if found is None or not Membership.objects.filter(user=found, ended=None).exists():
            return None
        same = hmac.compare_digest(_state(found), str(told["state"]))
    return found if same else None


def begin_anew(token: str, password: str | None, address: str) -> User:
    """Forget all the ways that person signed in by, and take the new one.

    Raises:
        BadInputError: The link no longer opens.
    """
    with every_row(), transaction.atomic():
        found = rescued(token)
        if found is None or not _claimed(found, password):
            raise BadInputError(
                _("This link no longer opens."),
                remedy=_("print a new one: midwatch desk link --for ADDRESS"),
            )
        found.refresh_from_db()
        Authenticator.objects.filter(user=found).delete()
        for session in UserSession.objects.filter(user=found):
            session.end()
        ApiToken.objects.filter(user=found, revoked=None).update(revoked=timezone.now())
        moment = int(timezone.now().timestamp() * 1_000_000)
        note(viewer_of(found, moment), "people.rescue", subject=found.email, address=address)
        _tell(found, _("Somebody signs in anew"), _link_used(found))
    return found


def _claimed(found: User, password: str | None) -> bool:
    """Take the new password, unless another request was first."""
    before = found.password
    found.set_password(password)
    return bool(User.objects.filter(pk=found.pk, password=before).update(password=found.password))


def _state(user: User) -> str:
    """How they sign in: every part of it, and when they last did."""
    factors = Authenticator.objects.filter(user=user).order_by("pk").values_list("pk", "type")
    parts = [user.pk, user.password, user.email, user.last_login, list(factors)]
    return hmac.new(settings.SECRET_KEY.encode(), repr(parts).encode(), sha256).hexdigest()


def _link_made(who: User) -> str:
    return _(
        "On the machine that the desk runs on, a link was made by which %(who)s chooses anew how "
        "to sign in. It opens once, within an hour. If nobody of you asked for it, look who has "
        "access to that machine."
    ) % {"who": who.email}


def _link_used(who: User) -> str:
    return _(
        "%(who)s came by a link that was made on the machine of the desk. All their passkeys and "
        "second factors were removed, and they were signed out everywhere."
    ) % {"who": who.email}


def _tell(user: User, subject: str, text: str) -> None:
    """Tell the person and all who manage the desk; without a mail server nothing is sent."""
    managing = Membership.objects.filter(
        ended=None, user__is_active=True, tenant=EVERY_CLIENT, role=Role.MANAGER.value
    ).select_related("user")  # fmt: skip
    addresses = dict.fromkeys([user.email, *(each.user.email for each in managing)])
    for address in addresses:
        send_mail(subject, text, None, [address], fail_silently=True)
