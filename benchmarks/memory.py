"""Peak memory of ``midwatch check --json -`` over logs of any length.

    python -m benchmarks.memory KIND LINES [LINES …]

The log is written into a pipe while it is read, so nothing is stored. Fifty million lines take
some minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from benchmarks.check_speed import MIDWATCH


def main() -> None:
    """Print one line per length."""
    kind = sys.argv[1]
    print(f"{'log':<12} {'lines':>12} {'seconds':>9} {'peak MiB':>9}")
    for lines in map(int, sys.argv[2:]):
        started = time.perf_counter()
        writer = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.logs", kind, str(lines)], stdout=subprocess.PIPE
        )
        reader = subprocess.Popen(
            [MIDWATCH, "check", "--json", "-"], stdin=writer.stdout, stdout=subprocess.DEVNULL
        )
        if writer.stdout is not None:
            writer.stdout.close()
        _, _status, usage = os.wait4(reader.pid, 0)
        reader.returncode = 0
        writer.wait()
        seconds = time.perf_counter() - started
        print(f"{kind:<12} {lines:>12,} {seconds:>9.1f} {usage.ru_maxrss / 1024:>9.0f}", flush=True)


if __name__ == "__main__":
    main()
