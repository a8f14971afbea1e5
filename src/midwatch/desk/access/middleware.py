"""Puts the viewer and the scope on every request, and demands a second factor of the provider's."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

from midwatch.desk.access.rows import rows, rows_of
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.stores import one_look
from midwatch.desk.access.viewers import NOBODY, Viewer
from midwatch.desk.people.selectors import viewer_of

_WITHOUT_SECOND_FACTOR: Final = ("/account/", settings.STATIC_URL, "/i18n/")
"""Where somebody may go to set up the factor, and what those pages are made of."""
_MISSING: Final = 404
_ONLY_SENT: Final = 405
_LOG: Final = logging.getLogger(__name__)
_LANGUAGES: Final = frozenset(code for code, _name in settings.LANGUAGES)


class DeskRequest(HttpRequest):
    """A request as our pages get it."""

    viewer: Viewer
    scope: Scope
    now: int
    """UTC microseconds; one moment for the whole page."""


@contextmanager
def _spoken(request: HttpRequest, viewer: Viewer) -> Iterator[None]:
    """Inside, the viewer's own language where they chose one: it comes before the browser's."""
    if viewer.language not in _LANGUAGES:
        yield
        return
    request.LANGUAGE_CODE = viewer.language
    with translation.override(viewer.language):
        yield


class ViewerMiddleware:
    """See the module's documentation."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        now = time.time_ns() // 1000
        viewer = NOBODY if not request.user.is_authenticated else viewer_of(request.user, now)
        request.now = now  # type: ignore[attr-defined]  # DeskRequest says what pages may expect
        request.viewer = viewer  # type: ignore[attr-defined]  # DeskRequest has it
        request.scope = Scope(viewer, now)  # type: ignore[attr-defined]  # DeskRequest has it
        needed = viewer.provider and not viewer.second_factor
        if needed and not request.path.startswith(_WITHOUT_SECOND_FACTOR):
            return redirect("mfa_index")
        with rows(rows_of(viewer)), one_look(), _spoken(request, viewer):
            response = self._next(request)
            if (
                response.status_code == _ONLY_SENT
                and request.method == "GET"
                and not response.content
            ):
                # The address of a form, opened: no browser has words of its own for it.
                response = render(request, "desk/missing.html", status=_ONLY_SENT)
            response.headers.setdefault("Content-Language", translation.get_language())
        if response.status_code == _MISSING and viewer.id and request.resolver_match is not None:
            # What is not theirs is answered like what is not there; who keeps the machine may see.
            _LOG.info(
                "asked for what is not there or not theirs",
                extra={"person": viewer.id, "view": request.resolver_match.view_name},
            )
        return response
