"""Messages with ``name=value`` pairs anywhere: after a sentence, between commas.

`KeyValues` is for messages that are nothing but pairs in a fixed order, and quicker. This
reader is for the rest: ``WARN [org.keycloak.events] type=LOGIN_ERROR, ipAddress=192.0.2.7``.
A value is in double or single quotes, or ends at a blank, a comma, a semicolon or a bar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from midwatch.events.readers.key_values import unquote
from midwatch.events.readers.mapping import Keys, Mapper, When
from midwatch.events.source import Reading, Value

_LONGEST: Final = 16_384
_MOST: Final = 400
_PAIR: Final = re.compile(
    r"(?<![^\s,;({\[|&?<])([A-Za-z_@][\w.@-]{0,40})="
    r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s,;|>]*)"
)


def pairs_in(text: str) -> dict[str, str]:
    """The pairs wherever they stand in a text; of a repeated name the first counts.

    >>> pairs_in("denied: user=mia, client='192.0.2.7'")
    {'user': 'mia', 'client': '192.0.2.7'}
    """
    pairs: dict[str, str] = {}
    for name, value in _PAIR.findall(text[:_LONGEST])[:_MOST]:
        if value and name not in pairs:
            pairs[name] = value[1:-1] if value[0] == "'" else unquote(value)
    return pairs


class FreePairs:
    """Reads pairs anywhere in a message; see the module's documentation."""

    def __init__(
        self,
        fields: Mapping[str, Keys],
        *when: When,
        require: tuple[str, ...] = (),
        **means: Value,
    ) -> None:
        """``fields``: column → vendor key(s); ``means``: constants of every event."""
        self._require = require
        self._mapper = Mapper(fields, when, means, pairs_in)

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        pairs = pairs_in(message)
        if any(key not in pairs for key in self._require):
            return None
        return self._mapper.map(pairs.get)
