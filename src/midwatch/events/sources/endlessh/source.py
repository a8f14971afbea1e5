"""endlessh, the SSH tarpit, and endlessh-go. Whoever is accepted was looking for an SSH server."""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = r"(?:[A-Z]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.]+:\d+\] )?"
_CLIENT: Final = r"host=(?P<src_ip>[^ ]+) port=(?P<src_port>\d+)"

SOURCE = Source(
    name="endlessh",
    title="endlessh",
    logsource=Logsource(product="endlessh"),
    programs=("endlessh", "endlessh-go"),
    marks=("ACCEPT host=", "CLOSE host="),
    plain_login=False,
    constants={"service": "ssh"},
    readers=(
        Patterns(
            Pattern(rf"{_LEAD}ACCEPT {_CLIENT}", action="scan"),
            Pattern(
                rf"{_LEAD}CLOSE {_CLIENT}(?: fd=\d+)?(?: time=(?P<duration>[0-9.]+))?(?: bytes=(?P<bytes_out>\d+))?",
                action="close",
            ),
            category="network",
        ),
    ),
)
