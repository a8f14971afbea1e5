"""The maskings that are in force, made of what people chose and of their clients' keys.

Where a key cannot be read, its client's fields are hidden rather than written as they are, and
rather than holding up everybody's events.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from midwatch.kernel import MidwatchError
from midwatch.lake import Masking, MaskKind
from midwatch.tenants import FieldMasking
from midwatch.watch.client_keys import ClientKeys, needs_key, read_key


class Maskings:
    """Makes the maskings that are in force; remembers keys that were once readable."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[str, bytes]] = {}
        self.troubles: dict[str, str] = {}

    def of(self, wanted: Iterable[FieldMasking]) -> dict[str, Masking]:
        """By tenant; ``troubles`` then tells of whom the key cannot be read, and why."""
        self.troubles = {}
        made = {}
        for each in wanted:
            fields = {name: MaskKind(kind) for name, kind in each.fields.items()}
            key = self._key(each)
            if key is None:
                fields = dict.fromkeys(fields, MaskKind.HIDE)
            keys = ClientKeys({} if key is None else {each.tenant: key})
            made[each.tenant] = Masking(fields, keys, each.keep_lines)
        return made

    def _key(self, masking: FieldMasking) -> bytes | None:
        if not needs_key(masking):
            return b""
        try:
            key = read_key(masking.key)
        except MidwatchError as error:
            self.troubles[masking.tenant] = str(error)
            known = self._keys.get(masking.tenant)
            return known[1] if known is not None and known[0] == masking.key else None
        self._keys[masking.tenant] = (masking.key, key)
        return key


def masked_sample(masking: Masking, tenant: str, sample: bytes) -> bytes:
    """The sample of a source's newest event as the lake would have it, without its line."""
    event: dict[str, Any] = msgspec.json.decode(sample)
    event.pop("raw", None)
    replacements = {
        str(event[name]): masking.masked(tenant, name, str(event[name]))
        for name in masking.fields
        if event.get(name) not in (None, "")
    }
    for name, value in event.items():
        if isinstance(value, str):
            exact = replacements.get(value) if name in masking.fields else None
            event[name] = exact or masking.replace(value, replacements)[0]
    return msgspec.json.encode(event)
