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
    parts: list[str] = []
    length = 0
    depth = 0
    begun = 0
    for number, line in enumerate(lines, 1):
        position = 0
        for piece in _PIECES.finditer(line):
            mark = piece[0]
            if mark == "{":
                if depth == 0:
                    stray = line[position : piece.start()].strip(" \t,[]")
                    if stray:
                        yield number, stray
                    begun, position = number, piece.start()
                depth += 1
            elif mark == "}" and depth:
                depth -= 1
                if depth == 0:
                    parts.append(line[position : piece.end()])
                    yield begun, "\n".join(parts)
                    parts, length, position = [], 0, piece.end()
        rest = line[position:]
        if depth:
            parts.append(rest)
            length += len(rest)
            if length > _LONGEST_DOCUMENT:
                yield begun, "\n".join(parts)
                parts, length, depth = [], 0, 0
        elif rest.strip(" \t,[]"):
            yield number, rest
    if parts:
        yield begun, "\n".join(parts)
