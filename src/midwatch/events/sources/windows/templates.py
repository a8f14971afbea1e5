"""A mould takes the form of a record: typed structures that accept only records alike.

What a record means depends on which keys it has, not on what they hold. So the way from
leaf to column is found once, by sending the record with markers for leaves through the
ordinary reader, and records alike are decoded straight into structures. Another key, a null
more or less, a list where a text was: such a record does not fit, and gets a mould of its
own. Only what can never matter (what stands beside the system fields) may vary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from midwatch.events.readers.mapping import plain
from midwatch.events.source import Value

Record = Mapping[str, Any]
Type = Any
Moulded = tuple[Type, Any]
"""The type of a value, and the value with markers for its leaves."""
NOTHING: Final[Moulded] = (None, None)
_SCALAR: Type = str | int | float | bool
_SCALARS: Type = list[str | int | float | bool | None]
_IDLE: Final = frozenset({"#attributes", "xmlns"})
_NEVER: Final = "\0never"
_Never: Final = Literal["\0never"]
"""The type of a key that must not be there at all: nothing a log holds satisfies it."""


class UnlikeError(Exception):
    """A record for which no mould is made; it is read the ordinary way."""


class Mould:
    """Collects the leaves of a record while its type is put together.

    ``paths`` tell where each leaf stands in the structures: names of attributes, with dots.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.paths: list[str] = []

    def value(self, node: Any, path: str) -> Moulded:  # noqa: ANN401  # any JSON value
        """A scalar, a list of scalars, or null."""
        if node is None:
            return NOTHING
        if isinstance(node, dict):
            raise UnlikeError
        marker = f"\0{len(self.paths)}\0"
        if isinstance(node, list):
            if any(isinstance(item, (dict, list)) for item in node):
                raise UnlikeError
            self.paths.append(path)
            return _SCALARS, [marker, marker]
        self.paths.append(path)
        return _SCALAR, marker

    def data(
        self,
        node: Any,  # noqa: ANN401  # any JSON value
        path: str,
        idle: frozenset[str] = _IDLE,
        *,
        flat: bool = False,
    ) -> Moulded:
        """Event data: no key may differ, but for those that are ``idle``.

        ``flat``: objects within are no data, unless they are called ``EventData``.
        """
        if not isinstance(node, dict):
            return self.value(node, path)
        fields: list[tuple[str, Type, bool]] = []
        names: dict[str, str] = {}
        marked: dict[str, Any] = {}
        for key, value in node.items():
            if key in idle:
                continue
            name = f"k{len(fields)}"
            names[name] = key
            kind, marked[key] = self._inner(key, value, f"{path}.{name}", flat=flat)
            fields.append((name, kind, True))
        for key in sorted(idle):
            name = f"k{len(fields)}"
            names[name] = key
            fields.append((name, Any, False))
        return _struct(fields, names, closed=True), marked

    def _inner(self, key: str, value: Any, path: str, *, flat: bool) -> Moulded:  # noqa: ANN401  # any JSON value
        if not isinstance(value, dict):
            return self.value(value, path)
        if flat and key != "EventData":
            return dict[str, Any], {}
        text = value.get("#text")
        if text is None:
            return self.data(value, path)
        return self.part(value, {"#text": self.value(text, f"{path}.{slot_of('#text')}")})

    def text(self, node: Any, path: str) -> Moulded:  # noqa: ANN401  # any JSON value
        """A system field: a value, or an object with the value as its text."""
        if not isinstance(node, dict):
            return self.value(node, path)
        if node.get("#text") is None:
            raise UnlikeError
        return self.part(node, {"#text": self.value(node["#text"], f"{path}.{slot_of('#text')}")})

    def attribute(self, node: Any, name: str, path: str) -> Moulded:  # noqa: ANN401  # any JSON value
        """A system field that only holds attributes, of which one matters."""
        if node is None:
            return NOTHING
        if not isinstance(node, dict) or not isinstance(node.get("#attributes"), dict):
            raise UnlikeError
        inner = node["#attributes"]
        where = f"{path}.{slot_of('#attributes')}.{slot_of(name)}"
        return self.part(
            node, {"#attributes": self.part(inner, {name: self.value(inner.get(name), where)})}
        )

    def part(self, node: Record, given: Mapping[str, Moulded]) -> Moulded:
        """An object of which only the ``given`` keys matter; others may come and go.

        Those of them that the record does not have must stay away.
        """
        fields: list[tuple[str, Type, bool]] = []
        names: dict[str, str] = {}
        marked: dict[str, Any] = {}
        for key, (kind, mark) in given.items():
            name = slot_of(key)
            names[name] = key
            if key in node:
                fields.append((name, kind, True))
                marked[key] = mark
            else:
                fields.append((name, _Never, False))
        return _struct(fields, names, closed=False), marked


def slot_of(key: str) -> str:
    """A name for a key that Python takes as an attribute.

    >>> slot_of("@timestamp")
    'k_40_timestamp'
    """
    return "k" + "".join(
        letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}_" for letter in key
    )


def _struct(
    fields: Sequence[tuple[str, Type, bool]], names: Mapping[str, str], *, closed: bool
) -> Type:
    """A structure; ``fields`` are (attribute, type, whether it must be there)."""
    needed = [(name, kind) for name, kind, must in fields if must]
    others = [
        (name, kind, _NEVER if kind is _Never else None) for name, kind, must in fields if not must
    ]
    return msgspec.defstruct(
        "Event", [*needed, *others], rename=dict(names), forbid_unknown_fields=closed, gc=False
    )


def leaf_of(value: object) -> int | None:
    r"""The number of the leaf that a marker stands for; None where it is no marker.

    >>> leaf_of("\0" "12" "\0"), leaf_of("12")
    (12, None)
    """
    if isinstance(value, str) and value[:1] == "\0" and value[1:-1].isdecimal():
        return int(value[1:-1])
    return None


def scalars(values: list[Any]) -> list[Value]:
    """Scalars as columns hold them."""
    if set(map(type, values)) <= {str, int}:
        return values
    return [plain(value) for value in values]
