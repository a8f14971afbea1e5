"""Keeps where somebody is signed in, and when they were last seen there: to the minute.

Every page would otherwise write to the database, and wait for the disk: with many people at the
desk that costs more than their pages do. Another address or browser is kept at once, as whoever
reads the record wants to know.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

EVERY: Final = timedelta(minutes=1)


class SessionsMiddleware:
    """See the module's documentation."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        key = request.session.session_key
        signed_in = request.user.is_authenticated
        if key and signed_in and not _known(request, key):
            UserSession.objects.create_from_request(request)
        response = self._next(request)
        if signed_in and not request.user.is_authenticated:
            # Whoever comes to this browser next finds nothing of what was looked at.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _known(request: HttpRequest, key: str) -> bool:
    """Whether that session stands as it is now, within the last minute."""
    seen = UserSession.objects.filter(session_key=key).first()
    longest = UserSession._meta.get_field("user_agent").max_length  # noqa: SLF001  # Django's name for a documented interface
    agent = request.headers.get("User-Agent", "")[:longest]
    return (
        seen is not None
        and seen.user_id == request.user.pk
        and seen.ip == get_adapter().get_client_ip(request)
        and seen.user_agent == agent
        and timezone.now() - seen.last_seen_at < EVERY
    )
