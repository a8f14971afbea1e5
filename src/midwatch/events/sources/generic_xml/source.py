"""Any message that is one XML element, read by the names of its elements and attributes.

Elements become dotted names, attributes stand under their element. ``<Data Name="x">1``
(Windows) and ``<field name="x" value="1"/>`` count as a field ``x``. The text is cut into
tags by one expression; entities other than the five of XML itself are left as they are,
nothing is fetched or expanded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final

from midwatch.events.plain_fields import PlainFields
from midwatch.events.readers.json_object import flatten
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source

_LONGEST: Final = 32_768
_MOST_TAGS: Final = 1_000
_DEEPEST: Final = 16
_START: Final = re.compile(r"\s{0,8}(?:<\?xml[^>]{0,200}\?>\s{0,8})?<[A-Za-z_]")
_TAG: Final = re.compile(
    r"<(/?)([A-Za-z_][\w.:-]{0,100})((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>([^<]*)"
)
_ATTRIBUTE: Final = re.compile(r"([A-Za-z_][\w.:-]{0,100})\s?=\s?(?:\"([^\"]*)\"|'([^']*)')")


def fields_of(message: str) -> dict[str, object]:
    """The fields of an XML message, nested as its elements are; none when it is not XML.

    >>> fields_of('<log level="warn"><user>mia</user></log>')
    {'log': {'level': 'warn', 'user': 'mia'}}
    """
    if _START.match(message) is None or not message.rstrip().endswith(">"):
        return {}
    root: dict[str, object] = {}
    open_: list[dict[str, object]] = [root]
    for count, found in enumerate(_TAG.finditer(message[:_LONGEST])):
        closing, tag, inside, text = found.groups()
        if count > _MOST_TAGS:
            break
        if closing:
            del open_[max(1, len(open_) - 1) :]
            continue
        element = _add(open_[-1], tag.rpartition(":")[2], inside, html.unescape(text.strip()))
        if not inside.endswith("/") and len(open_) < _DEEPEST:
            open_.append(element)
    return root


def _add(parent: dict[str, object], tag: str, inside: str, said: str) -> dict[str, object]:
    """Add an element to its parent; gives the fields that stand below it."""
    element: dict[str, object] = {
        match[1].rpartition(":")[2]: html.unescape(match[2] or match[3] or "")
        for match in _ATTRIBUTE.finditer(inside)
    }
    name = element.get("Name", element.get("name"))
    if isinstance(name, str) and (said or isinstance(element.get("value"), str)):
        parent.setdefault(name, said or element["value"])
    if said and not element:
        parent.setdefault(tag, said)
        return element
    if said:
        element["text"] = said
    if element or not inside.endswith("/"):
        parent.setdefault(tag, element)
    return element


def _vendor(message: str) -> Mapping[str, object]:
    return flatten(fields_of(message))


_FIELDS: Final = PlainFields(_vendor)


class AnyElement:
    """Reads any XML element."""

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        fields = fields_of(message)
        return _FIELDS.read(fields) if fields else None


SOURCE = Source(
    name="generic_xml",
    title="XML of any software",
    logsource=Logsource(),
    readers=(AnyElement(),),
    fallback=True,
    priority=92,
)
