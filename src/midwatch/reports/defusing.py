r"""Text from outside, made harmless to look at.

Log lines carry what attackers chose to send: terminal escapes, line breaks that forge a
second line, marks that turn the reading direction, characters nobody can see. ``defuse``
shows each of these as a visible escape. It does not escape for a document format: markup
is the writers' business.

Example:
    >>> defuse("root\x1b[2J")
    'root\\x1b[2J'
"""

from __future__ import annotations

from typing import Final

_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Letters and symbols by their class, but blank on paper: Hangul fillers, the empty Braille cell.
_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Marks that combine with the letter before; more than a few on one letter smear over the page.
_MOST_MARKS: Final = 2
_MARKS: Final = ((0x300, 0x36F), (0x483, 0x489), (0x1AB0, 0x1AFF), (0x20D0, 0x20FF))


def defuse(text: str, longest: int | None = None) -> str:
    """The text on one line with every invisible character as a visible escape.

    ``longest`` cuts the result to that many characters, the last of them an ellipsis.
    """
    cut = text if longest is None else text[: longest + 1]
    if not (cut.isascii() and cut.isprintable()):
        cut = _escaped(cut)
    if longest is not None and len(cut) > longest:
        return cut[: longest - 1] + "…"
    return cut


def _escaped(text: str) -> str:
    shown = []
    marks = 0
    for character in text:
        marks = marks + 1 if _is_mark(ord(character)) else 0
        if character.isprintable() and character not in _BLANKS and marks <= _MOST_MARKS:
            shown.append(character)
        else:
            shown.append(_escape(character))
    return "".join(shown)


def _is_mark(code: int) -> bool:
    return code >= _MARKS[0][0] and any(low <= code <= high for low, high in _MARKS)


def _escape(character: str) -> str:
    named = _NAMED.get(character)
    if named is not None:
        return named
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
