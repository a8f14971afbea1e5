"""Any message that is one JSON object, read by the names of its fields.

For software nobody wrote a source for: what the names and texts of the fields say is told
by ``plain_fields``; every field is there under its own dotted name as well.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.plain_fields import PlainFields
from midwatch.events.readers import JsonObject
from midwatch.events.readers.json_object import decode_object
from midwatch.events.schema import Logsource
from midwatch.events.source import Reading, Source

_FIELDS: Final = PlainFields(JsonObject.vendor)


class AnyObject:
    """Reads any JSON object."""

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        decoded = decode_object(message)
        return None if decoded is None else _FIELDS.read(decoded)


SOURCE = Source(
    name="generic_json",
    title="JSON of any software",
    logsource=Logsource(),
    readers=(AnyObject(),),
    fallback=True,
    priority=90,
)
