"""The pipeline: from the spool to alerts within a second, to the lake within a minute.

Order is everything here. What is read is detected at once, and alerts are handed on under
ids that the same lines always give. Events gather until there are enough of them for the
lake; then, and only in this order, the lake commits them with the spool's offset, a
checkpoint keeps the windows as they stood at that offset, and the spool lets go. Windows are
large, so of commits that follow each other quickly only some are followed by a checkpoint.
Whatever stops the process in between, the next one begins at the checkpoint, hands the same alerts
on again (which changes nothing) and leaves out what the lake says it has.

A lake that is slow or cannot be written does not hold up detection: given an executor, the
pipeline commits beside its own work and tries again what failed, until so much waits for the
lake that memory is at stake; then it ``holds``, and lines wait in the spool.

The pipeline owns no process, thread or signal: ``run_once`` does what is there to be done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from midwatch.detection import Alert, Match
from midwatch.events.batch import EventBatch
from midwatch.intake.following import Overlap
from midwatch.intake.parcels import Spool, Spooled
from midwatch.kernel import MidwatchError
from midwatch.rules import RuleSet
from midwatch.watch.canary import OWN_TENANT
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.counting import add_counts, events_behind
from midwatch.watch.feeds import SESSIONS, FeedEvents, FeedReaders
from midwatch.watch.health import FeedCount
from midwatch.watch.rhythm import SECOND
from midwatch.watch.tenant_watch import SharedRules, TenantWatch

APPLICATION: Final = "midwatch-pipeline"
"""Under which the lake remembers how far it is."""
_FILES: Final = "_files"
"""Under which a checkpoint keeps how far followed files were read."""
_MOST_BYTES: Final = 4_000_000
_ADVANCE: Final = 10 * SECOND
_RETRY: Final = 2 * SECOND
_MOST_WAITING: Final = 4
"""How many times ``PipelineLimits.rows`` may wait for the lake."""
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
    failed_commits: int = 0


@dataclass(slots=True)
class _Commit:
    """What goes into the lake, and what is remembered when it is in; None: nothing yet."""

    events: list[FeedEvents]
    rows: int
    position: int
    since: int
    memories: dict[str, bytes] | None
    done: Future[None] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class PipelineLimits:
    """When events are written.

    ``flush``: longest time until events are in the lake, microseconds; ``rows``: sooner;
    ``checkpoint``: shortest time from one checkpoint to the next, microseconds.
    """

    flush: int = 60 * SECOND
    rows: int = 50_000
    checkpoint: int = 10 * SECOND


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
        beside: Executor | None = None,
        counted: int = 0,
        beyond: Callable[[str, EventBatch], Sequence[Match]] = lambda _tenant, _batch: (),
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
            beside: Where the lake is written while detection goes on; None: it waits for it.
            counted: The offset up to which ``counts`` were kept by whoever takes them.
            beyond: What else is found in a tenant's events, besides what its rules find.
        """
        self._spool = spool
        self._lake = lake
        self._alerts = alerts
        self._checkpoints = checkpoints
        self._rules_of = rules_of
        self._limits = limits
        self._heard = heard
        self._beside = beside
        self._beyond = beyond
        self._readers = FeedReaders(zones or {}, checkpoints.memory)
        self._shared: dict[str, SharedRules] = {}
        self._watches: dict[str, TenantWatch] = {}
        self._gathered: list[FeedEvents] = []
        self._rows = 0
        self._gathering_since: int | None = None
        self._committing: _Commit | None = None
        self._unsaved: dict[str, bytes] = {}
        self._retry_at = self._now = self._remembered_at = 0
        self._advanced = 0
        self._in_lake = lake.committed(APPLICATION)
        self._counted = counted
        self.position = checkpoints.position
        self.saved = self.position
        self.counts: dict[str, FeedCount] = {}
        self.figures = PipelineFigures()
        self._overlap = Overlap(_kept_ends(checkpoints.memory(_FILES)))
        self._ends = dict(self._overlap.ends)
        for tenant in checkpoints.tenants():
            if tenant != _FILES and not tenant.startswith(SESSIONS):
                self._watch(tenant)

    def run_once(self, now: int) -> int:
        """Take what the spool has, detect, hand alerts on; the number of lines taken.

        Writes to the lake too where it is time. Raises what the spool, the lake or the sink
        raise; nothing is lost then, but this pipeline is done for: a new one goes on from
        the checkpoint.
        """
        self._follow_clock(now)
        self._settle(now)
        if self.holds:
            spooled: Sequence[Spooled] = ()
        else:
            spooled = self._spool.read(self.position, _MOST_BYTES)
        taken = self._take(spooled, now) if spooled else 0
        if now - self._advanced >= _ADVANCE and not spooled and not self.holds:
            self._advance(now)
        if self._committing is None and now >= self._retry_at and self._is_due(now):
            self._begin_commit(now, whole=now - self._remembered_at >= self._limits.checkpoint)
            if self._beside is None:
                self._settle(now)
        return taken

    def _is_due(self, now: int) -> bool:
        """Whether it is time to write to the lake, or to remember what it has."""
        since, limits = self._gathering_since, self._limits
        if since is not None and (self._rows >= limits.rows or now - since >= limits.flush):
            return True
        return self._in_lake > self.saved and now - self._remembered_at >= limits.checkpoint

    def _follow_clock(self, now: int) -> None:
        """Where our clock was set back, set back all that is counted from it."""
        back = self._now - now
        self._now = now
        if back <= 0:
            return
        self._advanced -= back
        self._retry_at -= back
        self._remembered_at -= back
        if self._gathering_since is not None:
            self._gathering_since -= back

    @property
    def holds(self) -> bool:
        """Whether so much waits for the lake that no more lines are taken."""
        waiting = self._rows + (self._committing.rows if self._committing else 0)
        return waiting >= _MOST_WAITING * self._limits.rows

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
            watch = self._watch(tenant)
            for each in feeds:
                watch.heard(each.feed, max(each.received.values()), each.latest)
            found = watch.take([(each.feed, batch) for each in feeds for batch in each.batches])
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
        """Count lines by the time of their receipt; those of a replay were counted before."""
        if max(events.received) <= self._counted:
            return
        if min(events.received) <= self._counted:
            events = events_behind(events, self._counted)
        times = events.received.values()
        first, last = min(times), max(times)
        count = self.counts.get(events.feed)
        if count is None:
            count = self.counts[events.feed] = FeedCount(events.tenant, first, last)
        count.first, count.last = min(count.first, first), max(count.last, last)
        add_counts(count.cells, events)
        latest = events.latest
        count.lag = 0 if latest is None else last - latest
        count.sample = msgspec.json.encode(events.sample)

    def _gather(self, events: FeedEvents, now: int) -> None:
        """Keep for the lake what it does not have yet."""
        if max(events.received) <= self._in_lake:
            return
        if min(events.received) <= self._in_lake:
            events = events_behind(events, self._in_lake)
        self._gathered.append(events)
        self._rows += events.lines
        if self._gathering_since is None:
            self._gathering_since = now

    def _advance(self, now: int) -> None:
        """Let time pass for all tenants."""
        self._advanced = now
        for tenant, watch in self._watches.items():
            closed = watch.advance(now)
            if closed:
                self._alerts.take(tenant, closed, now)

    def flush(self, now: int) -> None:
        """Write what was gathered, save a checkpoint, let the spool go, and wait until it is done.

        Raises what the lake, the sink or the checkpoint raise.
        """
        if self._committing is not None:
            self._committing.done.exception()
            self._settle(now)
        self._begin_commit(now, whole=True)
        self._finish()

    def _begin_commit(self, now: int, *, whole: bool) -> None:
        """Hand what was gathered to the lake; if ``whole``, with the windows as they stand."""
        memories = self._memories(now) if whole else None
        since = now if self._gathering_since is None else self._gathering_since
        commit = _Commit(self._gathered, self._rows, self.position, since, memories)
        self._committing = commit
        self._gathered, self._rows, self._gathering_since = [], 0, None
        if commit.position <= self._in_lake:
            commit.done.set_result(None)
        elif self._beside is None:
            self._lake.commit(commit.events, APPLICATION, commit.position)
            commit.done.set_result(None)
        else:
            # Columns that are only made when asked for belong to the thread of their reader.
            events = [each.settled() for each in commit.events]
            commit.done = self._beside.submit(
                self._lake.commit, events, APPLICATION, commit.position
            )

    def _memories(self, now: int) -> dict[str, bytes]:
        """What is to be remembered of this moment."""
        for tenant, watch in self._watches.items():
            grown = watch.open_alerts() if watch.changed else []
            if grown:
                self._alerts.take(tenant, grown, now)
        memories = self._unsaved | {
            tenant: watch.snapshot() for tenant, watch in self._watches.items() if watch.changed
        }
        memories |= self._readers.memories()
        if self._overlap.ends != self._ends:
            self._ends = dict(self._overlap.ends)
            memories[_FILES] = msgspec.msgpack.encode(self._ends)
        self._remembered_at, self._unsaved = now, {}
        return memories

    def _settle(self, now: int) -> None:
        """Finish a commit that has ended; one that failed is gathered again."""
        commit = self._committing
        if commit is None or not commit.done.done():
            return
        try:
            self._finish()
        except MidwatchError as error:
            if self._beside is None or not isinstance(commit.done.exception(), MidwatchError):
                raise
            _LOG.error("the lake did not take %d lines yet: %s", commit.rows, error)
            self.figures.failed_commits += 1
            self._retry_at = now + _RETRY
            self._gathered = [*commit.events, *self._gathered]
            self._rows += commit.rows
            self._gathering_since = commit.since
            if commit.memories is not None:
                self._unsaved = commit.memories
                self._remembered_at = 0

    def _finish(self) -> None:
        """Wait for the commit; then keep a checkpoint and let the spool go."""
        commit, self._committing = self._committing, None
        if commit is None:
            return
        commit.done.result()
        self._in_lake = max(self._in_lake, commit.position)
        self.figures.commits += 1
        if commit.memories is not None:
            self._checkpoints.save(commit.position, commit.memories)
            self._spool.release(commit.position)
            self.saved = commit.position

    def renew(self, zones: Mapping[str, str]) -> None:
        """Feeds or rules changed: take the zones and each tenant's rules anew."""
        self._readers.zones = zones
        for tenant, watch in self._watches.items():
            rules = self._rules_of(tenant)
            if rules.digest != watch.digest:
                watch.renew(self._sharing(rules))
        used = {watch.digest for watch in self._watches.values()}
        for digest in self._shared.keys() - used:
            del self._shared[digest]

    def keep_only(self, tenants: Collection[str]) -> None:
        """Forget the windows of tenants that are gone, and what checkpoints hold of them."""
        pending = [self._unsaved]
        if self._committing is not None and self._committing.memories is not None:
            pending.append(self._committing.memories)
        for tenant in self._watches.keys() - set(tenants):
            del self._watches[tenant]
            for memories in pending:
                memories.pop(tenant, None)
            self._checkpoints.forget(tenant)

    def _watch(self, tenant: str) -> TenantWatch:
        watch = self._watches.get(tenant)
        if watch is None:
            shared = self._sharing(self._rules_of(tenant))
            watch = self._watches[tenant] = TenantWatch(tenant, shared, self._beyond)
            kept = self._checkpoints.memory(tenant)
            if kept is not None:
                try:
                    watch.restore(kept)
                except msgspec.MsgspecError as error:
                    _LOG.warning("the windows of %s could not be read: %s", tenant, error)
        return watch

    def _sharing(self, rules: RuleSet) -> SharedRules:
        shared = self._shared.get(rules.digest)
        if shared is None:
            shared = self._shared[rules.digest] = SharedRules(rules)
        return shared


def _kept_ends(kept: bytes | None) -> dict[str, tuple[int, int]]:
    return msgspec.msgpack.decode(kept, type=dict[str, tuple[int, int]]) if kept else {}
