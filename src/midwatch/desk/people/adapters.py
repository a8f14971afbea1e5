"""Our rules for signing in: nobody signs up; single sign-on knows only who was invited."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Accounts come from invitations."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an invitation makes the account."""
        return False


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Who comes by single sign-on must have been invited under the same address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: an invitation makes the account."""
        return False

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
