"""What correlation hands on: alerts, each one for a whole burst of events."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from midwatch.events.source import Value
from midwatch.rules.ruleset import AnyRule

MOST_SAMPLES: Final = 20
"""Distinct values kept for each field of an alert."""
MOST_EVIDENCE: Final = 20
"""Lines kept as evidence of an alert."""
MOST_DISTINCT: Final = 1_000
"""Distinct values counted while an alert is open; beyond that the figure stands still."""


class AlertState(StrEnum):
    """Whether the burst still goes on."""

    OPEN = "open"
    CLOSED = "closed"


class Evidence(Struct, frozen=True, order=True):
    """Where an event stands: the name the caller gave the stream, and the line from 1."""

    origin: str
    line: int


class Alert(Struct, frozen=True, kw_only=True):
    """A rule held for a group of events.

    ``id`` is the same in every run over the same events, and while the alert grows.
    ``group`` names the fields that the events have in common and their value. ``first``
    and ``last`` are UTC microseconds, None where no event states a time; ``count`` is the
    number of events. ``figure`` is what the rule computes (distinct values, a sum ...) where
    that is not the count itself. ``values`` are samples of what the events hold, per field,
    in order of appearance; ``evidence`` are some of the lines.
    """

    id: str
    rule: AnyRule
    state: AlertState
    group: Mapping[str, Value]
    first: int | None
    last: int | None
    count: int
    figure: float | None = None
    values: Mapping[str, Sequence[Value]] = {}
    evidence: Sequence[Evidence] = ()


def alert_id(
    rule: str, group: Mapping[str, Value], first: int, evidence: Sequence[Evidence]
) -> str:
    """32 hexadecimal digits that name an alert by its rule, its group and how it began."""
    start = evidence[0] if evidence else Evidence("", 0)
    named = msgspec.msgpack.encode([rule, sorted(group.items()), first, start.origin, start.line])
    return hashlib.blake2b(named, digest_size=16).hexdigest()
