"""A raw line with the parts marked that were read from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from midwatch.reports.defusing import defuse

_SHORTEST: Final = 3
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line; ``marked`` when it is one of the parts."""

    text: str
    marked: bool


def marked(raw: str, parts: Iterable[str], longest: int) -> tuple[Piece, ...]:
    """The line, defused and cut to ``longest`` characters, in pieces.

    A part is found only as a word of its own: 192.0.2.1 is not marked in 192.0.2.10.
    """
    line = defuse(raw, longest)
    wanted = {part for part in parts if _SHORTEST <= len(part) <= _LONGEST and part.isprintable()}
    if not wanted:
        return (Piece(line, marked=False),)
    words = "|".join(re.escape(part) for part in sorted(wanted, key=len, reverse=True))
    pieces = []
    # The group makes `split` keep the parts: they stand at the odd places.
    for place, text in enumerate(re.split(rf"(?<![\w.])({words})(?!\w|\.\w)", line)):
        if text:
            pieces.append(Piece(text, marked=place % 2 == 1))
    return tuple(pieces)
