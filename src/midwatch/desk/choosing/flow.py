"""The data-flow picture: the firm, who holds what of it, and where that lies.

Inline SVG with classes alone; the table beside it says the same in words. Texts are escaped and
cut to what their boxes hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from midwatch.desk.choosing.holding import Item
from midwatch.desk.choosing.words import CATEGORIES
from midwatch.reports.defusing import defuse

_WIDE: Final = 880
_LEFT: Final = (10, 130)
_MIDDLE: Final = (300, 260)
_RIGHT: Final = (700, 170)
_HEAD: Final = 24
_LINE: Final = 17
_GAP: Final = 14
_LONGEST: Final = 34
_MOST: Final = 40


@dataclass
class _Box:
    """A vendor's or a place's box."""

    title: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    top: int = 0

    @property
    def height(self) -> int:
        return _HEAD + _LINE * len(self.lines) + (8 if self.lines else 6)

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def picture(firm: str, items: Sequence[Item]) -> SafeString:
    """The picture of what is held now; empty where nothing is."""
    held = [each for each in items if each.held.returned is None]
    if not held:
        return SafeString("")
    vendors: dict[int, _Box] = {}
    places: dict[str, _Box] = {}
    flows: dict[tuple[int, str], str] = {}
    moods: dict[int, str] = {}
    for item in held:
        key = item.row.vendor_id
        box = vendors.setdefault(key, _Box(item.row.vendor.name))
        box.lines.append((f"{CATEGORIES[item.held.category]}: {item.held.what}", item.mood))
        moods[key] = _worse(moods.get(key, ""), item.mood)
        for country, mood in _countries(item):
            places.setdefault(country, _Box(country))
            flows[key, country] = _worse(flows.get((key, country), ""), mood)
    for box in vendors.values():
        rest = len(box.lines) - _MOST
        if rest > 0:
            box.lines[_MOST:] = [(_("and %(n)d more") % {"n": rest}, "")]
    tall = max(_stack(vendors.values()), _stack(places.values()))
    own = _Box(firm)
    own.top = int(tall / 2 - own.height / 2)
    paths = [
        *(_path(_LEFT, own, _MIDDLE, box, moods[key]) for key, box in vendors.items()),
        *(
            _path(_MIDDLE, vendors[key], _RIGHT, places[country], mood)
            for (key, country), mood in flows.items()
        ),
    ]
    boxes = [
        _drawn(_LEFT, own, "box own"),
        *(_drawn(_MIDDLE, box, "box") for box in vendors.values()),
        *(_drawn(_RIGHT, box, "box") for box in places.values()),
    ]
    label = _("Who holds data of %(firm)s, and where. The table below says the same.") % {
        "firm": defuse(firm, 80)
    }
    return format_html(
        '<svg class="flow" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        _WIDE, tall + 4, label, _all(paths), _all(boxes),
    )  # fmt: skip


def _countries(item: Item) -> Iterable[tuple[str, str]]:
    if not item.held.places:
        return [(_("not known"), "look")]
    return [
        (each.country or _("not known"), "" if each.encrypted else "look")
        for each in item.held.places
    ]


def _worse(one: str, other: str) -> str:
    return max(one, other, key=("", "quiet", "look", "act").index)


def _stack(boxes: Iterable[_Box]) -> int:
    top = 4
    for box in boxes:
        box.top = top
        top += box.height + _GAP
    return top


def _path(
    left: tuple[int, int], start: _Box, right: tuple[int, int], end: _Box, mood: str
) -> SafeString:
    x1, x2 = left[0] + left[1], right[0]
    bend = (x1 + x2) / 2
    return format_html(
        '<path class="{}" stroke-width="{}" d="M{} {}C{} {} {} {} {} {}"/>',
        mood, 2.5 if mood == "act" else 1.6, x1, f"{start.middle:.1f}", bend,
        f"{start.middle:.1f}", bend, f"{end.middle:.1f}", x2, f"{end.middle:.1f}",
    )  # fmt: skip


def _drawn(column: tuple[int, int], box: _Box, kind: str) -> SafeString:
    x, width = column
    lines = [
        format_html(
            '{}<text class="small" x="{}" y="{}">{}</text>',
            _mark(mood, x + 10, box.top + _HEAD + _LINE * number + 4),
            x + 26, box.top + _HEAD + _LINE * number + 13, _cut(text, _LONGEST + 4),
        )
        for number, (text, mood) in enumerate(box.lines)
    ]  # fmt: skip
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="5"/>'
        '<text x="{}" y="{}">{}</text>{}',
        kind, x, box.top, width, box.height, x + 10, box.top + 19,
        _cut(box.title, width // 8), _all(lines),
    )  # fmt: skip


def _mark(mood: str, x: int, y: int) -> SafeString:
    if mood == "act":
        return format_html('<rect class="act-mark" x="{}" y="{}" width="9" height="9"/>', x, y)
    if mood == "look":
        return format_html('<path class="look-mark" d="M{} {}l5 9h-10z"/>', x + 5, y)
    return SafeString("")


def _cut(text: str, most: int) -> str:
    plain = " ".join(defuse(text, 200).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _all(pieces: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((each,) for each in pieces))
