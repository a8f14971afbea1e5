"""The pipeline: from the spool to alerts within a second, to the lake within a minute.

Order is everything here. What is read is detected at once, and alerts are handed on under
ids that the same lines always give. Events gather until there are enough of them for the
lake; then, and only in this order, the lake commits them with the spool's offset, a
checkpoint keeps the windows as they stood at that offset, and the spool lets go. Whatever
stops the process in between, the next one begins at the checkpoint, hands the same alerts
on again (which changes nothing) and leaves out what the lake says it has.

The pipeline owns no process, thread or signal: ``run_once`` does what is there to be done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from midwatch.detection import Alert, Detector
from midwatch.intake.following import Overlap
from midwatch.intake.parcels import Spool, Spooled
from midwatch.rules import RuleSet
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.feeds import FeedEvents, FeedReaders, offset_of
from midwatch.watch.health import FeedCount
from midwatch.watch.rhythm import MINUTE, SECOND
from midwatch.watch.tenant_watch import TenantWatch

APPLICATION: Final = "midwatch-pipeline"
"""Under which the lake remembers how far it is."""
OWN_TENANT: Final = "_midwatch"
"""The tenant of Midwatch's own lines, such as the canary's."""
_FILES: Final = "_files"
"""Under which a checkpoint keeps how far followed files were read."""
_MOST_BYTES: Final = 4_000_000
_ADVANCE: Final = 10 * SECOND
_LATENESS: Final = 2 * MINUTE
_LOG: Final = logging.getLogger(__name__)


class EventSink(Protocol):
    """Where events are kept for good: the lake."""

    def committed(self, application: str) -> int:
        """The offset up to which everything of an application is in; 0 at first."""
        ...

    def commit(self, events: Sequence[FeedEvents], application: str, offset: int) -> None:
        """Keep events, all or none, durably, and remember the offset with them."""
        ...


class AlertSink(Protocol):
    """Where alerts go. The same alert may come again, and must then change nothing."""

    def take(self, tenant: str, alerts: Sequence[Alert], now: int) -> None:
        """Take alerts of one tenant; on return they are kept."""
        ...


@dataclass(slots=True)
class PipelineFigures:
    """What a pipeline has done since it began."""

    lines: int = 0
    failures: int = 0
    alerts: int = 0
    commits: int = 0


@dataclass(frozen=True, slots=True)
class PipelineLimits:
    """``flush``: longest time until events are in the lake, microseconds; ``rows``: sooner."""

    flush: int = 60 * SECOND
    rows: int = 50_000


class Pipeline:
    """One pipeline over one spool; see the module's documentation."""

    def __init__(  # noqa: PLR0913  # a composition root names all it joins
        self,
        spool: Spool,
        lake: EventSink,
        alerts: AlertSink,
        checkpoints: Checkpoints,
        rules_of: Callable[[str], RuleSet],
        *,
        zones: Mapping[str, str] | None = None,
        limits: PipelineLimits = PipelineLimits(),
        heard: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """Begin where the last checkpoint was.

        Args:
            spool: Where lines wait.
            lake: Where events are kept.
            alerts: Where alerts go.
            checkpoints: What is remembered over a restart.
            rules_of: The rules of a tenant; asked once, and again after ``renew_rules``.
            zones: IANA zone by feed.
            limits: When events are written to the lake.
            heard: Told of every line of Midwatch's own.
        """
        self._spool = spool
        self._lake = lake
        self._alerts = alerts
        self._checkpoints = checkpoints
        self._rules_of = rules_of
        self._limits = limits
        self._heard = heard
        self._readers = FeedReaders(zones or {})
        self._detectors: dict[str, Detector] = {}
        self._watches: dict[str, TenantWatch] = {}
        self._gathered: list[FeedEvents] = []
        self._rows = 0
        self._gathering_since: int | None = None
        self._advanced = 0
        self._in_lake = lake.committed(APPLICATION)
        self.position = checkpoints.position
        self.saved = self.position
        self.counts: dict[str, FeedCount] = {}
        self.figures = PipelineFigures()
        self._overlap = Overlap(_kept_ends(checkpoints.memory(_FILES)))
        self._ends = dict(self._overlap.ends)
        for tenant in checkpoints.tenants():
            if tenant != _FILES:
                self._watch(tenant)

    def run_once(self, now: int) -> int:
        """Take what the spool has, detect, hand alerts on; the number of lines taken.

        Writes to the lake too where it is time. Raises what the spool, the lake or the sink
        raise; nothing is lost then, but this pipeline is done for: a new one goes on from
        the checkpoint.
        """
        spooled = self._spool.read(self.position, _MOST_BYTES)
        taken = 0
        if spooled:
            taken = self._take(spooled, now)
        if now - self._advanced >= _ADVANCE and not spooled:
            self._advance(now)
        due = self._gathering_since is not None and (
            self._rows >= self._limits.rows or now - self._gathering_since >= self._limits.flush
        )
        if due:
            self.flush(now)
        return taken

    def _take(self, spooled: Sequence[Spooled], now: int) -> int:
        events = self._readers.read(self._fresh(spooled))
        by_tenant: dict[str, list[FeedEvents]] = {}
        for each in events:
            if each.tenant == OWN_TENANT:
                self._hear(each)
            else:
                by_tenant.setdefault(each.tenant, []).append(each)
                self._count(each)
        for tenant, feeds in by_tenant.items():
            found = self._watch(tenant).take(
                [(each.feed, batch) for each in feeds for batch in each.batches]
            )
            if found:
                self._alerts.take(tenant, found, now)
                self.figures.alerts += len(found)
        for each in events:
            if each.tenant != OWN_TENANT:
                self._gather(each, now)
        self.position = spooled[-1].offset
        if self._gathering_since is None:
            self._gathering_since = now
        lines = sum(each.lines for each in events)
        self.figures.lines += lines
        self.figures.failures += sum(len(each.failures) for each in events)
        return lines

    def _fresh(self, spooled: Sequence[Spooled]) -> list[Spooled]:
        """Without what a follower of files read twice over a crash."""
        fresh = []
        for each in spooled:
            parcel = self._overlap.fresh(each.parcel) if each.parcel.place else each.parcel
            if parcel is not None:
                fresh.append(each if parcel is each.parcel else Spooled(each.offset, parcel))
        return fresh

    def _hear(self, events: FeedEvents) -> None:
        for batch in events.batches:
            for raw in batch.raws:
                self._heard(raw)
        for failure in events.failures:
            self._heard(failure.raw)

    def _count(self, events: FeedEvents) -> None:
        times = events.received.values()
        first, last = min(times), max(times)
        count = self.counts.get(events.feed)
        if count is None:
            count = self.counts[events.feed] = FeedCount(events.tenant, first, last)
        count.first, count.last = min(count.first, first), max(count.last, last)
        count.lines += events.lines
        count.parsed += events.lines - len(events.failures)
        count.size += events.size
        latest = events.latest
        count.lag = 0 if latest is None else last - latest
        count.sample = msgspec.json.encode(events.sample)

    def _gather(self, events: FeedEvents, now: int) -> None:
        """Keep for the lake what it does not have yet."""
        if max(events.received) <= self._in_lake:
            return
        if min(events.received) <= self._in_lake:
            events = _behind(events, self._in_lake)
        self._gathered.append(events)
        self._rows += events.lines
        if self._gathering_since is None:
            self._gathering_since = now

    def _advance(self, now: int) -> None:
        """Let time pass for all tenants."""
        self._advanced = now
        for tenant, watch in self._watches.items():
            closed = watch.advance(now - _LATENESS)
            if closed:
                self._alerts.take(tenant, closed, now)

    def flush(self, now: int) -> None:
        """Write what was gathered, save a checkpoint, let the spool go."""
        for tenant, watch in self._watches.items():
            grown = watch.open_alerts() if watch.changed else []
            if grown:
                self._alerts.take(tenant, grown, now)
        if self.position > self._in_lake:
            self._lake.commit(self._gathered, APPLICATION, self.position)
            self._in_lake = self.position
        memories = {
            tenant: watch.snapshot() for tenant, watch in self._watches.items() if watch.changed
        }
        if self._overlap.ends != self._ends:
            self._ends = dict(self._overlap.ends)
            memories[_FILES] = msgspec.msgpack.encode(self._ends)
        self._checkpoints.save(self.position, memories)
        self._spool.release(self.position)
        self.saved = self.position
        self._gathered, self._rows, self._gathering_since = [], 0, None
        self.figures.commits += 1

    def renew(self, zones: Mapping[str, str]) -> None:
        """Feeds or rules changed: take the zones and each tenant's rules anew."""
        self._readers.zones = zones
        for tenant, watch in self._watches.items():
            rules = self._rules_of(tenant)
            if rules.digest != watch.digest:
                watch.renew(rules, self._detector(rules))
        used = {watch.digest for watch in self._watches.values()}
        for digest in self._detectors.keys() - used:
            del self._detectors[digest]

    def _watch(self, tenant: str) -> TenantWatch:
        watch = self._watches.get(tenant)
        if watch is None:
            rules = self._rules_of(tenant)
            watch = self._watches[tenant] = TenantWatch(tenant, rules, self._detector(rules))
            kept = self._checkpoints.memory(tenant)
            if kept is not None:
                try:
                    watch.restore(kept)
                except msgspec.MsgspecError as error:
                    _LOG.warning("the windows of %s could not be read: %s", tenant, error)
        return watch

    def _detector(self, rules: RuleSet) -> Detector:
        detector = self._detectors.get(rules.digest)
        if detector is None:
            detector = self._detectors[rules.digest] = Detector(rules)
        return detector


def _kept_ends(kept: bytes | None) -> dict[str, tuple[int, int]]:
    return msgspec.msgpack.decode(kept, type=dict[str, tuple[int, int]]) if kept else {}


def _behind(events: FeedEvents, offset: int) -> FeedEvents:
    """The events of parcels behind an offset."""
    batches = []
    for batch in events.batches:
        rows = [row for row, line in enumerate(batch.lines) if offset_of(line) > offset]
        if rows:
            batches.append(batch if len(rows) == len(batch) else batch.take(rows))
    failures = [failure for failure in events.failures if offset_of(failure.line) > offset]
    received = {at: time for at, time in events.received.items() if at > offset}
    lines = sum(map(len, batches)) + len(failures)
    return FeedEvents(
        events.tenant, events.office, events.feed, received, batches, failures, lines, events.size
    )
