"""Power cuts, modelled: whatever was not synced is gone or torn, what was acknowledged is not."""

import importlib.util
import random
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from midwatch.intake.spool import Damage, SqliteSpool
from midwatch.kernel import MidwatchError

HERE = Path(__file__).parent
BUDGET = 1 << 20


def load_model() -> ModuleType:
    spec = importlib.util.spec_from_file_location("power", HERE / "power.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["power"] = module
    spec.loader.exec_module(module)
    return module


power = load_model()


def record(tmp_path: Path, parcels: int) -> list[power.Event]:  # type: ignore[name-defined]  # loaded by path
    """What a worker does to its folder, from nothing to a clean end."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    folder, trace = tmp_path / "spool", tmp_path / "trace"
    worker = [sys.executable, HERE / "worker.py", folder, 0, parcels, BUDGET, 2000]
    command = [strace, "-f", "-y", "-xx", "-s", "100000000", "-e", f"trace={power.CALLS}"]
    ended = subprocess.run(
        [*command, "-o", str(trace), *map(str, worker)], check=False, capture_output=True, text=True
    )
    if "ptrace" in ended.stderr:
        pytest.skip(f"strace may not trace here: {ended.stderr.splitlines()[0]}")
    assert ended.returncode == 0, ended.stderr
    return list(power.events(trace, folder))


class Check:
    """Cuts the power at points of a record and looks at what the spool makes of it."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "after"
        self.lost: list[str] = []
        self.cuts = 0
        self.owed: set[int] = set()
        self.done: set[int] = set()

    def hear(self, told: bytes) -> None:
        for line in told.decode().splitlines():
            word, number = line.split()
            (self.owed if word == "ack" else self.done).add(int(number))

    def cut(self, disk: power.Disk, fate: str, chance: random.Random) -> None:  # type: ignore[name-defined]  # loaded by path
        disk.write_out(self.folder, fate, chance)
        reports: list[Damage] = []
        try:
            spool = SqliteSpool(self.folder, budget=BUDGET, report=reports.append)
            read = spool.read(spool.released, 1 << 30)
            spool.close()
        except MidwatchError as error:
            self.lost.append(f"cut {self.cuts}, {fate}: {error}")
            read = []
        numbers = [each.parcel.received for each in read]
        missing = self.owed - self.done - set(numbers)
        if missing or reports or numbers != sorted(set(numbers)):
            self.lost.append(f"cut {self.cuts}, {fate}: {len(missing)} lost, {reports}")
        self.cuts += 1
        shutil.rmtree(self.folder)


@pytest.mark.parametrize(
    ("parcels", "cuts"),
    [(150, 120), pytest.param(1500, 2000, marks=pytest.mark.faults)],
    ids=["few", "many"],
)
def test_a_power_cut_loses_nothing_acknowledged(parcels: int, cuts: int, tmp_path: Path) -> None:
    recorded = record(tmp_path, parcels)
    chance = random.Random(7)
    disk, check = power.Disk(), Check(tmp_path)
    points = [at for at, event in enumerate(recorded) if event.kind in {"sync", "told", "write"}]
    chosen = set(chance.sample(points, min(cuts, len(points))))
    syncs = 0
    for at, event in enumerate(recorded):
        if event.kind == "told":
            check.hear(event.data)
        disk.apply(event)
        syncs += event.kind == "sync"
        if at in chosen:
            check.cut(disk, chance.choice(["all", "none", "some", "some", "some"]), chance)

    assert check.owed == set(range(parcels))
    assert check.done, "nothing was released meanwhile: the test tests less than it says"
    assert syncs > 20
    assert check.lost == []


def test_the_model_finds_the_loss_when_syncs_do_nothing(tmp_path: Path) -> None:
    recorded = record(tmp_path, 60)
    disk, check = power.Disk(heed_syncs=False), Check(tmp_path)
    for event in recorded:
        if event.kind == "told":
            check.hear(event.data)
        disk.apply(event)

    check.cut(disk, "none", random.Random(1))

    assert check.lost
