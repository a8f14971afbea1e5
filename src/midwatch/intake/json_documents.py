"""Files that hold JSON documents over several lines, or one array of them → documents.

Only the framing is found here (braces outside of strings); the text of each document is
given on as it stands, with the number of the line on which it begins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

_PIECES: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}]')
_LONGEST_DOCUMENT: Final = 1 << 20
_BETWEEN: Final = " \t,[]"


def starts_document(line: str) -> bool:
    """Whether the first line of a file opens a document that goes on below it.

    >>> starts_document("{"), starts_document('{"a": 1}'), starts_document("[")
    (True, False, True)
    """
    stripped = line.strip()
    if stripped in ("{", "[", "[{"):
        return True
    if stripped.startswith("[{") and stripped.endswith(("}]", "},", ",", "{")):
        return stripped.endswith((",", "{")) or _is_array(stripped)
    return stripped.startswith("{") and stripped.endswith((",", "{", "[")) and '"' in stripped


def _is_array(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def documents(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(line number, text) of every document; text that is in none is given line by line."""
    framing = _Framing()
    for number, line in enumerate(lines, 1):
        yield from framing.take(number, line)
    yield from framing.rest()


class _Framing:
    """Where documents begin and end: braces outside of strings are counted."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._depth = 0
        self._begun = 0

    def take(self, number: int, line: str) -> Iterator[tuple[int, str]]:
        """What is complete with this line."""
        position = 0
        for piece in _PIECES.finditer(line):
            if piece[0] == "{":
                if self._depth == 0:
                    stray = line[position : piece.start()].strip(_BETWEEN)
                    if stray:
                        yield number, stray
                    self._begun, position = number, piece.start()
                self._depth += 1
            elif piece[0] == "}" and self._depth:
                self._depth -= 1
                if self._depth == 0:
                    self._parts.append(line[position : piece.end()])
                    position = piece.end()
                    yield from self.rest()
        remainder = line[position:]
        if self._depth:
            self._parts.append(remainder)
            self._length += len(remainder)
            if self._length > _LONGEST_DOCUMENT:
                self._depth = 0
                yield from self.rest()
        elif remainder.strip(_BETWEEN):
            yield number, remainder

    def rest(self) -> Iterator[tuple[int, str]]:
        """The document at hand, whole or not."""
        if self._parts:
            yield self._begun, "\n".join(self._parts)
        self._parts, self._length = [], 0
