"""Files that hold JSON documents over several lines, or in one array → documents.

Only the framing is found here (braces outside of strings); the text of each document is
given on as it stands, with the number of the line on which it begins. An array may be one
line of any length. So may an object that only wraps an array of records, as the exports of
cloud services do: its records are the documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_PIECES: Final = re.compile(r'"(?:[^"\\\n]|\\.)*+"|[{}"]')
_ARRAY: Final = re.compile(r'\[\s*\{\s*"')
_WRAPPER: Final = re.compile(
    r'\{\s*(?:"@odata[^"]*"\s*:\s*"[^"]*"\s*,\s*)?"(?:[Rr]ecords|value)"\s*:\s*\[\s*(?=\{)'
)
_NEXT: Final = re.compile(r'\}\s*\{\s*"')
_LONGEST_DOCUMENT: Final = 1 << 20
_BETWEEN: Final = " \t\r,[]"


def starts_document(line: str) -> bool:
    """Whether the first line of a file is something else than one whole document.

    >>> starts_document("{"), starts_document('{"a": 1}'), starts_document('{"a": 1}{"a": 2}')
    (True, False, True)
    """
    stripped = line.strip()
    if stripped in ("{", "[", "[{") or _ARRAY.match(stripped) or _WRAPPER.match(stripped):
        return True
    if not stripped.startswith("{"):
        return False
    return _NEXT.search(stripped) is not None or (
        stripped.endswith((",", "{", "[")) and '"' in stripped
    )


class Documents:
    """Where documents begin and end: braces outside of strings are counted.

    ``cut`` counts the documents that were too long to be given on whole.

    >>> list(Documents().of(['[{"a": "}"},', ' {"b": 1}]']))
    [(1, '{"a": "}"}'), (1, '{"b": 1}')]
    """

    def __init__(self) -> None:
        self.cut = 0
        self._parts: list[str] = []
        self._length = 0
        self._depth = 0
        self._begun = 0
        self._line = 1
        self._wrapped = False
        self._string = ""

    def of(self, texts: Iterable[str]) -> Iterator[tuple[int, str]]:
        """(line number, text) of every document; text that is in none is given line by line.

        ``texts`` may be cut anywhere.
        """
        for text in texts:
            yield from self._take(self._string + text)
        if self._string:
            self._parts.append(self._string)
        yield from self._rest()

    def _take(self, text: str) -> Iterator[tuple[int, str]]:
        """What is complete with this text; a string that is open at its end waits for more."""
        start, stop = 0, len(text)
        for piece in _PIECES.finditer(text):
            match piece[0]:
                case "{" if self._depth == 0:
                    yield from self._between(text[start : piece.start()])
                    start = piece.start()
                    wrapper = _WRAPPER.match(text, start)
                    if wrapper is not None:
                        self._line += text.count("\n", start, wrapper.end())
                        self._wrapped, start = True, wrapper.end()
                    else:
                        self._begun, self._depth = self._line, 1
                case "{":
                    self._depth += 1
                case "}" if self._depth == 1:
                    self._parts.append(text[start : piece.end()])
                    self._line += text.count("\n", start, piece.end())
                    self._depth, start = 0, piece.end()
                    yield from self._rest()
                case "}" if self._depth:
                    self._depth -= 1
                case "}" if self._wrapped:
                    yield from self._between(text[start : piece.start()])
                    self._wrapped, start = False, piece.end()
                case '"' if text.find("\n", piece.end()) < 0:
                    if stop - piece.start() < _LONGEST_DOCUMENT:
                        stop = piece.start()
                        break
                case _:
                    pass
        self._string = text[stop:]
        remainder = text[start:stop]
        if self._depth == 0:
            yield from self._between(remainder)
            return
        self._line += remainder.count("\n")
        self._parts.append(remainder)
        self._length += len(remainder)
        if self._length > _LONGEST_DOCUMENT:
            self._depth = 0
            self.cut += 1
            yield from self._rest()

    def _between(self, text: str) -> Iterator[tuple[int, str]]:
        """The lines between two documents; what belongs to a wrapper tells nothing."""
        if not self._wrapped and text.strip(_BETWEEN + "\n"):
            for number, line in enumerate(text.split("\n"), self._line):
                stray = line.strip(_BETWEEN)
                if stray:
                    yield number, stray
        self._line += text.count("\n")

    def _rest(self) -> Iterator[tuple[int, str]]:
        """The document at hand, whole or not."""
        if self._parts:
            yield self._begun, "".join(self._parts)
        self._parts, self._length = [], 0
