"""``midwatch up`` is killed; what it started ends by itself and the next watch takes over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.watch.running_watch import (
    RunningWatch,
    add_source,
    is_running,
    midwatch,
    tree_of,
    until,
)

from midwatch.lake import LakeReader
from midwatch.watch.health import HealthStore
from midwatch.watch.state_folder import StateFolder

PARTS = {"intake", "pipeline", "lake", "clock", "midwatch.desk"}


def words_of(pid: int) -> set[str]:
    return set(Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0"))


def kept(state: Path) -> list[str]:
    reader = LakeReader(state / "lake", ["quay"])
    try:
        return [str(row[0]) for row in reader.query("SELECT raw FROM events", limit=10_000).rows]
    finally:
        reader.close()


def test_all_that_a_killed_watch_started_ends_and_the_next_begins_at_once(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state").open().path
    add_source(state)
    line = "<38>Nov 22 10:00:01 files sshd[7]: Failed password for u{} from 203.0.113.9 port 7 ssh2"
    with RunningWatch(state) as watch:
        supervisor = int((state / "up.pid").read_text("ascii"))
        started = tree_of(supervisor)
        names = set[str]().union(*map(words_of, started))
        assert names >= PARTS
        desks = [pid for pid in started if "midwatch.desk" in words_of(pid)]
        assert len(desks) >= 2, "the worker is a process of its own"
        for number in range(40):
            watch.send(line.format(number))
        os.kill(supervisor, signal.SIGKILL)

        done = watch("up", "--detach", "--no-demo")

        assert done.returncode == 0, done.stderr
        assert not any(map(is_running, started)), "the next began beside what was left"
        assert "Waiting for what is left of the last watch to end." in done.stderr
        watch.send(line.format("-after"))
        until(lambda: any("u-after" in raw for raw in kept(state)), "the new watch keeps nothing")
        found = sorted(kept(state))
        assert found == sorted(line.format(number) for number in [*range(40), "-after"])
        with urllib.request.urlopen(f"http://localhost:{watch.desk}/healthz") as answer:
            assert answer.status == 200
        log = (state / "up.log").read_text("utf-8")
        assert log.count("what started this process is gone") >= 4
        assert "killed" not in log


def test_they_end_also_where_no_other_watch_comes(tmp_path: Path) -> None:
    state = tmp_path / "state"
    watch = RunningWatch(state)
    done = watch("up", "--detach", "--demo")
    assert done.returncode == 0, done.stderr
    supervisor = int((state / "up.pid").read_text("ascii"))
    started = tree_of(supervisor)

    os.kill(supervisor, signal.SIGKILL)

    stopped = midwatch("down", "--state", state)
    assert "No watch runs" in stopped.stdout, stopped.stderr
    assert not any(map(is_running, started)), "processes are left behind"
    beats = {beat.process for beat in HealthStore(state / "state.sqlite").heartbeats()}
    assert beats >= {"intake", "pipeline", "clock", "desk"}


def test_a_worker_of_the_desk_ends_with_its_server(tmp_path: Path) -> None:
    with RunningWatch(tmp_path / "state") as watch:
        supervisor = int((watch.state / "up.pid").read_text("ascii"))
        (server,) = (
            pid
            for pid in tree_of(supervisor)
            if "midwatch.desk" in words_of(pid) and parent_of(pid) == supervisor
        )
        workers = [pid for pid in tree_of(server) if pid != server]
        assert workers

        os.kill(server, signal.SIGKILL)

        until(lambda: not any(map(is_running, workers)), "a worker is left", 60.0)
        until(lambda: is_answered(watch.desk), "the desk was not started again")


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])


def is_answered(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/healthz") as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


DEAF = """
import signal, subprocess, sys, time
from midwatch.watch import lifeline
lifeline._STOP_WITHIN = 0.3
signal.signal(signal.SIGTERM, signal.SIG_IGN)
worker = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
lifeline.end_with_starter()
print(worker.pid, flush=True)
signal.pause()
"""


def test_what_does_not_stop_is_killed_with_all_that_it_started() -> None:
    theirs, ours = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", DEAF],
        env={**os.environ, "MIDWATCH_LIFELINE": str(theirs)},
        pass_fds=(theirs,), process_group=0, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        worker = int(process.stdout.readline())

        os.close(ours)

        assert process.wait(60) == -signal.SIGKILL
        until(lambda: not is_running(worker), "its worker is left")
    os.close(theirs)


@pytest.mark.parametrize("detach", [(), ("--detach",)])
def test_what_is_left_and_does_not_end_is_told(tmp_path: Path, detach: tuple[str, ...]) -> None:
    """A process that holds the lock and is none of ours: it cannot be waited for for ever."""
    state = StateFolder(tmp_path / "state").open().path
    script = (
        "import fcntl, signal, sys; lock = open(sys.argv[1], 'w');"
        "fcntl.flock(lock, fcntl.LOCK_EX); print(flush=True); signal.pause()"
    )
    impatient = (
        "import sys; from midwatch.cli import claiming, main; claiming._PATIENCE = 0.5; main()"
    )
    command = [sys.executable, "-c", script, str(state / "up.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        done = subprocess.run(
            [sys.executable, "-c", impatient, "up", *detach, "--state", str(state)],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        holder.kill()

    assert done.returncode == 2
    assert "processes of a watch that ran here before do not end" in done.stderr
    assert f"fuser -v {state / 'up.lock'}" in done.stderr
    assert not (state / "up.pid").exists()
