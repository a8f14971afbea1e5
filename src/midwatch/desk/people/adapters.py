"""Our rules for signing in: nobody signs up; single sign-on knows only who was invited."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from midwatch.desk.people.models import User
from midwatch.kernel import BadInputError

_SEALED: Final = "sealed:"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Accounts come from invitations."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an invitation makes the account."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """On to the person's own page: nothing is left to change."""
        return reverse("profile")

    def format_email_subject(self, subject: str) -> str:
        """Without the server's name before it: the sender says who writes."""
        return str(subject)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth brings no types
    """Second factors. Their secrets are kept sealed, so that a copied database opens nothing."""

    def encrypt(self, text: str) -> str:
        """Sealed with a key made from the installation's."""
        return _SEALED + _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text.

        Raises:
            BadInputError: It was sealed under another installation's key.
        """
        if not encrypted_text.startswith(_SEALED):
            return encrypted_text
        try:
            return _seal().decrypt(encrypted_text.removeprefix(_SEALED).encode()).decode()
        except InvalidToken as error:
            raise BadInputError(
                "the secret of a second factor cannot be read",
                remedy="put back the desk.key that belongs to this database",
            ) from error

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's own signature
        """``Passkey 2``."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1}


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Who comes by single sign-on must have been invited under the same address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: an invitation makes the account."""
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """When the issuer says that it has seen the address work; allauth asks only then."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Send a stranger back with a sentence instead of a form.

        Raises:
            ImmediateHttpResponse: Nobody of that address was invited.
        """
        if not sociallogin.is_existing:
            messages.error(
                request, _("Nobody of that address was invited. Ask who manages this desk.")
            )
            raise ImmediateHttpResponse(redirect("account_login"))

    def validate_disconnect(self, account: SocialAccount, accounts: list[SocialAccount]) -> None:
        """Never refused: a password, a passkey or an invitation opens the account again."""


def _seal() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"midwatch second factors").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(urlsafe_b64encode(key))
