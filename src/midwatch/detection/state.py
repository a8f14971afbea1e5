"""What a correlator counts, and its memory as plain data."""

from __future__ import annotations

from msgspec import Struct

from midwatch.detection.groups import Group
from midwatch.events.source import Value


class Statistics(Struct):
    """What a correlator has counted since it began."""

    events: int = 0
    late: int = 0
    evicted: int = 0
    opened: int = 0


class KeptGroup(Struct, frozen=True):
    """One group in a snapshot; ``subjects`` are the ids of the rules it serves."""

    subjects: list[str]
    key: list[Value]
    group: Group


class CorrelatorState(Struct, frozen=True):
    """All of a correlator's memory, as plain data that msgspec encodes."""

    digest: str
    latest: int
    chunks: int
    statistics: Statistics
    groups: list[KeptGroup]
