"""Messages that are one JSON object.

Vendor keys are dotted paths: ``client.ip`` is ``{"client": {"ip": …}}``; a key that
itself holds dots is found as well; a number picks from a list (``tags.0``). Objects
without all of ``require`` are left to the next reader. Lone surrogates, NaN and
duplicate keys (the last wins) are tolerated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Final

import msgspec

from midwatch.events.readers.mapping import Keys, Mapper, When
from midwatch.events.source import Reading, Value

_DECODER: Final = msgspec.json.Decoder()
_DEEPEST: Final = 12
_last: list[tuple[str, dict[str, object] | None]] = [("", None)]


def decode_object(message: str) -> dict[str, object] | None:
    """The JSON object in a message (blanks around it tolerated), else None.

    The latest result is kept, since several readers may look at the same line.
    """
    known, value = _last[0]
    if known == message:
        return value
    decoded: object = None
    if message.lstrip()[:1] == "{":
        try:
            decoded = _DECODER.decode(message)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            try:
                # Written once more, since escapes may stand for surrogates that are no text.
                rewritten = json.dumps(json.loads(message), ensure_ascii=False)
                decoded = json.loads(rewritten.encode("utf-8", "replace"))
            except (ValueError, RecursionError):
                decoded = None
    result = decoded if isinstance(decoded, dict) else None
    _last[0] = (message, result)
    return result


def value_at(root: object, path: str) -> object:
    """The value at a dotted path, or None.

    >>> value_at({"a": {"b": [1, 2]}}, "a.b.1")
    2
    """
    if isinstance(root, dict):
        if path in root:
            return root[path]
        head, dot, tail = path.partition(".")
        while dot:
            if head in root:
                found = value_at(root[head], tail)
                if found is not None:
                    return found
            more, dot, tail = tail.partition(".")
            head = f"{head}.{more}"
    elif isinstance(root, list):
        head, dot, tail = path.partition(".")
        if head.isdecimal() and int(head) < len(root):
            return value_at(root[int(head)], tail) if dot else root[int(head)]
        if root and not head.isdecimal():
            return value_at(root[0], path)
    return None


def flatten(root: Mapping[str, object], prefix: str = "", depth: int = 0) -> dict[str, object]:
    """Nested objects as dotted keys; lists of plain values stay lists.

    >>> flatten({"a": {"b": 1}, "c": [1, 2]})
    {'a.b': 1, 'c': [1, 2]}
    """
    flat: dict[str, object] = {}
    for key, value in root.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth < _DEEPEST:
            flat.update(flatten(value, f"{name}.", depth + 1))
        elif isinstance(value, list) and depth < _DEEPEST and value and isinstance(value[0], dict):
            for spot, item in enumerate(value):
                if isinstance(item, dict):
                    flat.update(flatten(item, f"{name}.{spot}.", depth + 1))
        else:
            flat[name] = value
    return flat


class JsonObject:
    """Reads one JSON object; see the module's documentation."""

    def __init__(
        self,
        fields: Mapping[str, Keys],
        *when: When,
        require: tuple[str, ...] = (),
        **means: Value,
    ) -> None:
        """``fields``: column → dotted path(s); ``means``: constants of every event."""
        self._require = require
        self._mapper = Mapper(fields, when, means, self.vendor)

    @staticmethod
    def vendor(message: str) -> dict[str, object]:
        """All of the product's own fields, as dotted paths."""
        decoded = decode_object(message)
        return flatten(decoded) if decoded is not None else {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        decoded = decode_object(message)
        if decoded is None:
            return None
        for path in self._require:
            if value_at(decoded, path) is None:
                return None
        return self._mapper.map(partial(value_at, decoded))
