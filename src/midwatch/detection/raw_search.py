r"""Which lines may hold a literal in some value, judged by the text of the lines alone.

Keywords are looked for in all values of an event, so finding them means decoding it and
walking through all it holds. Nearly no event holds any. A line of JSON that does not hold a
literal as text can hold it as a value only in a few ways, and those are provided for:

- an escape stands for a character: of a literal only a piece is looked for in which nothing
  need be escaped, and a line with escapes by number of characters that are ASCII, or fold to
  it (``\u0041``, ``\u212a``), is searched without them;
- the value is written otherwise than the log did (a number, an address, true, false): pieces
  that such a writing could hold are not looked for;
- several texts were joined: pieces end where texts are joined;
- it is not ASCII, which regular expressions fold in ways of their own: where a literal says so,
  such lines may hold anything.

The text is casefolded as the values would be. Literals without a fit piece cannot be judged
so, and then every line may hold one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from midwatch.detection.literals import Literal

_BREAKS: Final = re.compile(r", |[^ !#->@-\[\]-~]")
"""Between two pieces: what may be escaped, what joins values, and all that is no ASCII."""
_WRITTEN: Final = re.compile(r"[0-9a-fx.:+-]*")
_WORDS: Final = (
    "true false inf nan none icmp igmp ipip tcp udp ipv6 gre esp ah icmpv6 ospf pim vrrp sctp"
)
_ANY_ESCAPE: Final = tuple(f"\\u{digit:x}" for digit in range(16))
FOLDING_TO_ASCII: Final = (
    *(0xDF, 0x130, 0x149, 0x17F, 0x1F0, 0x1E96, 0x1E97, 0x1E98, 0x1E99, 0x1E9A, 0x1E9E, 0x212A),
    *range(0xFB00, 0xFB07),
)
"""The characters beyond ASCII that fold to something with ASCII in it."""
_TELLING_ESCAPES: Final = (
    *(f"\\u00{digit}" for digit in range(8)),
    *(f"\\u{code:04x}" for code in FOLDING_TO_ASCII),
)
"""The beginnings of escapes that may stand for a letter of a piece; others cannot."""
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_SHORTEST: Final = 2
_TRIED: Final = 2_000
_MOST_KEPT: Final = 0.4
"""Of the lines: where more than that must be read after all, looking first does not pay."""


def piece_of(literal: str) -> str | None:
    """The longest piece of a folded literal that any line with it in a value holds as text.

    >>> piece_of("c:/windows"), piece_of("10.0.0.1"), piece_of("a, b")
    ('windows', None, None)
    """
    pieces = [piece.removeprefix(" ").removesuffix(",") for piece in _BREAKS.split(literal)]
    usable = [
        piece for piece in pieces
        if len(piece) >= _SHORTEST and not _WRITTEN.fullmatch(piece) and piece not in _WORDS
    ]  # fmt: skip
    return max(usable, key=len, default=None)


class RawSearch:
    """Looks for many literals in many lines at once."""

    def __init__(self, literals: Iterable[Literal]) -> None:
        """``usable`` tells whether lines can be judged by all these literals."""
        wanted = list(literals)
        self._pieces = {piece_of(literal.text) for literal in wanted}
        self._ascii_only = any(literal.ascii_only for literal in wanted)
        self.usable = bool(self._pieces) and None not in self._pieces
        self._looked = 0
        self._kept = 0

    @cached_property
    def _needles(self) -> list[str]:
        return sorted(piece for piece in self._pieces if piece is not None)

    @cached_property
    def _search(self) -> BytesAhoCorasick:
        return _automaton(
            [*self._needles, *(_ANY_ESCAPE if self._ascii_only else _TELLING_ESCAPES)]
        )

    @cached_property
    def _exact(self) -> BytesAhoCorasick:
        return _automaton(self._needles)

    @property
    def pays(self) -> bool:
        """Whether it has spared enough lines to go on."""
        return self._looked < _TRIED or self._kept < self._looked * _MOST_KEPT

    def rows(self, raws: Sequence[str]) -> Sequence[int]:
        """The rows whose line may hold a literal, in order."""
        rows = self._rows(raws)
        self._looked += len(raws)
        self._kept += len(rows)
        return rows

    def _rows(self, raws: Sequence[str]) -> Sequence[int]:
        joined = "\n".join(raws)
        if joined.isascii():
            return self._rows_of_ascii(raws, joined)
        plain = [row for row, raw in enumerate(raws) if raw.isascii()]
        some = [raws[row] for row in plain]
        rows = [plain[spot] for spot in self._rows_of_ascii(some, "\n".join(some))]
        rows.extend(
            row for row, raw in enumerate(raws) if not raw.isascii() and self._may_hold(raw)
        )
        return sorted(rows)

    def _rows_of_ascii(self, raws: Sequence[str], joined: str) -> Sequence[int]:
        hits = self._search.find_matches_as_indexes(joined.lower().encode())
        if not hits:
            return ()
        starts = [0, *accumulate(len(raw) + 1 for raw in raws)]
        plain = len(self._needles)
        rows: set[int] = set()
        escaped: set[int] = set()
        for needle, begin, _ in hits:
            (rows if needle < plain else escaped).add(bisect_right(starts, begin) - 1)
        rows.update(row for row in escaped - rows if self._may_hold(raws[row]))
        return sorted(rows)

    def _may_hold(self, raw: str) -> bool:
        """Whether one line may hold a literal, its escapes undone."""
        text = raw
        if "\\u" in raw:
            text = _ESCAPE.sub(_unescaped, raw)
        if self._ascii_only and not text.isascii():
            return True
        found = self._exact.find_matches_as_indexes(text.casefold().encode("utf-8", "replace"))
        return len(found) > 0


def _automaton(needles: Sequence[str]) -> BytesAhoCorasick:
    # Of several that begin at one place any will do, which lets the library skip ahead.
    return BytesAhoCorasick(
        [needle.encode() for needle in needles], matchkind=MatchKind.LeftmostFirst
    )


def _unescaped(escape: re.Match[str]) -> str:
    return escape[0] if escape[1] is None else chr(int(escape[1], 16))
