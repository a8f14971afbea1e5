"""ArcSight's Common Event Format and IBM's Log Event Extended Format.

CEF: ``CEF:Version|Vendor|Product|Version|ID|Name|Severity|key=value …`` where values hold
blanks. LEEF: ``LEEF:1.0|Vendor|Product|Version|ID|`` and pairs separated by a tab (or the
character that LEEF 2.0 names). Header values are offered to the mapping as
``device_vendor``, ``device_product``, ``device_version``, ``event_class_id``, ``name`` and
``cef_severity``. ``cs1Label=Rule cs1=7`` is offered as ``Rule`` too.

Sources: Micro Focus "Implementing ArcSight CEF", revision 26; IBM QRadar "LEEF
event components".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from midwatch.events.readers.mapping import Keys, Mapper, When
from midwatch.events.source import Reading, Value

_LATEST_START: Final = 256
_HEADER: Final = re.compile(r"(?<!\\)\|")
_KEY: Final = re.compile(r"(?:^|(?<=\s))([A-Za-z_][\w.\[\]-]*)=")
_PIPED: Final = re.compile(r"\|[A-Za-z]\w{0,60}=")
_ESCAPED: Final = re.compile(r"\\([\\=|rn])")
_CEF_NAMES: Final = (
    "device_vendor",
    "device_product",
    "device_version",
    "event_class_id",
    "name",
    "cef_severity",
)
_LEEF_NAMES: Final = ("device_vendor", "device_product", "device_version", "event_class_id")


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: {"r": "\r", "n": "\n"}.get(found[1], found[1]), text)


def _bare(value: str) -> str:
    """A value without the quotes that some products put around it."""
    if len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1]:
        return value[1:-1]
    return value


def cef_fields(message: str) -> dict[str, str] | None:
    """Header and extension of a CEF message, or None when it is not one."""
    start = message.find("CEF:") + 4
    if start < 4:
        if message[:2] not in ("0|", "1|"):
            return None
        start = 0
    parts = _HEADER.split(message[start:], 7)
    if len(parts) < 7:
        return None
    fields = {
        name: _unescape(value.strip()) for name, value in zip(_CEF_NAMES, parts[1:7], strict=True)
    }
    extension = parts[7] if len(parts) > 7 else ""
    keys = list(_KEY.finditer(extension))
    for spot, found in enumerate(keys):
        end = keys[spot + 1].start() if spot + 1 < len(keys) else len(extension)
        fields.setdefault(found[1], _unescape(_bare(extension[found.end() : end].strip())))
    for key in [key for key in fields if key.endswith("Label")]:
        value = fields.get(key.removesuffix("Label"))
        if value is not None:
            fields.setdefault(fields[key], value)
    return fields


def leef_fields(message: str) -> dict[str, str] | None:
    """Header and attributes of a LEEF message, or None when it is not one."""
    start = message.find("LEEF:", 0, _LATEST_START)
    if start < 0:
        return None
    parts = message[start + 5 :].split("|", 6)
    if len(parts) < 6:
        return None
    fields = {name: value.strip() for name, value in zip(_LEEF_NAMES, parts[1:5], strict=True)}
    separator, attributes = _leef_attributes(parts)
    if separator not in attributes and "\t" not in attributes:
        keys = list(_KEY.finditer(attributes))
        for spot, found in enumerate(keys):
            end = keys[spot + 1].start() if spot + 1 < len(keys) else len(attributes)
            fields.setdefault(found[1], attributes[found.end() : end].strip())
        return fields
    for pair in attributes.split(separator):
        key, equals, value = pair.partition("=")
        if equals:
            fields.setdefault(key.strip(), value.strip())
    return fields


def _leef_attributes(parts: list[str]) -> tuple[str, str]:
    """The separator and the attributes; version 2 may name the former, version 1 does not."""
    if len(parts) == 6:
        separator, attributes = "\t", parts[5]
    else:
        named = parts[5].strip()
        separator, attributes = "\t", parts[6]
        if named.lower().startswith(("0x", "x")):
            digits = named.lower().lstrip("0").lstrip("x")
            separator = chr(int(digits, 16)) if re.fullmatch(r"[0-9a-f]{1,4}", digits) else "\t"
        elif len(named) <= 1 and parts[0].strip().startswith("2"):
            separator = named or "\t"
        else:  # it named none, and the attributes hold a bar
            attributes = f"{parts[5]}|{parts[6]}"
    if separator not in attributes and _PIPED.search(attributes) is not None:
        separator = "|"
    return separator, attributes


class _DeviceFormat:
    """What the two formats have in common: a header that names the vendor, and pairs."""

    _fields: ClassVar[staticmethod[[str], dict[str, str] | None]]

    def __init__(
        self,
        fields: Mapping[str, Keys],
        *when: When,
        vendors: tuple[str, ...] = (),
        **means: Value,
    ) -> None:
        """``vendors`` (lower case): device vendors this reader is for; empty means all."""
        self._vendors = frozenset(vendors)
        self._mapper = Mapper(fields, when, means, self.vendor)

    @classmethod
    def vendor(cls, message: str) -> dict[str, str]:
        """All of the product's own fields."""
        return cls._fields(message) or {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        fields = type(self)._fields(message)
        if fields is None or (
            self._vendors and fields["device_vendor"].lower() not in self._vendors
        ):
            return None
        return self._mapper.map(fields.get)


class CommonEventFormat(_DeviceFormat):
    """Reads CEF; see the module's documentation."""

    _fields = staticmethod(cef_fields)


class LogEventExtendedFormat(_DeviceFormat):
    """Reads LEEF; see the module's documentation."""

    _fields = staticmethod(leef_fields)
