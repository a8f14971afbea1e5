"""Addresses of signing in, which allauth answers; those we have no use for are closed.

They stay known by name, as allauth itself asks for some of them.
"""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path

from midwatch.desk.access.pages import public

_CLOSED: Final = (
    r"^signup/",  # an invitation makes an account
    r"^email/",  # an address is changed by who manages people
    r"^confirm-email/",
    r"^login/code/",
    r"^3rdparty/signup/",
    r"^social/",
)


@public("whoever comes here is told that there is nothing")
def closed(request: HttpRequest, /, **named: object) -> HttpResponse:
    """There is nothing.

    Raises:
        Http404: Always.
    """
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    *(re_path(each, closed) for each in _CLOSED),
    path("", include("allauth.urls")),
]
