"""What stands before every page: who may open it.

A view without one of these two decorators is refused by a test. Whoever may not see a thing is
told that there is none: a difference would tell strangers what exists.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission

_Given = ParamSpec("_Given")
_OPENED: Final = ("GET", "HEAD")
Page = Callable[Concatenate[DeskRequest, _Given], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, _Given], HttpResponseBase]


def page(permission: Permission) -> Callable[[Page[_Given]], View[_Given]]:
    """For people who are signed in and have the permission for some client.

    A view that takes ``tenant`` is asked for that client; what else belongs to a client is
    looked up through the scope, which asks again.
    """

    def decorate(view: Page[_Given]) -> View[_Given]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: _Given.args, **kwargs: _Given.kwargs
        ) -> HttpResponseBase:
            asked = cast("DeskRequest", request)
            if not asked.user.is_authenticated:
                return redirect_to_login(_way_back(request))
            tenant = kwargs.get("tenant")
            allowed = (
                asked.viewer.may(permission, tenant)
                if isinstance(tenant, str)
                else asked.viewer.may_somewhere(permission)
            )
            if not allowed:
                raise Http404
            response = view(asked, *args, **kwargs)
            if isinstance(response, HttpResponse):
                response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        guarded.permission = permission  # type: ignore[attr-defined]  # the walk over all pages reads it
        return guarded

    return decorate


def public(reason: str) -> Callable[[View[_Given]], View[_Given]]:
    """For everybody; ``reason`` says why, and is listed by the walk over all pages."""

    def decorate(view: View[_Given]) -> View[_Given]:
        view.public = reason  # type: ignore[attr-defined]  # the walk reads this too
        return view

    return decorate


def _way_back(request: HttpRequest) -> str:
    """Where to go on after signing in: the page asked for, or the one whose form was sent."""
    if request.method in _OPENED:
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc != request.get_host():
        return "/"
    return f"/{page.path.lstrip('/')}" + (f"?{page.query}" if page.query else "")
