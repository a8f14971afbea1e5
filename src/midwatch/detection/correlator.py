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

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from heapq import nsmallest
from typing import Final

import msgspec

from midwatch.detection.alerts import Alert, AlertState
from midwatch.detection.bunches import Bunch, Inflow
from midwatch.detection.chains import Steps
from midwatch.detection.chunks import Chunk, ChunkBatch
from midwatch.detection.counting import Intake, close
from midwatch.detection.detector import Match
from midwatch.detection.groups import Group, alert_of
from midwatch.detection.inflows import Key, Matched, Part
from midwatch.detection.state import CorrelatorState, KeptGroup, Statistics
from midwatch.detection.streams import Stream, streams_of
from midwatch.rules.ruleset import RuleSet

SECOND: Final = 1_000_000
"""Microseconds in a second."""
LATENESS: Final = 30 * SECOND
"""By how much, in microseconds, an event may come late without any difference."""
QUIET: Final = 3_600 * SECOND
MOST_GROUPS: Final = 65_536
_MOST_OLDER: Final = 3
"""Earlier runs of time kept for one group."""
_IDLE_CHUNKS: Final = 64
"""Chunks after which a group that is over is put away."""


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
        self._streams = streams_of(ruleset, lateness=lateness, quiet=quiet)
        self._fed = {rule for stream in self._streams for rule in stream.feeds}
        self._serving = self._fed.intersection(rule.id for rule in ruleset.correlations)
        self._most_groups = most_groups
        self._groups: list[dict[Key, Group]] = [{} for _ in self._streams]
        self._waiting = {
            subject.rule.id
            for stream in self._streams
            for subject in stream.subjects
            if subject.waits
        }
        self._latest = 0
        self._chunks = 0
        self.statistics = Statistics()

    def fresh(self) -> Correlator:
        """Another one of the same rules, with no state.

        What both know of the rules is shared, which saves time and memory where there are
        thousands.
        """
        other = copy(self)
        other.forget()
        return other

    def forget(self) -> None:
        """Begin anew, with no state."""
        self._groups = [{} for _ in self._streams]
        self._latest = self._chunks = 0
        self.statistics = Statistics()

    def __len__(self) -> int:
        """Number of groups kept."""
        return sum(map(len, self._groups))

    def feed(self, matches: Sequence[Match], origin: str = "") -> list[Alert]:
        """Take the matches of one chunk; alerts that opened or closed by it.

        Args:
            matches: Of all batches of the chunk.
            origin: Name of the stream, for evidence.
        """
        self._chunks += 1
        chunk, inputs = self._inputs(matches, origin)
        alerts: list[Alert] = []
        shared: dict[object, Matched] = {}
        for stream, kept in zip(self._streams, self._groups, strict=True):
            parts = [
                (batch, rows, rule) for rule in stream.feeds for batch, rows in inputs.get(rule, ())
            ]
            if parts:
                steps = Steps(stream)
                matched = _matched(chunk, shared, stream, parts)
                self._feed_stream(stream, kept, matched, steps, alerts)
                for rule, batch in steps.batches(self._latest, origin).items():
                    inputs[rule] = [(batch, range(len(batch.times)))]
        for matched in shared.values():
            matched.release()
        if chunk.times and not self._chunks % _IDLE_CHUNKS:
            alerts.extend(self._put_away(chunk.times[-1]))
        if len(self) > self._most_groups:
            alerts.extend(self._evict())
        shown = _shown(alerts)
        self.statistics.opened += sum(alert.state is AlertState.OPEN for alert in shown)
        return shown

    def _inputs(
        self, matches: Sequence[Match], origin: str
    ) -> tuple[Chunk, dict[str, list[tuple[ChunkBatch, Sequence[int]]]]]:
        """The chunk, and the rows of it that some stream wants, by rule."""
        batches: dict[int, ChunkBatch] = {}
        inputs: dict[str, list[tuple[ChunkBatch, Sequence[int]]]] = {}
        known: dict[object, Sequence[int]] = {}
        for match in matches:
            if match.rule.id not in self._fed:
                continue
            batch = batches.get(id(match.batch))
            if batch is None:
                batch = batches[id(match.batch)] = ChunkBatch(match.batch, self._latest, origin)
            rows = _same_rows(known, batch, match.rows)
            inputs.setdefault(match.rule.id, []).append((batch, rows))
            self.statistics.events += len(match.rows)
        chunk = Chunk(tuple(batches.values()))
        if chunk.times:
            self._latest = max(self._latest, chunk.times[-1])
        return chunk, inputs

    def _feed_stream(
        self,
        stream: Stream,
        kept: dict[Key, Group],
        matched: Matched,
        steps: Steps,
        alerts: list[Alert],
    ) -> None:
        """Take events in; notes the alerts that open or close, and steps for later streams."""
        arranged = matched.plainly_arranged() if stream.plain else matched.arranged(stream.fields)
        inflow = Inflow(arranged, stream.counted)
        number, times, least = self._chunks, inflow.times, stream.least
        serving = [
            place
            for place, subject in enumerate(stream.subjects)
            if subject.rule.id in self._serving
        ]
        chained = [place for place in serving if not stream.subjects[place].waits]
        for key, places in inflow.groups.items():
            group = kept.get(key)
            if group is None:
                if len(places) < least:
                    kept[key] = Group.of_few(inflow, places, number)
                    continue
                group = kept[key] = Group.new(stream, times[places[0]], number)
            else:
                group.touched = number
            if not group.alerts and group.take_asleep(stream, inflow, places):
                continue
            for alert in self._take(stream, key, group, Bunch(inflow, places)):
                alerts.append(alert)
                if serving and alert.rule.id in self._serving and self._fires(alert):
                    steps.begin(alert, key)
            if chained and group.alerts:
                steps.go_on(chained, key, group, inflow, places)

    def _fires(self, alert: Alert) -> bool:
        """Whether an alert, as it is handed on, says that its condition began to hold."""
        return alert.state is AlertState.OPEN or alert.rule.id in self._waiting

    def _take(self, stream: Stream, key: Key, newest: Group, bunch: Bunch) -> Iterator[Alert]:
        """Take a bunch into the runs of a group that its events belong to."""
        times, spot, end = bunch.times, 0, len(bunch.times)
        if not newest.older and times[0] >= newest.newest - stream.horizon:
            yield from Intake(stream, key, newest, bunch, 0, end).take()
            return
        while spot < end:
            group, limit = _run_for(stream, newest, times[spot])
            if group is None:
                if len(newest.older) == _MOST_OLDER:
                    yield from close(stream, key, newest.older.pop())
                group = Group.new(stream, times[spot], self._chunks)
                newest.older.append(group)
            stop = end
            if limit is not None:
                stop = bisect_left(times, limit, spot + 1)
                self.statistics.late += stop - spot
            yield from Intake(stream, key, group, bunch, spot, stop).take()
            spot = stop

    def open_alerts(self) -> list[Alert]:
        """All alerts that are open, as they stand."""
        return _shown(
            alert_of(stream, subject, key, alert, AlertState.OPEN)
            for stream, kept in zip(self._streams, self._groups, strict=True)
            for key, newest in kept.items()
            for group in (newest, *newest.older)
            for subject, alert in zip(stream.subjects, group.alerts, strict=False)
            if alert is not None
        )

    def advance(self, time: int) -> list[Alert]:
        """Let time pass without events: close what has been quiet for long enough by then."""
        self._latest = max(self._latest, time)
        return _shown(self._put_away(time, idle=0))

    def flush(self) -> list[Alert]:
        """Close everything: the stream is at its end."""
        closed = _shown(
            alert
            for stream, kept in zip(self._streams, self._groups, strict=True)
            for key, group in kept.items()
            if group.alerts or group.older
            for alert in _close_all(stream, key, group)
        )
        for kept in self._groups:
            kept.clear()
        return closed

    def _put_away(self, time: int, idle: int = _IDLE_CHUNKS) -> Iterator[Alert]:
        """Close and forget groups that are over at that time and were idle for some chunks."""
        before = self._chunks - idle
        for stream, kept in zip(self._streams, self._groups, strict=True):
            over = [
                key
                for key, group in kept.items()
                if group.touched <= before and time - group.newest > stream.horizon
            ]
            for key in over:
                yield from _close_all(stream, key, kept.pop(key))

    def _evict(self) -> Iterator[Alert]:
        """Let go of the groups that were idle for longest, some more than need be."""
        surplus = len(self) - self._most_groups + self._most_groups // 16
        idlest = nsmallest(
            surplus,
            (
                (group.touched, number, spot, key)
                for number, kept in enumerate(self._groups)
                for spot, (key, group) in enumerate(kept.items())
            ),
            key=_age,
        )
        for _, number, _, key in idlest:
            self.statistics.evicted += 1
            yield from _close_all(self._streams[number], key, self._groups[number].pop(key))

    def snapshot(self) -> CorrelatorState:
        """A copy of all state; ``restore`` with the same rule set goes on as if never stopped."""
        return msgspec.msgpack.decode(msgspec.msgpack.encode(self.state()), type=CorrelatorState)

    def state(self) -> CorrelatorState:
        """All state, not copied: for those who encode it at once."""
        return CorrelatorState(
            self._digest,
            self._latest,
            self._chunks,
            self.statistics,
            [
                KeptGroup(_ids(stream), list(key), group)
                for stream, kept in zip(self._streams, self._groups, strict=True)
                for key, group in kept.items()
            ],
        )

    def restore(self, state: CorrelatorState) -> None:
        """Take over a snapshot; groups of rules that changed since are left out."""
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=CorrelatorState)
        numbers = {tuple(_ids(stream)): number for number, stream in enumerate(self._streams)}
        self._latest, self._chunks = state.latest, state.chunks
        self.statistics = state.statistics
        for groups in self._groups:
            groups.clear()
        for kept in state.groups:
            number = numbers.get(tuple(kept.subjects))
            if number is not None:
                self._groups[number][tuple(kept.key)] = kept.group


def _matched(
    whole: Chunk, shared: dict[object, Matched], stream: Stream, parts: Sequence[Part]
) -> Matched:
    """What a stream is fed with; one for all streams that look at the same in the same way."""
    rules = tuple(part[2] for part in parts) if stream.apart else ()
    rows = tuple((id(part[0]), _identity(part[1])) for part in parts)
    asked = (rows, rules)
    known = shared.get(asked)
    if known is None:
        if not all(map(whole.holds, (part[0] for part in parts))):
            # Fed by alerts of this very chunk, which have no place in its order.
            whole = Chunk(tuple({id(part[0]): part[0] for part in parts}.values()))
        known = shared[asked] = Matched(whole, parts, apart=stream.apart)
    return known


def _same_rows(
    known: dict[object, Sequence[int]], batch: ChunkBatch, rows: Sequence[int]
) -> Sequence[int]:
    """The same rows as another rule has matched, if there is one, so that they are shared."""
    if not rows or isinstance(rows, range):
        return rows
    same = known.setdefault((id(batch), len(rows), rows[0], rows[-1]), rows)
    return same if same == rows else rows


def _identity(rows: Sequence[int]) -> object:
    """What tells rows apart: a range by its bounds, anything else by being itself."""
    return rows if isinstance(rows, range) else id(rows)


def _shown(alerts: Iterable[Alert]) -> list[Alert]:
    """Without those of correlations that only serve others."""
    return [alert for alert in alerts if alert.rule.alone]


def _run_for(stream: Stream, newest: Group, time: int) -> tuple[Group | None, int | None]:
    """The run of time an event belongs to, and the time at which a newer run takes over.

    No run: the event is older than all of them.
    """
    limit: int | None = None
    for group in (newest, *newest.older):
        reach = group.newest - stream.horizon
        if time >= reach:
            return group, limit
        limit = reach
    return None, limit


def _close_all(stream: Stream, key: Key, newest: Group) -> Iterator[Alert]:
    for group in (newest, *newest.older):
        yield from close(stream, key, group)


def _age(group: tuple[int, int, int, Key]) -> tuple[int, int, int]:
    return group[:3]


def _ids(stream: Stream) -> list[str]:
    return [subject.rule.id for subject in stream.subjects]
