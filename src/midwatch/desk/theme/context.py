"""What every template may count on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.viewers import NOBODY, Viewer
from midwatch.desk.setup import desk_setup

THEMES: Final = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation. ``url`` is the name of its address."""

    url: str
    title: Promise
    permission: Permission
    provider: bool | None = None
    """True: for the provider's people only; False: for all others; None: for both."""


PLACES: Final = (
    Place("queue", _("Queue"), Permission.TRIAGE, provider=True),
    Place("clients", _("Clients"), Permission.SEE, provider=True),
    Place("portal_home", _("Overview"), Permission.SEE, provider=False),
    Place("incidents", _("Incidents"), Permission.SEE),
    Place("search", _("Search"), Permission.SEARCH),
    Place("sources", _("Sources"), Permission.SEE),
    Place("people", _("People"), Permission.PEOPLE),
    Place("record", _("Record"), Permission.RECORD),
)


def furniture(request: HttpRequest) -> dict[str, Any]:
    """The viewer, the navigation, the theme."""
    viewer: Viewer = getattr(request, "viewer", NOBODY)
    theme = request.COOKIES.get("theme", "auto")
    return {
        "viewer": viewer,
        "places": [
            {"url": address, "title": place.title, "here": _here(request, address)}
            for place in PLACES
            if viewer.may_somewhere(place.permission)
            and place.provider in (None, viewer.provider)
            and (address := _address(place.url))
        ],
        "theme": theme if theme in THEMES else "auto",
        "provider_name": desk_setup().configuration.desk.provider or "Midwatch",
        "mail_is_set_up": bool(desk_setup().configuration.mail.host),
    }


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _here(request: HttpRequest, address: str) -> bool:
    return request.path == address or (address != "/" and request.path.startswith(address))
