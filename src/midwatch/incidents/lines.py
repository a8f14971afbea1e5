"""How many lines an incident rests on, each counted once however many of its alerts match it.

Alerts count their lines, but name only some of them. Where all are named, the number is exact;
otherwise it lies between what is sure and what the alerts add up to. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.detection import Evidence
from midwatch.incidents.incident import Incident


@dataclass(frozen=True, slots=True)
class Lines:
    """At least and at most so many distinct lines."""

    least: int
    most: int

    @property
    def exact(self) -> bool:
        """Whether the number is known."""
        return self.least == self.most


def lines_behind(incident: Incident) -> Lines:
    """The distinct lines of an incident's alerts.

    The alert of the most lines rests on its ``count`` alone, and the named ones all differ;
    of those that several alerts name, all but one are taken from the sum.
    """
    named: set[Evidence] = set()
    mentions = largest = 0
    for signal in incident.signals:
        own = set(signal.evidence)
        named |= own
        mentions += len(own)
        largest = max(largest, signal.count)
    most = incident.events - (mentions - len(named))
    return Lines(min(max(largest, len(named)), most), most)
