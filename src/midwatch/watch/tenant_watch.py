"""Detection for one tenant: its rules, its windows, its alerts, and nobody else's.

Tenants share compiled rules, never state: each has a ``Correlator`` of its own.

Windows are over event time, which stands still while nothing comes. So time is let pass by our
own clock, but never faster than the slowest clock among the tenant's sources: a firewall that
is two hours behind would else have its windows closed between any two of its lines.

A defect in a rule or in what evaluates it is logged and costs what that rule would have found;
it never stops the watch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from midwatch.detection import Alert, Correlator, Detector, Match
from midwatch.detection.state import CorrelatorState
from midwatch.events.batch import EventBatch
from midwatch.rules import RuleSet
from midwatch.watch.listed import with_listed
from midwatch.watch.rhythm import DAY, HOUR, MINUTE

LATENESS: Final = 2 * MINUTE
"""By how much our own clock's time lags behind when it is let pass."""
MOST_BEHIND: Final = 15 * HOUR
"""Lines that are older than any wrong clock or zone explains come from an archive."""
_LOG: Final = logging.getLogger(__name__)


class _Memory(msgspec.Struct, frozen=True):
    """What a checkpoint keeps; see ``TenantWatch.heard`` for ``behind``."""

    windows: CorrelatorState
    behind: dict[str, tuple[int, int]]


class SharedRules:
    """What tenants with the same rules share: all but state."""

    def __init__(self, rules: RuleSet) -> None:
        """Compile what is the same for all."""
        self.rules = rules
        self.detector = Detector(rules)
        self._model = Correlator(with_listed(rules))

    def correlator(self) -> Correlator:
        """Fresh windows for one tenant."""
        return self._model.fresh()


class TenantWatch:
    """The rules and windows of one tenant."""

    def __init__(
        self,
        tenant: str,
        shared: SharedRules,
        beyond: Callable[[str, EventBatch], Sequence[Match]] = lambda _tenant, _batch: (),
    ) -> None:
        """``shared``: its rules; tenants with the same rules are given the same.

        ``beyond``: what else is found in a tenant's events, besides what its rules find.
        """
        self.tenant = tenant
        self._beyond = beyond
        self.changed = False
        self._shared = shared
        self._correlator = shared.correlator()
        self._behind: dict[str, tuple[int, int]] = {}

    @property
    def digest(self) -> str:
        """Of the rules in force."""
        return self._shared.rules.digest

    def take(self, batches: Sequence[tuple[str, EventBatch]]) -> list[Alert]:
        """Detect in batches, each with the name of its feed; alerts that opened or closed."""
        # The times of feeds overlap, so all are counted together: one after the other, most
        # lines would be late. A line's number names it among all feeds.
        matches: list[Match] = []
        for feed, batch in batches:
            try:
                matches.extend(self._shared.detector.match_batch(batch))
                matches.extend(self._beyond(self.tenant, batch))
            except Exception:  # noqa: BLE001  # one event must not stop the watch for ever
                _LOG.exception("rules failed on lines of %s in %s", batch.source, feed)
        if not matches:
            return []
        self.changed = True
        try:
            return self._correlator.feed(matches)
        except Exception:  # noqa: BLE001  # nor must one match
            _LOG.exception("counting failed on lines of %s", self.tenant)
            return []

    def heard(self, feed: str, received: int, latest: int | None) -> None:
        """Lines of a feed came; ``latest`` is the newest time that they state."""
        if latest is not None:
            self._behind[feed] = (received, received - latest)

    def advance(self, now: int) -> list[Alert]:
        """Let time pass until now by our own clock; alerts that closed by it."""
        if not len(self._correlator):
            return []
        behind = max(
            (
                behind
                for received, behind in self._behind.values()
                if 0 < behind <= MOST_BEHIND and now - received < DAY
            ),
            default=0,
        )
        closed = self._correlator.advance(now - LATENESS - behind)
        self.changed = self.changed or bool(closed)
        return closed

    def open_alerts(self) -> list[Alert]:
        """Alerts that still grow."""
        return self._correlator.open_alerts()

    def renew(self, shared: SharedRules) -> None:
        """Take other rules; windows of rules that stayed as they were go on."""
        kept = self._correlator.snapshot()
        self._shared = shared
        self._correlator = shared.correlator()
        self._correlator.restore(kept)
        self.changed = True

    def snapshot(self) -> bytes:
        """All windows and open alerts."""
        self.changed = False
        return msgspec.msgpack.encode(_Memory(self._correlator.state(), self._behind))

    def restore(self, kept: bytes) -> None:
        """Go on from a snapshot."""
        memory = msgspec.msgpack.decode(kept, type=_Memory)
        self._correlator.restore(memory.windows)
        self._behind = dict(memory.behind)
        self.changed = False
