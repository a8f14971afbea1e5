"""The service of systemd: what it starts exists, and it may do little."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from midwatch.cli.main import midwatch

ROOT = Path(__file__).resolve().parents[1]
UNIT = ROOT / "packaging" / "systemd" / "midwatch.service"
MOST_EXPOSED = 2.0
"""Of ten; see systemd-analyze security."""


def service() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[method-assign,assignment]  # the names of systemd
    parser.read(UNIT)
    return parser["Service"]


@pytest.mark.parametrize("line", ["ExecStart", "ExecReload"])
def test_the_commands_that_it_calls_are_there(line: str) -> None:
    _, name, *options = service()[line].split()
    command = midwatch.get_command(click.Context(midwatch), name)

    assert command is not None
    known = {word for each in command.params for word in (*each.opts, *each.secondary_opts)}
    assert set(options) <= known


def test_it_gets_no_right_but_that_of_low_ports() -> None:
    assert service()["CapabilityBoundingSet"] == "CAP_NET_BIND_SERVICE"
    assert service()["NoNewPrivileges"] == "yes"
    assert service()["ProtectSystem"] == "strict"
    assert service()["StateDirectoryMode"] == "0700"


def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    # It looks for the program, which is not installed here, and for the user.
    text = UNIT.read_text("utf-8").replace("/opt/midwatch/bin/midwatch", "/bin/true")
    unit = tmp_path / "midwatch.service"
    unit.write_text(re.sub(r"^(User|Group)=.*$", r"\1=root", text, flags=re.MULTILINE))

    verified = subprocess.run(
        [analyze, "verify", unit], capture_output=True, text=True, check=False
    )
    security = subprocess.run(
        [analyze, "security", "--offline=true", UNIT],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert [line for line in verified.stderr.splitlines() if unit.name in line] == []
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", security.stdout)
    assert level is not None, security.stdout + security.stderr
    assert float(level[1]) <= MOST_EXPOSED
