"""Keeping real processes running."""

import asyncio
import dataclasses
import os
import signal
import sys
from pathlib import Path

from tests.watch.running_watch import is_running

from midwatch.watch.rehearsal import eventually
from midwatch.watch.supervisor import Child, Supervisor

STEADY = """
import pathlib, signal, sys, time
log = pathlib.Path(sys.argv[1])
def note(text):
    with log.open("a") as file:
        file.write(text + "\\n")
def end(*_):
    note(sys.argv[2] + " stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGHUP, lambda *_: note(sys.argv[2] + " reloaded"))
note(sys.argv[2] + " started")
while True:
    signal.pause()
"""
DEAF = STEADY.replace("    sys.exit(0)\n", "")


def child(log: Path, name: str, script: str = STEADY, stop_within: float = 20.0) -> Child:
    return Child(
        name, (sys.executable, "-c", script, str(log), name), stop_within=stop_within
    )  # fmt: skip


async def until(log: Path, *lines: str) -> None:
    """Wait until the log holds these lines."""
    async with asyncio.timeout(30):
        while not log.exists() or not set(lines) <= set(log.read_text("utf-8").splitlines()):
            await asyncio.sleep(0.02)


def test_children_are_started_reloaded_and_stopped_in_order(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def scene() -> None:
        supervisor = Supervisor([child(log, "intake"), child(log, "pipeline")])
        running = asyncio.create_task(supervisor.run())
        await until(log, "intake started", "pipeline started")
        os.kill(os.getpid(), signal.SIGHUP)
        await until(log, "intake reloaded", "pipeline reloaded")
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(30):
            await running

    asyncio.run(scene())

    assert log.read_text("utf-8").splitlines()[-2:] == ["intake stopped", "pipeline stopped"]


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    dying = "import pathlib,sys; pathlib.Path(sys.argv[1]).open('a').write('x\\n'); sys.exit(3)"

    async def scene() -> None:
        supervisor = Supervisor([child(log, "intake", dying)])
        running = asyncio.create_task(supervisor.run())
        async with asyncio.timeout(30):
            while supervisor.starts["intake"] < 3:
                await asyncio.sleep(0.02)
        supervisor.stop()
        async with asyncio.timeout(30):
            await running

    asyncio.run(scene())


def test_a_child_that_may_end_is_not_started_again_when_it_ends_well(tmp_path: Path) -> None:
    log = tmp_path / "log"
    ending = "import pathlib,sys; pathlib.Path(sys.argv[1]).open('a').write('x\\n')"

    async def scene() -> None:
        quick = child(log, "demo", ending)
        supervisor = Supervisor(
            [dataclasses.replace(quick, may_end=True), child(log, "intake", "raise SystemExit(0)")]
        )
        running = asyncio.create_task(supervisor.run())
        async with asyncio.timeout(30):
            while supervisor.starts["intake"] < 3 or not log.exists():
                await asyncio.sleep(0.02)
        supervisor.stop()
        async with asyncio.timeout(30):
            await running
        assert supervisor.starts["demo"] == 1

    asyncio.run(scene())


def test_a_child_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def scene() -> None:
        supervisor = Supervisor([child(log, "intake", DEAF, stop_within=0.3)])
        running = asyncio.create_task(supervisor.run())
        await until(log, "intake started")
        supervisor.stop()
        async with asyncio.timeout(30):
            await running

    asyncio.run(scene())

    assert "intake stopped" in log.read_text("utf-8")


def test_what_a_killed_child_had_started_is_killed_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
    script = (
        "import subprocess, sys\n"
        f"worker = subprocess.Popen([sys.executable, '-c', {program!r}], stdout=subprocess.PIPE)\n"
        "number = worker.stdout.readline().decode().strip()\n" + DEAF
    ).replace('" started"', '" started " + number')

    async def scene() -> int:
        supervisor = Supervisor([child(log, "desk", script, stop_within=0.3)])
        running = asyncio.create_task(supervisor.run())
        async with asyncio.timeout(30):
            while not log.exists() or "started" not in log.read_text("utf-8"):
                await asyncio.sleep(0.02)
        worker = int(log.read_text("utf-8").split()[2])
        os.kill(worker, 0)
        supervisor.stop()
        async with asyncio.timeout(30):
            await running
        return worker

    worker = asyncio.run(scene())
    # Killed is told at once; that the system has carried it out may take a moment.
    eventually(lambda: not is_running(worker))


def test_a_command_that_is_missing_does_not_stop_the_others(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def scene() -> None:
        missing = Child("clock", (str(tmp_path / "missing"),))
        supervisor = Supervisor([missing, child(log, "intake")])
        running = asyncio.create_task(supervisor.run())
        await until(log, "intake started")
        supervisor.stop()
        async with asyncio.timeout(30):
            await running

    asyncio.run(scene())
