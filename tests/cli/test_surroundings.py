"""Pipes, disks, terminals and variables as they are: each told plainly, none a defect."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MIDWATCH = Path(sys.executable).with_name("midwatch")
LINES = [
    f"Feb  3 04:05:{second:02} gate sshd[{2000 + second}]: "
    f"Failed password for root from 203.0.113.9 port {4000 + second} ssh2"
    for second in range(0, 40, 2)
]
TEXT = "".join(f"{line}\n" for line in LINES)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("MIDWATCH_TIMEZONE", "UTC")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "auth.log"
    path.write_text(TEXT)
    return path


def run(
    *words: str | Path, data: bytes | None = None, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [MIDWATCH, *words],
        input=data,
        capture_output=True,
        check=False,
        env={**os.environ, **variables},
    )


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command line as a person types it; ``midwatch`` is on the path."""
    path = f"{MIDWATCH.parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],  # noqa: S607  # wherever it lies
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PATH": path},
    )


class TestInput:
    @pytest.mark.parametrize("command", ["check --json - <", "check --json <(cat", "check --json"])
    def test_a_packed_log_may_come_by_any_way(
        self, tmp_path: Path, log: Path, command: str
    ) -> None:
        packed = tmp_path / "auth.log.1.gz"
        packed.write_bytes(gzip.compress(log.read_bytes()))
        end = ")" if "(" in command else ""
        done = shell(f"midwatch {command} {packed.name}{end}", tmp_path)
        assert json.loads(done.stdout)["totals"]["lines"] == len(LINES)

    @pytest.mark.parametrize("command", ["check", "parse", "hunt"])
    @pytest.mark.parametrize("data", [b"PK\x03\x04", bytes(range(256)) * 20])
    def test_a_pipe_without_a_log_is_status_2(self, command: str, data: bytes) -> None:
        done = run(command, "-", data=data)
        assert done.returncode == 2
        assert b"not a log" in done.stdout + done.stderr

    @pytest.mark.parametrize("command", ["check", "parse"])
    def test_a_closed_standard_input_is_told(self, tmp_path: Path, command: str) -> None:
        done = shell(f"midwatch {command} - <&-", tmp_path)
        assert done.returncode == 2
        assert "standard input is closed" in done.stdout + done.stderr

    def test_a_file_that_proves_unreadable_is_status_2(self, tmp_path: Path) -> None:
        path = tmp_path / "Security.evtx"
        path.write_bytes(b"ElfFile\x00" + bytes(50))
        assert run("check", path).returncode == 2
        assert run("parse", path).returncode == 2

    def test_an_unset_variable_does_not_mean_this_folder(self, tmp_path: Path) -> None:
        done = shell('midwatch check "$NO_SUCH_VARIABLE"', tmp_path)
        assert done.returncode == 2
        assert "is empty" in done.stderr

    @pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses such names")
    @pytest.mark.parametrize("words", [["check", "--json"], ["parse"], ["hunt"], ["check"]])
    def test_a_file_name_need_not_be_text(self, tmp_path: Path, words: list[str]) -> None:
        path = tmp_path / os.fsdecode(b"b\xff.log")
        path.write_text(TEXT)
        done = run(*words, path)
        assert done.returncode in (0, 1), done.stderr
        assert b"b%FF.log" in done.stdout


class TestOutput:
    @pytest.mark.parametrize("words", ["parse auth.log", "explain ssh-guessing", "hunt auth.log"])
    def test_a_reader_that_has_seen_enough_is_no_finding(
        self, tmp_path: Path, log: Path, words: str
    ) -> None:
        log.write_text(TEXT * 200)
        done = shell(f"midwatch {words} | head -1; exit ${{PIPESTATUS[0]}}", tmp_path)
        assert done.returncode == 141
        assert done.stderr == ""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk at hand")
    @pytest.mark.parametrize("words", ["check", "check --json", "parse"])
    def test_a_full_disk_is_told_in_one_line(self, tmp_path: Path, log: Path, words: str) -> None:
        done = shell(f"midwatch {words} {log.name} > /dev/full", tmp_path)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "make room" in done.stderr

    @pytest.mark.parametrize("words", ["check", "parse"])
    def test_output_may_be_closed(self, tmp_path: Path, log: Path, words: str) -> None:
        done = shell(f"midwatch {words} {log.name} >&-", tmp_path)
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk at hand")
    def test_a_page_that_cannot_be_written_does_not_cost_the_report(self, log: Path) -> None:
        done = run("check", log, "--html", "/dev/full")
        assert done.returncode == 2
        assert b"203.0.113.9" in done.stdout
        assert b"the page cannot be written" in done.stderr

    @pytest.mark.parametrize("page", ["", "missing/page.html", "."])
    def test_a_page_without_a_place_is_told_before_reading(self, log: Path, page: str) -> None:
        done = run("check", log, "--html", page)
        assert done.returncode == 2
        assert done.stdout == b""

    @pytest.mark.parametrize(
        "words", [["source", "list"], ["explain", "ssh-guessing"], ["check", "ü.log"]]
    )
    def test_any_terminal_will_do(self, words: list[str]) -> None:
        done = run(*words, PYTHONIOENCODING="ascii")
        assert b"Traceback" not in done.stderr
        assert done.stdout.isascii()


class TestWords:
    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["--since", "2026-02-04", "--until", "2026-02-03"], "is not before --until"),
            (["--timezone", "+99:00"], "no time zone called '+99:00'"),
        ],
    )
    def test_what_cannot_be_is_told(self, log: Path, words: list[str], says: str) -> None:
        done = run("check", log, *words)
        assert done.returncode == 2
        assert says in done.stderr.decode()

    @pytest.mark.parametrize("zone", ["Europe/Berlin", ":Europe/Berlin"])
    def test_the_variable_tz_is_this_machines_zone(
        self, log: Path, monkeypatch: pytest.MonkeyPatch, zone: str
    ) -> None:
        monkeypatch.delenv("MIDWATCH_TIMEZONE")
        first = json.loads(run("parse", log, TZ=zone).stdout.splitlines()[0])
        assert first["time"].endswith("-02-03T03:05:00Z")

    def test_hunting_without_a_rule_is_an_error(self, tmp_path: Path, log: Path) -> None:
        rule = tmp_path / "rule.yml"
        rule.write_text("title: x\n\tlogsource:\n")
        done = run("hunt", "--rules", rule, log)
        assert done.returncode == 2
        assert b"rule.yml:2" in done.stderr
        assert b"no rule could be loaded" in done.stderr

    def test_the_demo_overwrites_nothing(self, log: Path) -> None:
        done = run("demo", "--keep", log.parent)
        assert done.returncode == 2
        assert b"name a new folder" in done.stderr
        assert log.read_text() == TEXT

    def test_the_demo_tells_where_it_may_not_write(self, log: Path) -> None:
        done = run("demo", "--keep", log / "office")
        assert done.returncode == 2
        assert b"cannot be written" in done.stderr

    def test_too_many_rules_of_a_name_are_listed(self) -> None:
        done = run("explain", "vpn")
        assert done.returncode == 2
        assert b"vpn-guessing" in done.stderr

    def test_a_cache_folder_that_is_not_absolute_is_passed_over(
        self, tmp_path: Path, log: Path
    ) -> None:
        done = shell(f"XDG_CACHE_HOME=cache HOME={tmp_path} midwatch check {log.name}", tmp_path)
        assert done.returncode == 0
        assert not (tmp_path / "cache").exists()
        assert (tmp_path / ".cache" / "midwatch").is_dir()


def test_ctrl_c_while_modules_load_ends_the_command_without_a_word_too_many() -> None:
    code = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever started us ignores
class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == "midwatch.cli.check":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Presses())
from midwatch.cli import main
sys.argv = ["midwatch", "check"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"stopped\n")


def test_the_state_folder_may_stand_before_the_command_about_incidents(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"

    bare = run("incidents", "--state", one)
    before = run("incidents", "--state", one, "list", MIDWATCH_STATE=str(other))
    behind = run("incidents", "--state", other, "list", "--state", one)

    assert bare.stdout == before.stdout == behind.stdout == b"Nothing waits for anybody.\n"
    assert one.exists()
    assert not other.exists()
