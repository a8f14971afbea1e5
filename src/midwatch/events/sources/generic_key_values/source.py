"""Any message made of ``name=value`` pairs (logfmt and its kin), read by their names.

Taken when at least three pairs stand in it and they make up most of it. A sentence with
a pair or two in it is left to the reader of plain text, which looks at pairs as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from midwatch.events.plain_fields import PlainFields
from midwatch.events.readers.free_pairs import pairs_in
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source

_FEWEST: Final = 3
_LONGEST: Final = 16_384


def _vendor(message: str) -> Mapping[str, object]:
    return pairs_in(message[:_LONGEST])


_FIELDS: Final = PlainFields(_vendor)


class Pairs:
    """Reads messages that are mostly pairs."""

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        if message.count("=") < _FEWEST:
            return None
        text = message[:_LONGEST]
        pairs = pairs_in(text)
        if len(pairs) < _FEWEST:
            return None
        covered = sum(len(name) + len(value) + 2 for name, value in pairs.items())
        if covered * 2 < len(text.rstrip()):
            return None
        return _FIELDS.read(pairs, text, header_first=True)


SOURCE = Source(
    name="generic_key_values",
    title="Pairs of any software",
    logsource=Logsource(),
    readers=(Pairs(),),
    fallback=True,
    priority=91,
)
