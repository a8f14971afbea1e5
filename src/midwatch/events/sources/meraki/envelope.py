"""What stands before the kind of a Meraki message when a relay wrapped it anew.

Meraki's own header (``<134>1 1710482828.123 NAME kind …``) is read with all headers. A relay
that puts another before it leaves ``1 1710482828.123 NAME kind …``; that time and name are the
device's and win.
"""

from __future__ import annotations

import re
from typing import Final

from midwatch.events.readers import Patterns
from midwatch.events.source import Form, Reading

_ENVELOPE: Final = re.compile(r"(?:1 )?(?P<time>[0-9]{9,10}\.[0-9]{1,9}) (?P<host>[^ ]{1,64}) ")
_NAME: Final = re.compile(
    r"[\w.-]{1,64} (?=(?:flows|urls|events|ids-alerts|security_event|airmarshal_events|ip_flow_\w+|\w*firewall) )"
)


class Envelope:
    """Takes time and name off, then reads the sentence; see the module's documentation."""

    def __init__(self, sentences: Patterns) -> None:
        self._sentences = sentences
        self._forms: dict[Form, Form] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        envelope = _ENVELOPE.match(message)
        if envelope is None:
            reading = self._sentences.read(message)
            if reading is None and (name := _NAME.match(message)) is not None:
                reading = self._sentences.read(message[name.end() :])
            return reading
        reading = self._sentences.read(message[envelope.end() :])
        if reading is None:
            return None
        form, values = reading
        extended = self._forms.get(form)
        if extended is None:
            extended = Form((*form.names, "time", "host"), form.constants, form.vendor)
            self._forms[form] = extended
        return extended, (*values, envelope["time"], envelope["host"])
