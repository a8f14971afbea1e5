"""How fast the Sigma engine is: ``python -m benchmarks.hunt_speed RULES LOG …``.

RULES is a pack, folder or file of Sigma rules; each LOG is a file of any kind that Midwatch reads.
Figures are processor time of this process: median (and range) of the runs after one that is not
counted, from the file to encoded matches; but of several processes it is the clock's. Beside
each stands the time that msgspec takes to decode the same lines of JSON and do nothing else,
measured in turn with ours, since the speed of shared machines drifts: compare the ratios.
"""

from __future__ import annotations

import gc
import re
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC
from functools import partial
from pathlib import Path

import msgspec

from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.intake.folder import LogFile, find_logs
from midwatch.rules import Rule, RuleSet, load_rules
from midwatch.watch.hunting import Hunter, hunt
from midwatch.watch.streams import Clock

RUNS = 5
BATCH = 500
CLOCK = Clock(UTC, int(time.time() * 1_000_000))


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one run."""
    gc.collect()
    begin = time.process_time()
    work()
    return time.process_time() - begin


def told(figures: list[float], factor: float = 1.0) -> str:
    """Median and range."""
    scaled = sorted(figure * factor for figure in figures)
    return f"{statistics.median(scaled):.2f} ({scaled[0]:.2f}-{scaled[-1]:.2f})"


def loading(rules: Path) -> RuleSet:
    """Print how long the rules take to load; give them."""
    with tempfile.TemporaryDirectory() as folder:
        cold = seconds(lambda: load_rules([rules], cache=Path(folder)))
        warm = [seconds(lambda: load_rules([rules], cache=Path(folder))) for _ in range(RUNS)]
        ruleset = load_rules([rules], cache=Path(folder))
    print(f"{len(ruleset)} rules: cold {cold:.2f} s, warm {told(warm)} s")
    return ruleset


def speed(ruleset: RuleSet, log: Path) -> None:
    """Print the speed on one log, and of batches of a few events of it."""
    hunter = Hunter(ruleset, CLOCK, None)
    files = find_logs([log]).files

    def work() -> list[int]:
        parts = [part for file in files for part in hunter.file(file)]
        return [sum(part.events for part in parts), sum(len(part.matches) for part in parts)]

    events, matches = work()
    ours, theirs = [], []
    lines = log.read_text(errors="replace").splitlines() if log.suffix == ".jsonl" else []
    decode = msgspec.json.Decoder().decode
    for _ in range(RUNS):
        ours.append(seconds(work))
        if lines:
            theirs.append(seconds(lambda: deque(map(decode, lines), maxlen=0)))
    rate = events / statistics.median(ours)
    print(
        f"{log.name}: {events} events, {matches} matches, {rate:,.0f} events/s, "
        f"{told(ours, 1e6 / events)} us/event"
        + (f"; decoding alone {told(theirs, 1e6 / events)} us/event" if theirs else "")
    )
    if lines:
        latency(hunter, lines)


def latency(hunter: Hunter, lines: list[str]) -> None:
    """Print how long a batch of some events takes."""
    reader = LineReader(all_sources(), ClockContext(reference=CLOCK.now))
    detector = hunter.detector
    taken = []
    for begin in range(0, min(len(lines), 100 * BATCH) - BATCH, BATCH):
        batch = lines[begin : begin + BATCH]
        start = time.process_time()
        result = reader.read(batch, 1)
        detector.match_batches(result.single)
        for run in result.runs:
            detector.match_run(run)
        taken.append(time.process_time() - start)
    print(f"    batches of {BATCH}: {told(taken[len(taken) // 2 :], 1e3)} ms")


def shared(ruleset: RuleSet, log: Path) -> None:
    """Print how long one and two processes take, from start to end, in turn; four times the log."""
    files = find_logs([log]).files * 4
    taken: dict[int, list[float]] = {1: [], 2: []}
    events = 0
    for _ in range(3):
        for jobs, figures in taken.items():
            begin = time.perf_counter()
            events = sum(part.events for part in hunt(files, ruleset, CLOCK, None, jobs))
            figures.append(time.perf_counter() - begin)
    for jobs, figures in taken.items():
        rate = events / statistics.median(figures)
        print(f"{jobs} processes: {told(figures)} s on the clock, {rate:,.0f} events/s")


def growth(ruleset: RuleSet, log: Path) -> None:
    """Print how much longer ten times the rules take: copies with other literals."""
    text = msgspec.json.encode(ruleset.rules).decode()
    more: list[Rule] = []
    for number in range(10):
        copy = text.replace('"id":"', f'"id":"{number}-')
        if number:
            # Not in expressions: there the digit would name a group.
            copy = re.sub(r"(?<!\\)\.exe", f"{number}.exe", copy)
        more.extend(msgspec.json.decode(copy, type=list[Rule]))
    for name, some in (("all", ruleset.rules), ("ten times", tuple(more))):
        hunter = Hunter(RuleSet(some, (), (), ""), CLOCK, None)
        work = partial(_whole, hunter, find_logs([log]).files)
        runs = [seconds(work) for _ in range(4)]
        print(f"{name} rules ({len(some)}): first run {runs[0]:.2f} s, then {told(runs[1:])} s")


def _whole(hunter: Hunter, files: Sequence[LogFile]) -> None:
    for file in files:
        for _part in hunter.file(file):
            pass


def main() -> None:
    """Measure all."""
    rules, *logs = map(Path, sys.argv[1:])
    ruleset = loading(rules)
    gc.freeze()
    gc.disable()
    for log in logs:
        speed(ruleset, log)
    shared(ruleset, logs[0])
    growth(ruleset, logs[0])


if __name__ == "__main__":
    main()
