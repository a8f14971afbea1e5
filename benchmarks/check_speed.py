"""How fast `midwatch check` reads a log here, and how much memory it takes.

Each run is a process of its own, as a person would start it, so the figures hold the
start-up too. The logs are the whole ones of the shared cases where those are present, and
always one written here: failed SSH logins among ordinary ones, from many addresses.

    .venv/bin/python benchmarks/check_speed.py [LOG …]

This is a measurement, not a test: nothing is asserted, and figures from a busy or shared
machine are not to be published.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MIDWATCH = ROOT / ".venv" / "bin" / "midwatch"
WRITTEN_LINES = 200_000
RUNS = 3
NOT_FAILED = (0, 1)  # 1 says that something was found


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run took: wall-clock seconds and the largest resident size in MiB."""

    seconds: float
    peak_mib: float


def write_log(path: Path) -> None:
    """Write an OpenSSH log that is the same on every machine."""
    dice = random.Random(2)  # noqa: S311  # the same log each time, no secret
    users = ("root", "admin", "test", "j.ortiz", "backup")
    with path.open("w", encoding="ascii") as log:
        for number in range(WRITTEN_LINES):
            clock = time.strftime("%b %d %H:%M:%S", time.gmtime(1_800_000_000 + number // 4))
            said = "Accepted publickey" if dice.random() < 0.1 else "Failed password"
            source = f"198.51.100.{dice.randrange(256)} port {dice.randrange(1024, 65536)}"
            log.write(
                f"{clock} mail sshd[{number % 32768}]: "
                f"{said} for {dice.choice(users)} from {source} ssh2\n"
            )


def run_once(log: Path) -> Figure:
    """Check one log in a child process and ask the system what it took."""
    started = time.perf_counter()
    with subprocess.Popen([MIDWATCH, "check", "--json", log], stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in NOT_FAILED:
        sys.exit(f"midwatch check failed on {log} with exit status {process.returncode}.")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Figure(seconds, usage.ru_maxrss / unit)


def logs_to_read(written: Path) -> list[Path]:
    """The logs named on the command line, or the written one and the shared whole ones."""
    if len(sys.argv) > 1:
        return [Path(name) for name in sys.argv[1:]]
    write_log(written)
    cases = Path(os.environ.get("MIDWATCH_CASES", ROOT.parent / "shared" / "cases"))
    return [written, *sorted((cases / "volume").glob("*/log.txt"))]


def main() -> None:
    """Print one line per log: the fastest of the runs, and the largest memory of them."""
    print(f"{'lines':>9}  {'seconds':>7}  {'lines/s':>9}  {'peak MiB':>8}  log")
    with tempfile.TemporaryDirectory() as folder:
        for log in logs_to_read(Path(folder) / "written.log"):
            with log.open("rb") as content:
                lines = sum(1 for _ in content)
            figures = [run_once(log) for _ in range(RUNS)]
            seconds = min(figure.seconds for figure in figures)
            peak = max(figure.peak_mib for figure in figures)
            name = f"{log.parent.name}/{log.name}" if log.name == "log.txt" else log.name
            print(f"{lines:>9,}  {seconds:>7.2f}  {lines / seconds:>9,.0f}  {peak:>8.0f}  {name}")


if __name__ == "__main__":
    main()
