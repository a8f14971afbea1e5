"""The histogram of a search, and a line with its parsed parts marked, ready for a template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from midwatch.desk.search.question import Question
from midwatch.lake.overview import Overview

WIDTH: Final = 600
HEIGHT: Final = 72
_NOT_IN_LINES: Final = frozenset(
    {"tenant", "office", "feed", "source", "spool", "delivery", "line", "parsed", "id", "raw",
     "day", "time", "received", "category", "raw_bytes", "dated_by_receipt", "masked", "failure"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One bucket. Places are in units of the drawing; ``until`` is excluded (UTC microseconds)."""

    since: int
    until: int
    count: int
    x: float
    y: float
    width: float
    height: float
    address: str


def bars(seen: Overview, question: Question) -> list[Bar]:
    """A bar for each bucket that holds something; its address narrows to it."""
    most = max((count for _, count in seen.buckets), default=0)
    step = WIDTH / max(len(seen.buckets), 1)
    drawn = []
    for spot, (start, count) in enumerate(seen.buckets):
        if count:
            height = max(round(count / most * (HEIGHT - 4), 1), 2.0)
            drawn.append(
                Bar(
                    start, start + seen.width, count, round(spot * step, 1),
                    round(HEIGHT - height, 1), round(max(step - 1, 1.0), 1), height,
                    question.within(start, start + seen.width),
                )
            )  # fmt: skip
    return drawn


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line; ``field`` is what it was understood as, empty where nothing was."""

    text: str
    field: str = ""


def parts(raw: str, values: Mapping[str, Any]) -> list[Part]:
    """The line in pieces: the first place of each value that a column holds, the longest first.

    >>> [part.field for part in parts("login of mia", {"user": "mia"})]
    ['', 'user']
    """
    taken: list[tuple[int, int, str]] = []
    known = [
        (str(value), name)
        for name, value in _flat(values)
        if name not in _NOT_IN_LINES and not isinstance(value, bool) and str(value)
    ]
    for text, name in sorted(known, key=lambda each: (-len(each[0]), each[1])):
        place = _place(raw, text, taken)
        if place is not None:
            taken.append((*place, name))
    pieces, spot = [], 0
    for start, end, name in sorted(taken):
        if start > spot:
            pieces.append(Part(raw[spot:start]))
        pieces.append(Part(raw[start:end], name))
        spot = end
    if spot < len(raw):
        pieces.append(Part(raw[spot:]))
    return pieces


def _flat(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    own = values.get("fields") or []
    return [
        *((name, value) for name, value in values.items() if name != "fields"),
        *((f"fields.{name}", value) for name, value in own),
    ]


def _place(raw: str, text: str, taken: Sequence[tuple[int, int, str]]) -> tuple[int, int] | None:
    edge = r"(?<!\w){}(?!\w)" if text[0].isalnum() and text[-1].isalnum() else "{}"
    for found in re.finditer(edge.format(re.escape(text)), raw):
        start, end = found.span()
        if all(end <= first or start >= last for first, last, _ in taken):
            return start, end
    return None
