"""Keeps who signed in, who failed to, and how ways of signing in changed.

allauth and Django tell it by signals; what our own services change they note themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from allauth.account import signals as account
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as sign_on
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.usersessions import signals as sessions
from allauth.usersessions.models import UserSession
from django.contrib.auth import signals as auth
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.viewers import NOBODY
from midwatch.desk.audit.services import note
from midwatch.desk.people.models import User
from midwatch.desk.people.selectors import clients_of, viewer_of

_UNKNOWN: Final = "an address nobody has"


def listen() -> None:
    """Begin; called once, when Django is set up."""
    plain: tuple[tuple[Signal, str], ...] = (
        (auth.user_logged_in, "sign_in.done"),
        (auth.user_logged_out, "sign_in.out"),
        (account.password_changed, "password.change"),
        (account.password_set, "password.set"),
        (account.password_reset, "password.reset"),
    )
    for signal, verb in plain:
        signal.connect(_keeper(verb), weak=False, dispatch_uid=f"audit.{verb}")
    for signal, verb in (
        (factors.authenticator_added, "factor.add"),
        (factors.authenticator_removed, "factor.remove"),
        (factors.authenticator_reset, "factor.renew"),
    ):
        signal.connect(_factor_keeper(verb), weak=False, dispatch_uid=f"audit.{verb}")
    factors.authenticator_used.connect(_used, dispatch_uid="audit.factor.use")
    factors.authentication_failed.connect(_factor_failed, dispatch_uid="audit.factor.fail")
    auth.user_login_failed.connect(_failed, dispatch_uid="audit.sign_in.fail")
    sessions.session_client_changed.connect(_moved, dispatch_uid="audit.sign_in.moved")
    sign_on.social_account_added.connect(_connected, dispatch_uid="audit.sign_on.add")
    sign_on.social_account_removed.connect(_disconnected, dispatch_uid="audit.sign_on.remove")


def _keeper(verb: str) -> Callable[..., None]:
    def keep(
        sender: object, request: HttpRequest | None, user: User | None, **more: object
    ) -> None:
        _keep(verb, request, user)

    return keep


def _factor_keeper(verb: str) -> Callable[..., None]:
    def keep(
        sender: object,
        request: HttpRequest,
        user: User,
        authenticator: Authenticator,
        **more: object,
    ) -> None:
        _keep(verb, request, user, {"kind": str(authenticator.type)})

    return keep


def _used(
    sender: object,
    request: HttpRequest,
    user: User,
    authenticator: Authenticator,
    **more: object,
) -> None:
    """A code for emergencies is worth a line of its own; the daily factor is not."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        _keep("factor.recover", request, user)


def _factor_failed(sender: object, request: HttpRequest, user: User, **more: object) -> None:
    _keep("factor.fail", request, user)


def _failed(
    sender: object,
    credentials: Mapping[str, object],
    request: HttpRequest | None = None,
    **more: object,
) -> None:
    """The address that was typed is kept only if somebody has it: else it may be a password."""
    email = str(credentials.get("email") or "")[:254]
    _keep("sign_in.fail", request, User.objects.filter(email__iexact=email).first())


def _moved(
    sender: object,
    request: HttpRequest,
    from_session: UserSession,
    to_session: UserSession,
    **more: object,
) -> None:
    if from_session.ip != to_session.ip:
        _keep("sign_in.moved", request, to_session.user, {"from": str(from_session.ip)})


def _connected(
    sender: object, request: HttpRequest, sociallogin: SocialLogin, **more: object
) -> None:
    _keep("sign_on.add", request, sociallogin.user)


def _disconnected(
    sender: object, request: HttpRequest, socialaccount: SocialAccount, **more: object
) -> None:
    _keep("sign_on.remove", request, socialaccount.user)


def _keep(
    verb: str,
    request: HttpRequest | None,
    user: User | None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """One line for each client the person belongs to, so that each client reads it."""
    address = "" if request is None else address_of(request)
    if not isinstance(user, User) or user.pk is None:
        if verb != "sign_in.out":
            note(NOBODY, verb, subject=_UNKNOWN, address=address)
        return
    viewer = viewer_of(user, int(timezone.now().timestamp() * 1_000_000))
    for tenant in clients_of(user):
        note(viewer, verb, tenant=tenant, subject=user.email, detail=detail, address=address)
