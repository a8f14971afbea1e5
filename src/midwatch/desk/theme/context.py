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

HOUSE: Final = "midwatch.desk."
ROOMS: Final = {
    "triage": ("queue", "incidents"),
    "portal": ("portal_home", "clients"),
    "clients": ("clients",),
    "sources": ("sources",),
    "search": ("search",),
    "audit": ("record",),
    "vendors": ("vendors",),
    "answers": ("vendors",),
    "choosing": ("vendors",),
    "dossier": ("vendors",),
    "reminders": ("vendors",),
}
"""By app: the places its pages belong to; the first that the viewer has is meant."""
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
    Place("vendors", _("Vendors"), Permission.VENDORS_SEE),
    Place("people", _("People"), Permission.PEOPLE),
    Place("record", _("Record"), Permission.RECORD),
)


def furniture(request: HttpRequest) -> dict[str, Any]:
    """The viewer, the navigation, the theme."""
    viewer: Viewer = getattr(request, "viewer", NOBODY)
    theme = request.COOKIES.get("theme", "auto")
    places = {
        place.url: (place.title, address)
        for place in PLACES
        if viewer.may_somewhere(place.permission)
        and place.provider in (None, viewer.provider)
        and (address := _address(place.url))
    }
    here = _here(request, {name: address for name, (_title, address) in places.items()})
    return {
        "viewer": viewer,
        "places": [
            {"url": address, "title": title, "here": name == here}
            for name, (title, address) in places.items()
        ],
        "may_see_calls": viewer.may_somewhere(Permission.CLIENTS),
        "theme": theme if theme in THEMES else "auto",
        "provider_name": desk_setup().configuration.desk.provider,
        "mail_is_set_up": bool(desk_setup().configuration.mail.host),
    }


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _here(request: HttpRequest, places: dict[str, str]) -> str:
    """The name of the place that a page belongs to; empty where it belongs to none.

    A page whose address is a place's is that place's; any other one belongs where its app does.
    """
    for name, address in places.items():
        if request.path == address:
            return name
    found = request.resolver_match
    module = found.func.__module__ if found is not None else ""
    app = module.removeprefix(HOUSE).split(".")[0] if module.startswith(HOUSE) else ""
    for name in ROOMS.get(app, ()):
        if name in places:
            return name
    under = [each for each in places if request.path.startswith(places[each])]
    return max(under, key=lambda each: len(places[each]), default="")
