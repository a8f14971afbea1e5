"""What pictures of boxes and lines are drawn with: three columns of an inline SVG.

Classes alone, no style. Texts are escaped and cut to what their boxes hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from midwatch.reports.defusing import defuse

WIDE: Final = 880
LEFT: Final = (10, 130)
MIDDLE: Final = (300, 260)
RIGHT: Final = (700, 170)
_HEAD: Final = 24
_LINE: Final = 17
_GAP: Final = 14
_LONGEST: Final = 34


@dataclass
class Box:
    """A box: its title, and lines of (text, mood)."""

    title: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    top: int = 0

    @property
    def height(self) -> int:
        """Of the whole box."""
        return _HEAD + _LINE * len(self.lines) + (8 if self.lines else 6)

    @property
    def middle(self) -> float:
        """Where lines end."""
        return self.top + self.height / 2


def stack(boxes: Iterable[Box]) -> int:
    """Put boxes under one another; how tall they are together."""
    top = 4
    for box in boxes:
        box.top = top
        top += box.height + _GAP
    return top


def path(
    left: tuple[int, int], start: Box, right: tuple[int, int], end: Box, mood: str
) -> SafeString:
    """A line from one column's box to the next one's."""
    x1, x2 = left[0] + left[1], right[0]
    bend = (x1 + x2) / 2
    return format_html(
        '<path class="{}" stroke-width="{}" d="M{} {}C{} {} {} {} {} {}"/>',
        mood, 2.5 if mood == "act" else 1.6, x1, f"{start.middle:.1f}", bend,
        f"{start.middle:.1f}", bend, f"{end.middle:.1f}", x2, f"{end.middle:.1f}",
    )  # fmt: skip


def drawn(column: tuple[int, int], box: Box, kind: str) -> SafeString:
    """A box with its title and lines. ``kind``: its classes."""
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
        _cut(box.title, width // 8), joined(lines),
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


def joined(pieces: Iterable[SafeString]) -> SafeString:
    """All of them, one after the other."""
    return format_html_join("", "{}", ((each,) for each in pieces))


def whole(
    label: str, tall: float, lines: Iterable[SafeString], boxes: Iterable[SafeString]
) -> SafeString:
    """The drawing: lines below, boxes above; ``label`` is what it shows, in a sentence."""
    return format_html(
        '<svg class="flow" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        WIDE, tall + 4, label, joined(lines), joined(boxes),
    )  # fmt: skip
