"""Speed of ``midwatch check --json``, whole processes on one core.

    python -m benchmarks.check_speed [LINES] [RUNS]

For each kind of log: RUNS counted runs after one that is not counted, each a process of its own
pinned to one core, so that the figures hold start-up, reading, detection and writing. The
median and the range are printed, and the processor time beside the wall clock, since a
shared machine steals the latter. Where ``fail2ban-regex`` is installed (Debian: fail2ban) it
reads the same SSH log in turn with Midwatch, and the median of the paired ratios is printed.

This is a measurement, not a test: nothing is asserted.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.logs import KINDS

MIDWATCH = Path(sys.executable).with_name("midwatch")
_NOT_FAILED = (0, 1)  # 1 says that something needs a look


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run took: seconds on the wall and on the processor, peak memory in MiB."""

    wall: float
    processor: float
    peak: float


def run_once(command: Sequence[str | Path]) -> Figure:
    """Run a command on one core and ask the system what it took."""
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_pin,  # noqa: PLW1509  # no threads here
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _NOT_FAILED:
        sys.exit(f"{command[0]} failed with exit status {process.returncode}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Figure(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def _pin() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _print(name: str, lines: int, figures: Sequence[Figure]) -> None:
    walls = sorted(figure.wall for figure in figures)
    wall = statistics.median(walls)
    processor = statistics.median(figure.processor for figure in figures)
    print(
        f"{name:<24} {lines:>9,} {lines / wall:>10,.0f} {lines / processor:>13,.0f} "
        f"{walls[0]:>7.2f} {wall:>7.2f} {walls[-1]:>7.2f} "
        f"{max(figure.peak for figure in figures):>6.0f}",
        flush=True,
    )


def main() -> None:
    """Measure and print one line per kind."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(
        f"{'log':<24} {'lines':>9} {'lines/s':>10} {'lines/cpu-s':>13} "
        f"{'min s':>7} {'med s':>7} {'max s':>7} {'MiB':>6}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind, write in KINDS.items():
            path = Path(folder) / f"{kind}.log"
            with path.open("w", encoding="ascii") as log:
                log.writelines(f"{line}\n" for line in write(lines))
            command: Sequence[str | Path] = [MIDWATCH, "check", "--json", path]
            run_once(command)
            _print(kind, lines, [run_once(command) for _ in range(runs)])
        _beside_fail2ban(Path(folder) / "ssh.log", min(lines, 100_000), runs)


def _beside_fail2ban(log: Path, lines: int, runs: int) -> None:
    regex = shutil.which("fail2ban-regex")
    if regex is None:
        print("fail2ban-regex is not installed: not compared")
        return
    short = log.with_name("short.log")
    with log.open(encoding="ascii") as whole:
        short.write_text("".join(next(whole) for _ in range(lines)), encoding="ascii")
    ours: Sequence[str | Path] = [MIDWATCH, "check", "--json", short]
    theirs: Sequence[str | Path] = [regex, short, "sshd"]
    pairs = [(run_once(ours), run_once(theirs)) for _ in range(runs)]
    _print("ssh, midwatch check", lines, [pair[0] for pair in pairs])
    _print("ssh, fail2ban-regex", lines, [pair[1] for pair in pairs])
    ratios = sorted(pair[1].processor / pair[0].processor for pair in pairs)
    print(
        f"fail2ban-regex takes {statistics.median(ratios):.1f} times the processor time "
        f"(pairs: {ratios[0]:.1f} to {ratios[-1]:.1f})"
    )


if __name__ == "__main__":
    main()
