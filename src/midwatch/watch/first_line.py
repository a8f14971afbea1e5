"""What was understood of a source's newest line, for whoever has just set it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from midwatch.reports.defusing import defuse

SHOWN: Final = (
    "source", "category", "action", "outcome", "src_ip", "src_port", "dst_ip", "dst_port", "user",
    "host", "program",
)  # fmt: skip
"""The fields that tell somebody whether a line was read rightly."""


@dataclass(frozen=True, slots=True)
class FirstLine:
    """A line: as it came, why it was not understood (empty: it was), and what it says."""

    raw: str
    failure: str
    fields: Mapping[str, str]


def first_line(sample: bytes) -> FirstLine:
    """The newest line of a source from what health keeps of it; texts are defused."""
    found: dict[str, object] = msgspec.json.decode(sample)
    return FirstLine(
        raw=defuse(str(found.get("raw", ""))),
        failure=defuse(str(found.get("failure", ""))),
        fields={name: defuse(str(found[name])) for name in SHOWN if found.get(name) is not None},
    )
