"""The desk as the watch runs it."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

from tests.watch.running_watch import RunningWatch, midwatch

from midwatch.watch.health import HealthStore


def test_up_runs_the_desk_and_prints_the_first_managers_link(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with RunningWatch(state) as watch:
        done = watch("up", "--unless-running")
        with urllib.request.urlopen(
            f"http://localhost:{watch.desk}/", timeout=30
        ) as page:  # the desk that runs here
            told = page.read().decode()
        again = watch("desk", "link")

    health = HealthStore(state / "state.sqlite")
    assert "desk" in {beat.process for beat in health.heartbeats()}
    assert f"desk    http://localhost:{watch.desk}" in done.stdout
    (link,) = re.findall(r"http://\S+/welcome/\S+/", done.stdout)
    assert link not in again.stdout
    assert "/welcome/" in again.stdout
    assert "Sign in" in told or "Sign In" in told


def test_without_a_state_folder_of_its_own_a_link_is_no_secret_of_another(tmp_path: Path) -> None:
    first = midwatch("desk", "link", "--state", tmp_path / "one")
    second = midwatch("desk", "link", "--state", tmp_path / "two")

    assert first.stdout.strip() != second.stdout.strip()
    assert (tmp_path / "one" / "desk.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "one" / "desk.key").read_text() != (
        tmp_path / "two" / "desk.key"
    ).read_text()
