"""The data-flow picture: the firm, who holds what of it, and where that lies.

Inline SVG with classes alone; the table beside it says the same in words. Texts are escaped and
cut to what their boxes hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from midwatch.desk.choosing.drawing import (
    LEFT,
    MIDDLE,
    RIGHT,
    Box,
    drawn,
    path,
    stack,
    whole,
)
from midwatch.desk.choosing.holding import Item
from midwatch.desk.choosing.words import CATEGORIES
from midwatch.reports.defusing import defuse

_MOST: Final = 40


def picture(firm: str, items: Sequence[Item]) -> SafeString:
    """The picture of what is held now; empty where nothing is."""
    held = [each for each in items if each.held.returned is None]
    if not held:
        return SafeString("")
    vendors: dict[int, Box] = {}
    places: dict[str, Box] = {}
    flows: dict[tuple[int, str], str] = {}
    moods: dict[int, str] = {}
    for item in held:
        key = item.row.vendor_id
        box = vendors.setdefault(key, Box(item.row.vendor.name))
        box.lines.append((f"{CATEGORIES[item.held.category]}: {item.held.what}", item.mood))
        moods[key] = _worse(moods.get(key, ""), item.mood)
        for country, mood in _countries(item):
            places.setdefault(country, Box(country))
            flows[key, country] = _worse(flows.get((key, country), ""), mood)
    for box in vendors.values():
        rest = len(box.lines) - _MOST
        if rest > 0:
            box.lines[_MOST:] = [(_("and %(n)d more") % {"n": rest}, "")]
    tall = max(stack(vendors.values()), stack(places.values()))
    own = Box(firm)
    own.top = int(tall / 2 - own.height / 2)
    paths = [
        *(path(LEFT, own, MIDDLE, box, moods[key]) for key, box in vendors.items()),
        *(
            path(MIDDLE, vendors[key], RIGHT, places[country], mood)
            for (key, country), mood in flows.items()
        ),
    ]
    boxes = [
        drawn(LEFT, own, "box own"),
        *(drawn(MIDDLE, box, "box") for box in vendors.values()),
        *(drawn(RIGHT, box, "box") for box in places.values()),
    ]
    label = _("Who holds data of %(firm)s, and where. The table below says the same.") % {
        "firm": defuse(firm, 80)
    }
    return whole(label, tall, paths, boxes)


def _countries(item: Item) -> Iterable[tuple[str, str]]:
    if not item.held.places:
        return [(_("not known"), "look")]
    return [
        (each.country or _("not known"), "" if each.encrypted else "look")
        for each in item.held.places
    ]


def _worse(one: str, other: str) -> str:
    return max(one, other, key=("", "quiet", "look", "act").index)
