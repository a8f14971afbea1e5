"""Texts in pieces: the parts of a raw line that were read from it, commands in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from midwatch.reports.defusing import defuse

_SHORTEST: Final = 3
_LONGEST: Final = 80
_COMMAND: Final = re.compile(r"(midwatch [a-z]+(?: --[a-z]+(?: [\w-]+\.[a-z]+)?)*)")


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
    return _split(re.compile(rf"(?<![\w.])({words})(?!\w|\.\w)"), line)


def commands(sentence: str) -> tuple[Piece, ...]:
    """The sentence in pieces, commands of Midwatch marked."""
    return _split(_COMMAND, sentence)


def _split(pattern: re.Pattern[str], text: str) -> tuple[Piece, ...]:
    # The pattern's one group makes `split` keep what it found, at the odd places.
    parts = enumerate(pattern.split(text))
    return tuple(Piece(part, marked=place % 2 == 1) for place, part in parts if part)
