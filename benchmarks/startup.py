"""How long a command takes before it does anything: ``midwatch --help`` and a one-line check.

python -m benchmarks.startup [RUNS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.check_speed import MIDWATCH, run_once


def main() -> None:
    """Print the median and range of each command."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        log.write("Nov  1 00:00:00 gate sshd[7]: Connection closed by 192.0.2.9 port 1 [preauth]\n")
        log.flush()
        commands: dict[str, Sequence[str | Path]] = {
            "midwatch --help": [MIDWATCH, "--help"],
            "midwatch check, one line": [MIDWATCH, "check", "--json", Path(log.name)],
        }
        for name, command in commands.items():
            run_once(command)
            walls = sorted(run_once(command).wall for _ in range(runs))
            print(
                f"{name:<26} median {statistics.median(walls) * 1000:>5.0f} ms "
                f"({walls[0] * 1000:.0f} to {walls[-1] * 1000:.0f})"
            )


if __name__ == "__main__":
    main()
