"""kill -9 at random moments: nothing acknowledged is lost, nothing doubled, order kept."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from midwatch.intake.spool import SqliteSpool

WORKER = Path(__file__).with_name("worker.py")
BUDGET = 1 << 20
SIZE = 700
"""A budget this small keeps checkpoints, deletions and vacuums going at all times."""


@pytest.mark.parametrize(
    "rounds", [10, pytest.param(250, marks=pytest.mark.faults)], ids=["few", "many"]
)
def test_a_killed_writer_loses_nothing_it_acknowledged(rounds: int, tmp_path: Path) -> None:
    chance = random.Random(20261122)
    folder = tmp_path / "spool"
    owed: set[int] = set()
    acknowledged = 0
    for number in range(rounds):
        first = number * 1_000_000
        command = [sys.executable, WORKER, folder, first, first + 900_000, BUDGET, SIZE]
        with (tmp_path / "told").open("wb") as told:
            worker = subprocess.Popen(list(map(str, command)), stdout=told)
            until = time.monotonic() + 20
            while not (tmp_path / "told").stat().st_size and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.3))
            worker.kill()
            worker.wait()
        lines = (tmp_path / "told").read_text().split("\n")[:-1]
        acks = {int(line[4:]) for line in lines if line.startswith("ack ")}
        done = {int(line[5:]) for line in lines if line.startswith("done ")}
        acknowledged += len(acks)
        owed = (owed | acks) - done

        spool = SqliteSpool(folder, budget=BUDGET)
        read = spool.read(spool.released, 1 << 30)
        spool.close()

        numbers = [each.parcel.received for each in read]
        assert owed - set(numbers) == set(), f"round {number} lost parcels"
        assert numbers == sorted(set(numbers)), f"round {number} doubled or disordered parcels"
        offsets = [each.offset for each in read]
        assert offsets == sorted(set(offsets))
        assert all(each.parcel.lines[0] == b"%d" % each.parcel.received for each in read)
        owed &= set(numbers)
    assert acknowledged > 20 * rounds, "killed too early: the test tests nothing"
