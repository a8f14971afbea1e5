"""What was understood of a source's newest line, for whoever has just set it up.

An event may hold what only an earlier line of its session wrote, such as the address of a mail
that is delivered later. That stands apart, so that nobody looks for it in the line.
"""

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
_JUDGED: Final = frozenset({"source", "category", "action", "outcome"})
"""Those that say what a line is; they stand in none."""


@dataclass(frozen=True, slots=True)
class FirstLine:
    """A line: as it came, why it was not understood (empty: it was), and what it says.

    ``beside``: what is known of it besides, from earlier lines of its session or by reckoning.
    """

    raw: str
    failure: str
    fields: Mapping[str, str]
    beside: Mapping[str, str]


def first_line(sample: bytes) -> FirstLine:
    """The newest line of a source from what health keeps of it; texts are defused."""
    found: dict[str, object] = msgspec.json.decode(sample)
    raw = str(found.get("raw", ""))
    written = raw.casefold()
    fields: dict[str, str] = {}
    beside: dict[str, str] = {}
    for name in SHOWN:
        if found.get(name) is not None:
            text = str(found[name])
            there = name in _JUDGED or text.casefold() in written
            (fields if there else beside)[name] = defuse(text)
    return FirstLine(defuse(raw), defuse(str(found.get("failure", ""))), fields, beside)
