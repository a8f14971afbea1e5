"""Matches over time give alerts: one alert for a burst, not one for each event.

Fed chunk by chunk with the matches of *all* batches of a chunk (their times may overlap;
they are merged). An alert is handed on twice: when it opens, which is when its condition
first holds, and when it closes, after its group has been quiet for the rule's timespan,
with its final figures and the same id. ``open_alerts`` shows those in between. A plain
rule that no correlation uses alerts by itself, per source address, else user, else host.

Time is event time. Events may come late by ``lateness`` without any difference; an event
later than that begins a run of time of its own for its group (another file, another
clock), so nothing is lost for being old; ``statistics.late`` counts them. A group
without one of its ``group-by`` fields does not exist. State is bounded: of all groups
only the latest ``most_groups`` are kept, and ``statistics.evicted`` tells how many were let go.

Example:
    >>> from midwatch.rules import RuleSet
    >>> correlator = Correlator(RuleSet.empty())
    >>> correlator.feed([]), correlator.flush()
    ([], [])
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from midwatch.detection.alerts import Alert, AlertState
from midwatch.detection.bunches import Bunch, ChunkBatch, Key, Part
from midwatch.detection.detector import Match
from midwatch.detection.groups import Group, alert_of
from midwatch.detection.subjects import Subject, subjects_of
from midwatch.detection.windows import Counted, PeriodWindow
from midwatch.events.batch import EventBatch
from midwatch.events.schema import Logsource
from midwatch.events.source import Form, Value
from midwatch.rules.ruleset import RuleSet

SECOND: Final = 1_000_000
"""Microseconds in a second."""
LATENESS: Final = 30 * SECOND
QUIET: Final = 3_600 * SECOND
MOST_GROUPS: Final = 65_536
_MOST_RUNS: Final = 4
"""Runs of time kept for one group."""
_IDLE_CHUNKS: Final = 64
"""Chunks after which a group that is over may be put away."""
_DERIVED: Final = Form((), {})


class Statistics(Struct):
    """What a correlator has counted since it began."""

    events: int = 0
    late: int = 0
    evicted: int = 0
    opened: int = 0


class KeptGroup(Struct, frozen=True):
    """One group of a snapshot."""

    rule: str
    key: list[Value]
    runs: list[Group]


class CorrelatorState(Struct, frozen=True):
    """All of a correlator's memory, as plain data that msgspec encodes."""

    digest: str
    latest: int
    chunks: int
    statistics: Statistics
    groups: list[KeptGroup]


class Correlator:
    """Keeps the windows and open alerts of all rules; see the module's documentation."""

    def __init__(
        self,
        ruleset: RuleSet,
        *,
        lateness: int = LATENESS,
        quiet: int = QUIET,
        most_groups: int = MOST_GROUPS,
    ) -> None:
        """Times in microseconds.

        Args:
            ruleset: The rules whose matches will come.
            lateness: By how much an event may come late.
            quiet: Without a match for so long, the alert of a plain rule closes.
            most_groups: Groups kept over all rules.
        """
        self._digest = ruleset.digest
        self._subjects = subjects_of(ruleset, lateness=lateness, quiet=quiet)
        self._fed: dict[str, list[Subject]] = {}
        for subject in self._subjects:
            for rule in subject.feeds:
                self._fed.setdefault(rule, []).append(subject)
        self._most_groups = most_groups
        self._groups: OrderedDict[tuple[int, Key], list[Group]] = OrderedDict()
        self._latest = 0
        self._chunks = 0
        self.statistics = Statistics()

    def __len__(self) -> int:
        """Number of groups kept."""
        return len(self._groups)

    def feed(self, matches: Sequence[Match], origin: str = "") -> list[Alert]:
        """Take the matches of one chunk; alerts that opened or closed by it.

        Args:
            matches: Of all batches of the chunk.
            origin: Name of the stream, for evidence.
        """
        self._chunks += 1
        chunks: dict[int, ChunkBatch] = {}
        parts: dict[str, list[tuple[ChunkBatch, Sequence[int]]]] = {}
        position = 0
        for match in matches:
            chunk = chunks.get(id(match.batch))
            if chunk is None:
                chunk = ChunkBatch(match.batch, self._latest, origin)
                chunks[id(match.batch)] = chunk
                position = max(position, max(chunk.times, default=0))
            if match.rule.id in self._fed:
                parts.setdefault(match.rule.id, []).append((chunk, match.rows))
                self.statistics.events += len(match.rows)
        self._latest = max(self._latest, position)
        alerts: list[Alert] = []
        for subject in self._subjects:
            opened = self._feed_subject(subject, parts, alerts)
            if opened and subject.rule.id in self._fed:
                parts[subject.rule.id] = [
                    (_derived(alert, self._latest), range(1)) for alert in opened
                ]
        if position:
            alerts.extend(self._put_away(position))
        alerts.extend(self._evict())
        return alerts

    def _feed_subject(
        self,
        subject: Subject,
        parts: Mapping[str, list[tuple[ChunkBatch, Sequence[int]]]],
        alerts: list[Alert],
    ) -> list[Alert]:
        """Feed one subject; the alerts that opened."""
        grouped: dict[Key, list[Part]] = {}
        for rule in subject.feeds:
            for chunk, rows in parts.get(rule, ()):
                if subject.plain:
                    groups = chunk.plain_groups(rows)
                else:
                    groups = chunk.groups(rows, subject.fields[rule])
                for key, some in groups.items():
                    grouped.setdefault(key, []).append(Part(chunk, some, rule))
        opened: list[Alert] = []
        for key, mine in grouped.items():
            bunch = Bunch(mine, keep_rules_apart=subject.by_rule)
            for alert in self._feed_group(subject, key, bunch):
                alerts.append(alert)
                if alert.state is AlertState.OPEN or subject.waits:
                    opened.append(alert)
        return opened

    def _feed_group(self, subject: Subject, key: Key, bunch: Bunch) -> Iterator[Alert]:
        counted = _counted(subject, bunch)
        place = (subject.number, key)
        runs = self._groups.get(place)
        if runs is None:
            runs = []
            self._groups[place] = runs
        else:
            self._groups.move_to_end(place)
        times, spot, end = bunch.times, 0, len(bunch)
        while spot < end:
            group, limit = self._run_for(subject, runs, times[spot])
            stop = end
            if limit is not None:
                while stop > spot + 1 and times[stop - 1] >= limit:
                    stop -= 1
                self.statistics.late += stop - spot
            group.touched = self._chunks
            while spot < stop:
                spot, alert = self._step(subject, key, group, bunch, counted, spot, stop)
                if alert is not None:
                    yield alert

    def _run_for(self, subject: Subject, runs: list[Group], time: int) -> tuple[Group, int | None]:
        """The run of time an event belongs to, and the time at which a newer run takes over.

        Runs are kept newest first.
        """
        limit: int | None = None
        horizon = subject.demand.horizon
        for group in runs:
            reach = group.newest - horizon
            if group.alert is not None:
                reach = min(reach, group.alert.first - subject.demand.timespan)
            if time >= reach:
                return group, limit
            limit = reach
        group = Group(subject.new_window(), time, self._chunks)
        runs.append(group)
        if len(runs) > _MOST_RUNS:
            # The run that was idle for longest goes; its alert, if any, is closed by nobody.
            idle = min(runs[:-1], key=lambda run: run.touched)
            if idle.alert is None:
                runs.remove(idle)
        return group, limit

    def _step(  # noqa: PLR0913 - the parts of one loop
        self,
        subject: Subject,
        key: Key,
        group: Group,
        bunch: Bunch,
        counted: Sequence[Counted | None],
        spot: int,
        stop: int,
    ) -> tuple[int, Alert | None]:
        """Take events into a group until its state changes; where that was, and the alert."""
        times = bunch.times
        span = subject.demand.timespan
        alert = group.alert
        if alert is not None:
            last = alert.last
            until = stop
            if times[stop - 1] - last > span:
                until = spot
                while until < stop and times[until] - last <= span:
                    last = max(last, times[until])
                    until += 1
            if until > spot:
                alert.absorb(bunch, counted if not subject.by_rule else (), spot, until)
                group.newest = max(group.newest, alert.last)
            if until == stop:
                return until, None
            group.alert = None
            return until, alert_of(subject, key, alert, AlertState.CLOSED)
        window = group.window
        if isinstance(window, PeriodWindow):
            until = window.take(subject.demand, times, counted, spot, stop)
            group.remember(bunch, spot, until)
            group.newest = max(group.newest, window.newest)
            if until == stop:
                return until, None
            return until, self._judge(subject, key, group, window)
        fired = window.take(subject.demand, times, counted, spot, stop)
        until = stop if fired is None else fired.spot + 1
        group.newest = max(group.newest, times[until - 1])
        if fired is None:
            group.remember(bunch, spot, until)
            return until, None
        group.remember(bunch, spot, until)
        distinct = _distinct_before(group, subject)
        opened = group.open(subject, key, fired, distinct)
        self.statistics.opened += 1
        return until, alert_of(subject, key, opened, AlertState.OPEN)

    def _judge(
        self, subject: Subject, key: Key, group: Group, window: PeriodWindow
    ) -> Alert | None:
        """Close a period; its alert opens and closes at once."""
        fired = window.verdict(subject.demand)
        group.window = PeriodWindow()
        if fired is None:
            group.begun = []
            return None
        opened = group.open(subject, key, fired, set())
        opened.last = max(opened.last, window.newest)
        group.alert = None
        self.statistics.opened += 1
        return alert_of(subject, key, opened, AlertState.CLOSED)

    def open_alerts(self) -> list[Alert]:
        """All alerts that are open, as they stand."""
        return [
            alert_of(self._subjects[number], key, group.alert, AlertState.OPEN)
            for (number, key), runs in self._groups.items()
            for group in runs
            if group.alert is not None
        ]

    def advance(self, time: int) -> list[Alert]:
        """Let time pass without events: close what has been quiet for long enough by then."""
        self._latest = max(self._latest, time)
        closed: list[Alert] = []
        for place in list(self._groups):
            closed.extend(self._close_over(place, time))
        return closed

    def flush(self) -> list[Alert]:
        """Close everything: the stream is at its end."""
        closed: list[Alert] = []
        for (number, key), runs in self._groups.items():
            for group in runs:
                closed.extend(self._closing(self._subjects[number], key, group))
        self._groups.clear()
        return closed

    def _put_away(self, position: int) -> Iterator[Alert]:
        """Close and forget groups that are over and were idle for some chunks."""
        for place, runs in list(self._first_groups()):
            if any(group.touched > self._chunks - _IDLE_CHUNKS for group in runs):
                return
            before = len(self._groups)
            yield from self._close_over(place, position)
            if len(self._groups) == before:
                return

    def _first_groups(self) -> Iterator[tuple[tuple[int, Key], list[Group]]]:
        """The groups that were idle for longest, a few at a time."""
        for count, item in enumerate(self._groups.items()):
            if count >= 1_024:  # noqa: PLR2004 - enough to keep up, few enough to be quick
                return
            yield item

    def _close_over(self, place: tuple[int, Key], time: int) -> Iterator[Alert]:
        subject = self._subjects[place[0]]
        runs = self._groups[place]
        for group in list(runs):
            if time - group.newest > subject.demand.horizon:
                yield from self._closing(subject, place[1], group)
                runs.remove(group)
        if not runs:
            del self._groups[place]

    def _closing(self, subject: Subject, key: Key, group: Group) -> Iterator[Alert]:
        if group.alert is not None:
            yield alert_of(subject, key, group.alert, AlertState.CLOSED)
            group.alert = None
        elif isinstance(group.window, PeriodWindow):
            alert = self._judge(subject, key, group, group.window)
            if alert is not None:
                yield alert

    def _evict(self) -> Iterator[Alert]:
        while len(self._groups) > self._most_groups:
            (number, key), runs = self._groups.popitem(last=False)
            self.statistics.evicted += 1
            for group in runs:
                yield from self._closing(self._subjects[number], key, group)

    def snapshot(self) -> CorrelatorState:
        """A copy of all state; ``restore`` with the same rule set goes on as if never stopped."""
        state = CorrelatorState(
            self._digest,
            self._latest,
            self._chunks,
            self.statistics,
            [
                KeptGroup(self._subjects[number].rule.id, list(key), runs)
                for (number, key), runs in self._groups.items()
            ],
        )
        return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=CorrelatorState)

    def restore(self, state: CorrelatorState) -> None:
        """Take over a snapshot; groups of rules that exist no more are left out."""
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=CorrelatorState)
        numbers = {subject.rule.id: subject for subject in self._subjects}
        self._latest, self._chunks = state.latest, state.chunks
        self.statistics = state.statistics
        self._groups.clear()
        for kept in state.groups:
            subject = numbers.get(kept.rule)
            if subject is None:
                continue
            expected = type(subject.new_window())
            runs = [group for group in kept.runs if type(group.window) is expected]
            if runs:
                self._groups[subject.number, tuple(kept.key)] = runs


def _counted(subject: Subject, bunch: Bunch) -> Sequence[Counted | None]:
    """What the subject's window counts, event by event; empty where only events count."""
    if subject.by_rule:
        return [bunch.rule(spot) for spot in range(len(bunch))]
    return bunch.values(subject.counted) if subject.counted else ()


def _distinct_before(group: Group, subject: Subject) -> set[Counted]:
    """The distinct values an alert starts with."""
    seen = getattr(group.window, "seen", None)
    return set(seen) if seen and not subject.by_rule else set()


def _derived(alert: Alert, latest: int) -> ChunkBatch:
    """An alert as an event, for correlations over correlations."""
    columns: dict[str, Sequence[Value]] = {name: [value] for name, value in alert.group.items()}
    origin = alert.evidence[-1] if alert.evidence else None
    batch = EventBatch(
        source="correlation", logsource=Logsource(), form=_DERIVED,
        lines=[origin.line if origin else 0], times=[alert.last], columns=columns, constants={},
        raws=[""], messages=[""],
    )  # fmt: skip
    return ChunkBatch(batch, latest, origin.origin if origin else "")
