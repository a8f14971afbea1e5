"""The three public commands, as a person or a script calls them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MIDWATCH = Path(sys.executable).with_name("midwatch")
GUESSING = [
    f"Feb  3 04:05:{second:02} gate sshd[{2000 + second}]: "
    f"Failed password for root from 203.0.113.9 port {4000 + second} ssh2"
    for second in range(0, 40, 2)
]
QUIET = ["Feb  3 09:00:00 gate sshd[77]: Accepted publickey for mia from 192.0.2.20 port 4022 ssh2"]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    base = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(base))
    monkeypatch.setenv("MIDWATCH_TIMEZONE", "UTC")


def run(*words: str | Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MIDWATCH, *map(str, words)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ, COLUMNS="80"),
    )


def log(folder: Path, *lines: str, name: str = "auth.log") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


class TestCheck:
    def test_guessing_is_reported_with_its_origin(self, tmp_path: Path) -> None:
        done = run("check", "--json", log(tmp_path, *GUESSING))
        document = json.loads(done.stdout)
        (attempt,) = [each for each in document["attempts"] if each["kind"] == "SSH guessing"][:1]
        assert attempt["src_ip"] == "203.0.113.9"
        assert attempt["category"] == "credential_attack"
        assert attempt["count"] == len(GUESSING)
        assert attempt["first"].endswith("-02-03T04:05:00Z")
        assert attempt["file"] == str(tmp_path / "auth.log")
        assert done.returncode in (0, 1)

    def test_a_quiet_log_gives_a_report_and_status_0(self, tmp_path: Path) -> None:
        done = run("check", log(tmp_path, *QUIET))
        assert done.returncode == 0
        assert "nobody" in done.stdout.lower() or "nothing" in done.stdout.lower()
        assert "1 line" in done.stdout

    def test_a_log_of_which_nothing_is_understood_is_no_good_news(self, tmp_path: Path) -> None:
        """A cron job that mails by the status would keep silent about it for ever."""
        done = run("check", log(tmp_path, *["qqq"] * 9))
        assert "none of 9 lines was understood" in done.stdout
        assert done.returncode == 2

    def test_a_success_after_guessing_wants_a_look_and_gives_status_1(self, tmp_path: Path) -> None:
        got_in = (
            "Feb  3 04:05:50 gate sshd[99]: Accepted password for root from 203.0.113.9 port 9 ssh2"
        )
        done = run("check", log(tmp_path, *GUESSING, got_in))
        assert done.returncode == 1
        assert "203.0.113.9" in done.stdout

    def test_pipes_are_clean_and_80_columns_wide(self, tmp_path: Path) -> None:
        done = run("check", log(tmp_path, *GUESSING))
        assert "\x1b" not in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80

    def test_the_page_is_written_whole(self, tmp_path: Path) -> None:
        page = tmp_path / "report.html"
        run("check", log(tmp_path, *GUESSING), "--html", page)
        html = page.read_text()
        assert html.lower().startswith("<!doctype html>")
        assert "203.0.113.9" in html

    def test_rotated_and_packed_files_are_one_story(self, tmp_path: Path) -> None:
        half = len(GUESSING) // 2
        packed = "".join(f"{line}\n" for line in GUESSING[:half]).encode()
        (tmp_path / "auth.log.1.gz").write_bytes(gzip.compress(packed))
        log(tmp_path, *GUESSING[half:])
        document = json.loads(run("check", "--json", tmp_path).stdout)
        assert document["attempts"][0]["count"] == len(GUESSING)
        assert len(document["attempts"][0]["files"]) >= 1

    def test_since_and_until_cut_the_time(self, tmp_path: Path) -> None:
        path = log(tmp_path, *QUIET, *GUESSING)
        document = json.loads(run("check", "--json", path, "--since", "2026-02-03 08:00").stdout)
        assert document["totals"]["events"] == 1

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["check"], "no path was given"),
            (["check", "/nonexistent/x.log"], "there is no such file"),
            (["check", ".", "--source", "nonesuch"], "no log source called 'nonesuch'"),
            (["check", ".", "--timezone", "Mars/Base"], "no time zone called 'Mars/Base'"),
            (["check", ".", "--since", "yesterdayish"], "is no time"),
            (["nonesuch"], "No such command"),
        ],
    )
    def test_wrong_words_get_cause_and_remedy_and_status_2(
        self, words: list[str], says: str
    ) -> None:
        done = run(*words)
        assert done.returncode == 2
        assert says in done.stderr + done.stdout

    def test_a_broken_rule_is_told_and_the_others_run(self, tmp_path: Path) -> None:
        rules = tmp_path / "rules"
        rules.mkdir()
        (rules / "bad.yml").write_text("title: x\ndetection:\n  a: [\n")
        done = run("check", "--json", log(tmp_path, *GUESSING), "--rules", rules)
        document = json.loads(done.stdout)
        assert document["attempts"]
        assert any("bad.yml" in json.dumps(each) for each in document["rules"]["not_loaded"])

    def test_standard_input(self) -> None:
        done = run("check", "--json", "-", text="\n".join(GUESSING))
        assert json.loads(done.stdout)["totals"]["lines"] == len(GUESSING)

    def test_hostile_text_does_not_reach_the_terminal(self, tmp_path: Path) -> None:
        hostile = [line.replace("root", "\x1b[2J\u202eroot") for line in GUESSING]
        done = run("check", log(tmp_path, *hostile), "--unparsed")
        again = run("check", log(tmp_path, *hostile))
        for text in (done.stdout, again.stdout):
            assert "\x1b" not in text
            assert "\u202e" not in text


class TestParse:
    def test_every_line_is_printed_once(self, tmp_path: Path) -> None:
        path = log(tmp_path, QUIET[0], "", "?!")
        rows = [json.loads(line) for line in run("parse", path).stdout.splitlines()]
        assert [row["line"] for row in rows] == [1, 2, 3]
        assert rows[0]["source"] == "openssh"
        assert rows[0]["time"] == "2026-02-03T09:00:00Z"
        assert rows[0]["file"] == str(path)
        assert all("failure" in row for row in rows[1:])

    def test_the_zone_of_bare_stamps_is_given(self, tmp_path: Path) -> None:
        path = log(tmp_path, QUIET[0])
        (row,) = run("parse", path, "--timezone", "+02:00").stdout.splitlines()
        assert json.loads(row)["time"] == "2026-02-03T07:00:00Z"

    def test_product_fields_and_the_line_on_demand(self, tmp_path: Path) -> None:
        path = log(tmp_path, '{"timestamp": "2026-02-03T04:05:06Z", "event_type": "stats", "x": 7}')
        (row,) = run("parse", path, "--fields", "--raw").stdout.splitlines()
        assert json.loads(row)["fields"]["x"] == 7
        assert json.loads(row)["raw"].startswith('{"timestamp"')


class TestHunt:
    RULE = """
title: Root over SSH
id: 3f3ad5c1-0000-4000-8000-1d3f5a7b9c2e
status: test
logsource: {product: linux, service: sshd}
detection: {a: {message|contains: 'for root from'}, condition: a}
level: high
"""

    def test_every_match_is_printed(self, tmp_path: Path) -> None:
        (tmp_path / "rule.yml").write_text(self.RULE)
        done = run("hunt", "--rules", tmp_path / "rule.yml", log(tmp_path, *GUESSING, *QUIET))
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [row["line"] for row in rows] == list(range(1, len(GUESSING) + 1))
        assert rows[0]["rule_title"] == "Root over SSH"
        assert rows[0]["level"] == "high"
        assert done.returncode == 1

    def test_nothing_found_is_status_0(self, tmp_path: Path) -> None:
        (tmp_path / "rule.yml").write_text(self.RULE)
        done = run("hunt", "--rules", tmp_path / "rule.yml", log(tmp_path, *QUIET))
        assert (done.returncode, done.stdout) == (0, "")


def test_help_names_every_command() -> None:
    text = run("--help").stdout
    for command in ("check", "parse", "hunt", "explain", "demo", "source"):
        assert command in text


def test_explain_says_what_to_do() -> None:
    done = run("explain", "ssh-guessing")
    assert done.returncode == 0
    assert "What to do" in done.stdout


def test_the_demo_tells_its_story(tmp_path: Path) -> None:
    page = tmp_path / "demo.html"
    done = run("demo", "--html", page, "--keep", tmp_path / "office")
    assert done.returncode == 0, done.stderr
    assert "198.51.100.7" in done.stdout
    assert page.stat().st_size > 10_000
    assert sorted(path.name for path in (tmp_path / "office").iterdir()) == [
        "access.log", "auth.log", "filter.log", "mail.log", "openvpn.log", "windows.json",
    ]  # fmt: skip
