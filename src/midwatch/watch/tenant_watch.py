"""Detection for one tenant: its rules, its windows, its alerts, and nobody else's.

Tenants share compiled rules, never state: each has a ``Correlator`` of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from midwatch.detection import Alert, Correlator, Detector, Match
from midwatch.detection.state import CorrelatorState
from midwatch.events.batch import EventBatch
from midwatch.rules import RuleSet


class TenantWatch:
    """The rules and windows of one tenant."""

    def __init__(self, tenant: str, rules: RuleSet, detector: Detector) -> None:
        """``detector`` is of the same rules; tenants with the same rules share one."""
        self.tenant = tenant
        self.changed = False
        self._rules = rules
        self._detector = detector
        self._correlator = Correlator(rules)

    @property
    def digest(self) -> str:
        """Of the rules in force."""
        return self._rules.digest

    def take(self, batches: Sequence[tuple[str, EventBatch]]) -> list[Alert]:
        """Detect in batches, each with the name of its feed; alerts that opened or closed."""
        by_feed: dict[str, list[Match]] = {}
        for feed, batch in batches:
            found = self._detector.match_batch(batch)
            if found:
                by_feed.setdefault(feed, []).extend(found)
        alerts: list[Alert] = []
        for feed, matches in by_feed.items():
            self.changed = True
            alerts.extend(self._correlator.feed(matches, feed))
        return alerts

    def advance(self, time: int) -> list[Alert]:
        """Let time pass; alerts that closed by it."""
        closed = self._correlator.advance(time) if len(self._correlator) else []
        self.changed = self.changed or bool(closed)
        return closed

    def open_alerts(self) -> list[Alert]:
        """Alerts that still grow."""
        return self._correlator.open_alerts()

    def renew(self, rules: RuleSet, detector: Detector) -> None:
        """Take other rules; windows of rules that stayed as they were go on."""
        kept = self._correlator.snapshot()
        self._rules, self._detector = rules, detector
        self._correlator = Correlator(rules)
        self._correlator.restore(kept)
        self.changed = True

    def snapshot(self) -> bytes:
        """All windows and open alerts."""
        self.changed = False
        return msgspec.msgpack.encode(self._correlator.snapshot())

    def restore(self, kept: bytes) -> None:
        """Go on from a snapshot."""
        self._correlator.restore(msgspec.msgpack.decode(kept, type=CorrelatorState))
        self.changed = False
