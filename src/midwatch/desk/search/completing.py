"""What may come next in a search that somebody is writing: names of fields, then their values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from midwatch.desk.access.scope_events import Events
from midwatch.events.schema import FIELDS
from midwatch.kernel import MidwatchError
from midwatch.lake.columns import DOCS
from midwatch.lake.search import Term, written

_LAST: Final = re.compile(
    r"(?P<before>(?:.*[\s(-])?)(?P<name>[\w.@#-]*)(?P<value>:[^\s()]*)?", re.DOTALL
)
_MOST: Final = 12
WORDS: Final = {
    "since": "7d, 2026-11-01", "until": "12h", "ip": "203.0.113.0/24", "port": "22, >1024",
    "has": "user", "tenant": "",
}  # fmt: skip
"""Names that are no columns, with an example of what they take."""
_LEFT_OUT: Final = frozenset({"raw_bytes", "line_form", "fields", "message", "day"})


@dataclass(frozen=True, slots=True)
class Completion:
    """``text``: the whole search as it would stand; ``hint``: what that means."""

    text: str
    hint: str


def fields() -> dict[str, str]:
    """What may be asked by name, with what it means."""
    told = {name: field.doc for name, field in FIELDS.items()} | DOCS | WORDS
    return {name: told[name] for name in sorted(told) if name not in _LEFT_OUT}


def completions(text: str, events: Events) -> list[Completion]:
    """What the last word of a search may become; never raises for what was written."""
    found = _LAST.fullmatch(text)
    if found is None or len(text) > 1000:
        return []
    before, name, value = found["before"], found["name"], found["value"]
    if value is None:
        known = fields()
        return [
            Completion(f"{before}{each}:", known[each])
            for each in known
            if each.startswith(name.lower())
        ][:_MOST]
    try:
        counts = events.values(name, value[1:].strip('"'))
    except MidwatchError:
        return []  # it took too long or others are searching: nothing is offered
    return [
        Completion(f"{before}{_term(name, each.value or '')}", f"{each.count:,}") for each in counts
    ]


def _term(name: str, value: str) -> str:
    """The condition; in quotation marks where a bare value would mean something else."""
    plain = "*" not in value and ".." not in value
    return written(Term(name, "=", value, quoted=not plain))
