"""Rules over what the lake keeps: would they have fired last month, how often, on which days?

Lines are read again by today's sources. Rules about one event give matches; correlation rules
and plain rules are counted as the running watch counts them, and give alerts. A client's day is
counted as a whole, since its senders' times overlap; only matched events are held for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from midwatch.detection import Alert, AlertState, Correlator, Detector, Match
from midwatch.lake import Placed, days_of, read_batches
from midwatch.rules import RuleSet
from midwatch.rules.ruleset import AnyRule

_DAY: Final = 86_400_000_000
_EPOCH: Final = date(1970, 1, 1).toordinal()


class LakeMatch(Struct, frozen=True):
    """A rule holds for one event: where it lies in the lake, and its time (None: states none)."""

    rule: AnyRule
    tenant: str
    feed: str
    delivery: int
    line: int
    time: int | None


class LakeHunt:
    """Hunts in the events of one tenant; see the module's documentation."""

    def __init__(self, lake: Path, tenant: str, rules: RuleSet, since: int, until: int) -> None:
        """Times in UTC microseconds.

        Raises:
            ConfigurationError: There is no lake.
            BadInputError: Its log is damaged.
        """
        self._lake = lake
        self._tenant = tenant
        self._since, self._until = since, until
        self._detector = Detector(rules)
        self._correlator = Correlator(rules)
        self._days = days_of(lake, tenant, since, until)
        self.rows = sum(count for _, count in self._days)
        self.matches: Counter[tuple[date, str]] = Counter()
        self.alerts: Counter[tuple[date, str]] = Counter()

    def run(
        self,
        matched: Callable[[LakeMatch], None],
        alerted: Callable[[Alert], None],
        seen: Callable[[int], None] = lambda _rows: None,
    ) -> None:
        """Go through all of it.

        Args:
            matched: Told of every match.
            alerted: Told of every alert, once, when all that belongs to it has come.
            seen: Told how many rows were read.
        """
        for day, _ in self._days:
            held: list[Match] = []
            placed_of = read_batches(
                self._lake, self._tenant, self._since, self._until, day=day, seen=seen
            )
            for placed in placed_of:
                for match in self._matches(placed):
                    own = match.batch.take(match.rows)
                    for found in _told(self._tenant, match, placed):
                        matched(found)
                        self.matches[_day(found.time, day), found.rule.id] += 1
                    held.append(Match(match.rule, own, range(len(own))))
            self._tell(self._correlator.feed(held, self._tenant), day, alerted)
        last = self._days[-1][0] if self._days else date(1970, 1, 1)
        self._tell(self._correlator.flush(), last, alerted)

    def _matches(self, placed: Placed) -> list[Match]:
        return [] if placed.batch is None else self._detector.match_batch(placed.batch)

    def _tell(self, alerts: list[Alert], day: date, alerted: Callable[[Alert], None]) -> None:
        for alert in alerts:
            if alert.state is AlertState.CLOSED:
                self.alerts[_day(alert.first, day), alert.rule.id] += 1
                alerted(alert)


def _told(tenant: str, match: Match, placed: Placed) -> Iterator[LakeMatch]:
    deliveries = placed.deliveries or [placed.delivery or 0] * len(match.batch)
    for row in match.rows:
        yield LakeMatch(
            match.rule, tenant, placed.feed, deliveries[row], match.batch.lines[row],
            match.batch.times[row],
        )  # fmt: skip


def _day(time: int | None, otherwise: date) -> date:
    return otherwise if time is None else date.fromordinal(_EPOCH + time // _DAY)
