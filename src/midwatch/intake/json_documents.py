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

_PIECES: Final = re.compile(r'"(?>(?:[^"\\\n]|\\.)*)"|[{}"]')
_ARRAY: Final = re.compile(r'\[\s*\{\s*"')
_WRAPPER: Final = re.compile(
    r'\{\s*(?:"@odata[^"]*"\s*:\s*"[^"]*"\s*,\s*)?"(?:[Rr]ecords|value)"\s*:\s*\[\s*(?=\{)'
)
_NEXT: Final = re.compile(r'\}\s*\{\s*"')
_LONGEST_DOCUMENT: Final = 1 << 20
_LONGEST_WRAPPER: Final = 512
_STEPS: Final = {"{": 1, "}": -1}
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
        self._held = ""

    def of(self, texts: Iterable[str]) -> Iterator[tuple[int, str]]:
        """(line number, text) of every document; text that is in none is given line by line.

        ``texts`` may be cut anywhere.
        """
        for text in texts:
            yield from self._take(self._held + text)
        yield from self._take(self._held, last=True)
        yield from self._rest()

    def _take(self, text: str, *, last: bool = False) -> Iterator[tuple[int, str]]:
        """What is complete with this text; a string that is open at its end waits for more.

        So does an object that has only just begun: it may prove to be a wrapper.
        """
        start, stop = 0, len(text)
        for piece in _PIECES.finditer(text):
            sign = piece[0]
            if not last and self._is_undecided(text, piece):
                stop = piece.start()
                break
            if sign == "{" and self._depth == 0:
                yield from self._between(text[start : piece.start()])
                start = self._begin(text, piece.start())
            elif sign == "}" and self._depth <= 1:
                yield from self._end(text[start : piece.end()])
                start = piece.end()
            elif sign in _STEPS:
                self._depth += _STEPS[sign]
        self._held = text[stop:]
        yield from self._pause(text[start:stop])

    def _is_undecided(self, text: str, piece: re.Match[str]) -> bool:
        """Whether the text to come may say what this piece is."""
        ahead = len(text) - piece.start()
        if piece[0] == "{":
            return self._depth == 0 and ahead < _LONGEST_WRAPPER
        return piece[0] == '"' and ahead < _LONGEST_DOCUMENT and text.find("\n", piece.end()) < 0

    def _begin(self, text: str, start: int) -> int:
        """A document, or a wrapper of some, begins here; where the document's text begins."""
        wrapper = _WRAPPER.match(text, start)
        if wrapper is None:
            self._begun, self._depth = self._line, 1
            return start
        self._wrapped = True
        self._line += text.count("\n", start, wrapper.end())
        return wrapper.end()

    def _end(self, text: str) -> Iterator[tuple[int, str]]:
        """A brace closed the document, or the wrapper; any other belongs to no document."""
        if self._depth:
            self._depth = 0
            self._parts.append(text)
            self._line += text.count("\n")
            yield from self._rest()
        else:
            yield from self._between(text)
            self._wrapped = False

    def _pause(self, text: str) -> Iterator[tuple[int, str]]:
        """Keep what the document at hand has so far."""
        if not self._depth:
            yield from self._between(text)
            return
        self._line += text.count("\n")
        self._parts.append(text)
        self._length += len(text)
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
