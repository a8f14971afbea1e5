"""The morning check: log files in, one report out.

Reads, recognises, detects and counts in one pass with bounded memory. What it needs of
the outside (files, clock, rules, databases) is given to it.
"""

from __future__ import annotations

import time as _time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from midwatch import __version__
from midwatch.detection import Alert, AlertState, Correlator, Detector, Match
from midwatch.events.batch import EventBatch
from midwatch.events.catalogue import all_sources
from midwatch.events.source import Source
from midwatch.intake.files import Chunk
from midwatch.intake.folder import Finding
from midwatch.kernel import BadInputError
from midwatch.reports.assembling import SCANS, AttemptBook, attackers_of, hours_of, kinds_of
from midwatch.reports.tally import CELL, Tally
from midwatch.reports.values import Report, RulesUsed, Trouble
from midwatch.rules import CorrelationKind, RuleSet
from midwatch.watch.geography import Geography
from midwatch.watch.streams import Clock, LogStreams, ReadChunk

Progress = Callable[[ReadChunk], None]
_COUNTED_WHOLE: Final = (SCANS, "dos")
"""Categories whose events are no attempts one by one."""
_KEPT_CHUNKS: Final = 4
_MOST_RAW: Final = 20_000
_LONGEST_RAW: Final = 2000
_MOST_CELLS: Final = 288
_HOUR: Final = CELL * 12


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What to check and how. ``since`` and ``until`` are UTC microseconds or None."""

    finding: Finding
    rules: RuleSet
    clock: Clock
    zone_name: str
    forced: Source | None = None
    since: int | None = None
    until: int | None = None
    geography: Geography = field(default_factory=Geography)
    sources: Sequence[Source] = field(default_factory=all_sources)


class MorningCheck:
    """One run of the morning check."""

    def __init__(self, plan: CheckPlan) -> None:
        """Nothing is read yet."""
        self._plan = plan
        self._streams = LogStreams(plan.finding.sets, plan.sources, plan.clock, plan.forced)
        self._detector = Detector(plan.rules)
        self._correlator = Correlator(plan.rules)
        self._attempt_rules = _attempt_rules(plan.rules)
        self._tally = Tally()
        self._lines = 0
        self._outside = 0
        self._cut: dict[str, int] = {}
        self._recent: deque[tuple[str, Chunk]] = deque(maxlen=_KEPT_CHUNKS)
        self._book = AttemptBook()
        self._raw: dict[tuple[str, int], str] = {}

    def run(self, progress: Progress | None = None) -> Report:
        """Read everything and report; ``progress`` is told of every chunk."""
        started = _time.perf_counter()
        for chunk in self._streams.chunks():
            self._take(chunk)
            if progress is not None:
                progress(chunk)
        self._enter(self._correlator.flush())
        return self._report(_time.perf_counter() - started)

    def _take(self, chunk: ReadChunk) -> None:
        name = chunk.file.name
        self._lines += len(chunk.chunk.lines)
        if chunk.chunk.cut:
            self._cut[name] = chunk.chunk.cut
        self._tally.fail(chunk.result.failures, name)
        matches: list[Match] = []
        for whole in chunk.result.batches:
            batch = self._within(whole)
            if len(batch):
                self._tally.add(batch)
                found = self._detector.match_batch(batch)
                matches.extend(found)
                self._note(batch, found)
        self._recent.append((name, chunk.chunk))
        self._enter(self._correlator.feed(matches, name))

    def _enter(self, alerts: Sequence[Alert]) -> None:
        """Keep closed alerts, and the lines that opened them while they are at hand."""
        for alert in alerts:
            if alert.state is AlertState.CLOSED:
                self._book.add(alert, self._raw)
                if alert.rule.advice.category in _COUNTED_WHOLE and alert.first is not None:
                    weight = 1 if alert.rule.advice.category == SCANS else alert.count
                    self._tally.matched[alert.first // _HOUR, alert.group.get("src_ip")] += weight
            elif len(self._raw) < _MOST_RAW:
                for place in alert.evidence:
                    raw = self._recent_line(place.origin, place.line)
                    if raw is not None:
                        self._raw[place.origin, place.line] = raw[:_LONGEST_RAW]

    def _recent_line(self, file: str, line: int) -> str | None:
        for name, chunk in self._recent:
            if name == file and chunk.numbers is None:
                spot = line - chunk.first_line
                if 0 <= spot < len(chunk.lines):
                    return chunk.lines[spot]
        return None

    def _within(self, batch: EventBatch) -> EventBatch:
        """The part of a batch that lies between ``since`` and ``until``."""
        since, until = self._plan.since, self._plan.until
        if since is None and until is None:
            return batch
        rows = [
            row
            for row, when in enumerate(batch.times)
            if when is not None
            and (since is None or when >= since)
            and (until is None or when < until)
        ]
        self._outside += len(batch) - len(rows)
        return batch if len(rows) == len(batch) else batch.take(rows)

    def _note(self, batch: EventBatch, matches: Sequence[Match]) -> None:
        """Count the rows that speak of attempts, each once."""
        rows: set[int] = set()
        for match in matches:
            if match.rule.id in self._attempt_rules:
                if len(match.rows) == len(batch):
                    self._tally.match(batch, range(len(batch)), _HOUR)
                    return
                rows.update(match.rows)
        if rows:
            self._tally.match(batch, sorted(rows), _HOUR)

    def _report(self, seconds: float) -> Report:
        plan, tally = self._plan, self._tally
        first, last = tally.span()
        attempts = self._book.attempts(plan.geography.place_of)
        attackers = attackers_of(attempts, tally)
        kinds = kinds_of(attempts)
        hours, hour_length = hours_of(attackers, tally, first, last)
        start, cell, cells = _strip(first, last)
        titles = {source.name: source.title for source in plan.sources}
        titles["plain"] = "Other software"
        return Report(
            files=tuple(
                file.name for file in plan.finding.files if file not in self._streams.unread
            ),
            zone=plan.zone_name,
            first=first,
            last=last,
            lines=self._lines,
            events=tally.events,
            not_understood=tally.not_understood,
            outside=self._outside,
            cut=sum(self._cut.values()),
            attempts=attempts,
            attackers=attackers,
            kinds=kinds,
            attempt_count=sum(row.count for row in kinds),
            origin_count=len(attackers),
            failed_logins=tally.failed_logins,
            logins=tally.logins,
            blocked=tally.blocked,
            blocked_origins=len(tally.blocked_from),
            blocked_ports=tuple(
                (port, count)
                for port, count in tally.blocked_ports.most_common(8)
                if isinstance(port, int)
            ),
            hours=hours,
            hour_length=hour_length,
            sources=tally.sources(titles, start, cell, cells),
            strip_start=start,
            strip_cell=cell,
            unparsed=tuple(tally.unparsed),
            troubles=tuple(
                _trouble(problem) for problem in (*plan.finding.problems, *self._streams.problems)
            ),
            rules=RulesUsed(
                count=sum(1 for rule in plan.rules if rule.alone and not rule.waits_for),
                digest=plan.rules.digest,
                kinds=tuple(
                    Counter(rule.advice.category for rule in plan.rules if rule.alone).most_common()
                ),
                newest=max((rule.date for rule in plan.rules), default=""),
                not_loaded=tuple(
                    Trouble(f"{problem.path}:{problem.line}", problem.cause, problem.remedy)
                    for problem in plan.rules.problems
                ),
            ),
            seconds=seconds,
            version=__version__,
            at_least=tally.at_least or self._book.forgotten > 0,
        )


def _attempt_rules(rules: RuleSet) -> frozenset[str]:
    """Ids of the rules about single events that attempts are made of.

    A packet is part of a scan or flood only if there is one, and the login that ends a
    guessing is not one of its tries.
    """
    wanted = {rule.id for rule in rules if rule.alone and rule.advice.attempt}
    for correlation in reversed(rules.correlations):
        if correlation.id in wanted and correlation.advice.category not in _COUNTED_WHOLE:
            ordered = correlation.kind is CorrelationKind.TEMPORAL_ORDERED
            wanted.update(correlation.rules[:-1] if ordered else correlation.rules)
    return frozenset(wanted)


def _strip(first: int | None, last: int | None) -> tuple[int, int, int]:
    """(start, cell length, number of cells) of the strips: five minutes or a multiple."""
    if first is None or last is None:
        return 0, CELL, 1
    cell = CELL
    while (last - first) // cell >= _MOST_CELLS:
        cell *= 2
    start = first // cell * cell
    return start, cell, (last - start) // cell + 1


def _trouble(problem: BadInputError) -> Trouble:
    return Trouble(problem.place, problem.cause, problem.remedy)
