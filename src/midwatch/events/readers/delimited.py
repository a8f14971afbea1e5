"""Messages whose values stand in fixed places between separators (CSV and the like).

``columns`` names the vendor fields by position; an empty name skips a place. A message
may hold fewer or more values than names. ``kind`` is the place whose value chooses among
layouts: give ``layouts`` instead of ``columns`` where a product writes several.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import partial
from typing import Final

from midwatch.events.readers.mapping import Keys, Mapper, When
from midwatch.events.source import Reading, Value

_MOST_VALUES: Final = 512


class Delimited:
    """Reads separated values; see the module's documentation."""

    def __init__(
        self,
        layouts: Mapping[str, tuple[str, ...]] | tuple[str, ...],
        fields: Mapping[str, Keys],
        *when: When,
        separator: str = ",",
        kind: int = 0,
        at_least: int = 2,
        **means: Value,
    ) -> None:
        """``layouts``: names by position, one tuple or one for each value at ``kind``."""
        self._layouts = layouts if isinstance(layouts, Mapping) else {"": layouts}
        self._single = not isinstance(layouts, Mapping)
        self._separator = separator
        self._kind = kind
        self._at_least = at_least
        self._mapper = Mapper(fields, when, means, self.vendor)

    def vendor(self, message: str) -> dict[str, str]:
        """All of the product's own fields, by name."""
        values = self._split(message)
        names = self._names(values)
        if names is None:
            return {}
        return {name: value for name, value in zip(names, values, strict=False) if name}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        values = self._split(message)
        if len(values) < self._at_least:
            return None
        names = self._names(values)
        if names is None:
            return None
        return self._mapper.map(dict(zip(names, values, strict=False)).get)

    def _names(self, values: list[str]) -> tuple[str, ...] | None:
        if self._single:
            return self._layouts[""]
        if len(values) <= self._kind:
            return None
        return self._layouts.get(values[self._kind])

    def _split(self, message: str) -> list[str]:
        if '"' not in message:
            return message.split(self._separator, _MOST_VALUES)
        reader = partial(csv.reader, delimiter=self._separator, skipinitialspace=True)
        try:
            return next(reader([message.replace("\0", "")]), [])[:_MOST_VALUES]
        except csv.Error:
            return message.split(self._separator, _MOST_VALUES)
