"""``midwatch rules``: as a person calls it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MIDWATCH = Path(sys.executable).with_name("midwatch")
RULE = """title: {title}
id: 8a1d3c4e-0000-4000-8000-00000000000{number}
description: Somebody came as {user}.
author: Ann Author
date: 2026-01-02
tags: [attack.t1110.001]
logsource: {{product: linux, service: sshd}}
detection: {{it: {{user: {user}}}, condition: it}}
level: {level}
"""
LINE = "Nov  1 02:03:04 gate sshd[7]: Failed password for root from 192.0.2.1 port 22 ssh2"


def rule(
    title: str = "Root again", number: int = 1, user: str = "root", level: str = "high"
) -> str:
    return RULE.format(title=title, number=number, user=user, level=level)


@pytest.fixture(autouse=True)
def _own_folders(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(base))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("MIDWATCH_TIMEZONE", "UTC")


def run(*words: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    ended = subprocess.run(
        [MIDWATCH, *map(str, words)],
        capture_output=True, text=True, check=False, env=dict(os.environ, COLUMNS="80"),
    )  # fmt: skip
    assert ended.returncode == status, ended.stdout + ended.stderr
    return ended


def pack(path: Path, *rules: str) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("LICENSE", "Detection Rule License (DRL) 1.1")
        for number, text in enumerate(rules):
            archive.writestr(f"rules/{number}.yml", text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


class TestCheck:
    def test_sound_rules_are_fine(self, tmp_path: Path) -> None:
        (tmp_path / "a.yml").write_text(rule())
        assert "All 1 rules are fine" in run("rules", "check", tmp_path).stdout

    def test_our_own_rules_have_no_error(self) -> None:
        assert " 0 errors" in run("rules", "check").stdout

    def test_errors_give_status_1_and_are_told(self, tmp_path: Path) -> None:
        (tmp_path / "a.yml").write_text(rule(level="urgent"))
        told = run("rules", "check", tmp_path, status=1).stdout
        assert "a.yml:9" in told
        assert "1 error" in told

    def test_warnings_count_only_when_strict(self, tmp_path: Path) -> None:
        (tmp_path / "a.yml").write_text(rule() + "status: deprecated\n")
        run("rules", "check", tmp_path)
        run("rules", "check", "--strict", tmp_path, status=1)

    def test_no_rule_is_not_praised(self, tmp_path: Path) -> None:
        done = run("rules", "check", tmp_path, status=2)
        assert done.stdout == ""
        assert "there is no rule" in done.stderr

    def test_into_a_pipe_no_line_ends_in_blanks(self, tmp_path: Path) -> None:
        (tmp_path / "bad.yml").write_text(rule(level="urgent"))
        for words in (
            ("check", tmp_path),
            ("list", "--level", "critical"),
            ("show", "log-cleared"),
        ):
            text = run("rules", *words, status=words[0] == "check").stdout
            assert text
            assert all(line == line.rstrip() for line in text.splitlines())

    @pytest.mark.parametrize("content", [None, b"", b"PK torn"])
    def test_nothing_to_read_is_status_2(self, tmp_path: Path, content: bytes | None) -> None:
        if content is not None:
            (tmp_path / "pack.zip").write_bytes(content)
        run("rules", "check", tmp_path, status=2)
        run("rules", "check", tmp_path / "gone", status=2)

    def test_many_findings_are_counted_and_all_lists_them(self, tmp_path: Path) -> None:
        for number in range(9):
            (tmp_path / f"{number}.yml").write_text(rule(level="urgent"))
        short = run("rules", "check", tmp_path, status=1).stdout
        assert "6 more" in short
        assert "8.yml" not in short
        assert "8.yml" in run("rules", "check", "--all", tmp_path, status=1).stdout

    def test_json(self, tmp_path: Path) -> None:
        (tmp_path / "a.yml").write_text(rule(level="urgent"))
        document = json.loads(run("rules", "check", "--json", tmp_path, status=1).stdout)
        assert document["counts"] == {"error": 1, "warning": 0, "note": 0}
        assert document["findings"][0]["line"] == 9


class TestListAndShow:
    def test_list_narrows_by_every_option(self, tmp_path: Path) -> None:
        (tmp_path / "a.yml").write_text(rule())
        for words in (
            ["--level", "high"], ["--logsource", "SSHD"], ["--tag", "t1110.001"],
            ["--search", "root AGAIN"],
        ):  # fmt: skip
            rows = run("rules", "list", "--json", "--rules", tmp_path, *words).stdout.splitlines()
            titles = [json.loads(row)["rule_title"] for row in rows]
            assert "Root again" in titles, words
        assert (
            "Root again"
            not in run("rules", "list", "--rules", tmp_path, "--level", "critical").stdout
        )

    @pytest.mark.parametrize("command", [("rules", "show"), ("explain",)])
    def test_show_tells_all_of_a_rule(self, tmp_path: Path, command: tuple[str, ...]) -> None:
        pack(tmp_path / "pack.zip", rule())
        told = run(*command, "root again", "--rules", tmp_path).stdout
        for part in (
            "Root again", "high", "Somebody came as root", "product linux, service sshd",
            'user is "root"', "T1110.001", "Ann Author", "DRL-1.1", "pack.zip/rules/0.yml:1",
        ):  # fmt: skip
            assert part in told

    def test_an_unknown_rule_is_told(self) -> None:
        assert "no rule is called" in run("rules", "show", "nothing like it", status=2).stderr


class TestExplain:
    def explain(self, tmp_path: Path, event: str, status: int) -> str:
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules" / "a.yml").write_text(rule())
        return run(
            "rules", "explain", "Root again", event, "--rules", tmp_path / "rules", status=status
        ).stdout

    def test_a_line_that_matches(self, tmp_path: Path) -> None:
        told = self.explain(tmp_path, LINE, 0)
        assert "Root again: matched." in told
        assert '✓ user is "root"   user held "root"' in told

    def test_a_line_of_a_file_that_does_not(self, tmp_path: Path) -> None:
        log = tmp_path / "auth.log"
        log.write_text(f"{LINE}\n{LINE.replace('root', 'ann')}\n")
        told = self.explain(tmp_path, f"{log}:2", 1)
        assert "did not match" in told
        assert '✗ user is "root"   user held "ann"' in told

    def test_a_json_object(self, tmp_path: Path) -> None:
        event = json.dumps(
            {"EventID": 4625, "Channel": "Security", "TargetUserName": "x"}, indent=1
        )
        told = self.explain(tmp_path, event, 1)
        assert "✗ log source linux, sshd" in told

    def test_what_is_no_event_is_told(self, tmp_path: Path) -> None:
        self.explain(tmp_path, "{", 2)


class TestReading:
    WAITING = rule().replace("{user: root}", "{user|expand: '%admins%'}")

    def hunt(
        self, tmp_path: Path, *words: str | Path, status: int
    ) -> subprocess.CompletedProcess[str]:
        (tmp_path / "auth.log").write_text(LINE + "\n")
        return run("hunt", "--rules", tmp_path / "r", *words, tmp_path / "auth.log", status=status)

    def test_a_rule_without_values_waits_and_says_how_to_give_them(self, tmp_path: Path) -> None:
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "a.yml").write_text(self.WAITING)
        ended = self.hunt(tmp_path, status=0)
        assert len(ended.stderr.splitlines()) == 1
        assert "1 rule waits for values of %admins%" in ended.stderr
        (tmp_path / "p.yml").write_text("admins: [root]\n")
        ended = self.hunt(tmp_path, "--placeholders", tmp_path / "p.yml", status=1)
        assert ended.stderr == ""
        assert json.loads(ended.stdout)["rule_title"] == "Root again"

    def test_a_pipeline_changes_rules(self, tmp_path: Path) -> None:
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "a.yml").write_text(rule().replace("user: root", "who: root"))
        (tmp_path / "p.yml").write_text(
            "transformations: [{type: field_name_mapping, mapping: {who: user}}]\n"
        )
        self.hunt(tmp_path, status=0)
        self.hunt(tmp_path, "--pipeline", tmp_path / "p.yml", status=1)
        (tmp_path / "p.yml").write_text("transformations: [{type: fly}]\n")
        told = self.hunt(tmp_path, "--pipeline", tmp_path / "p.yml", status=2).stderr
        assert "p.yml:1" in told
        assert "fly" in told

    def test_author_and_licence_stay_with_every_match(self, tmp_path: Path) -> None:
        (tmp_path / "r").mkdir()
        pack(tmp_path / "r" / "pack.zip", rule())
        found = json.loads(self.hunt(tmp_path, status=1).stdout)
        assert (found["author"], found["licence"]) == ("Ann Author", "DRL-1.1")
        log = tmp_path / "auth.log"
        report = json.loads(run("check", "--json", "--rules", tmp_path / "r", log, status=1).stdout)
        (attempt,) = [one for one in report["attempts"] if one["rule_title"] == "Root again"]
        assert (attempt["author"], attempt["licence"]) == ("Ann Author", "DRL-1.1")
        page = tmp_path / "page.html"
        text = run("check", "--html", page, "--rules", tmp_path / "r", log, status=1).stdout
        for told in (text, page.read_text()):
            assert "Ann Author" in told
            assert "DRL-1.1" in told


class TestPacks:
    def test_the_life_of_a_pack(self, tmp_path: Path) -> None:
        file = tmp_path / "core.zip"
        first = pack(file, rule(), rule("Second", 2, "two"))
        told = run("rules", "update", file, "--sha256", first).stdout
        assert "2 new, 0 changed, 0 removed" in " ".join(told.split())
        second = pack(file, rule(user="toor"), rule("Third", 3, "three", "critical"))
        told = run("rules", "update", file, "--sha256", second).stdout
        assert "1 new, 1 changed, 1 removed" in " ".join(told.split())
        assert "Third" in told
        packs = run("rules", "packs").stdout
        for part in ("core", "today", "DRL-1.1", "pinned digest", second, "2026-01-02"):
            assert part in packs
        assert "Third" in run("rules", "list", "--pack", "core", "--search", "third").stdout
        assert first in run("rules", "rollback").stdout
        assert "Third" not in run("rules", "list", "--pack", "all", "--search", "third").stdout

    def test_an_unsigned_unpinned_pack_is_refused_unless_told(self, tmp_path: Path) -> None:
        file = tmp_path / "core.zip"
        pack(file, rule())
        assert "--sha256" in run("rules", "update", file, status=2).stderr
        assert not (tmp_path / "state").exists()
        assert "unverified" in run("rules", "update", file, "--unverified").stdout

    @pytest.mark.parametrize("fault", ["digest", "empty", "torn"])
    def test_a_bad_release_changes_nothing(self, tmp_path: Path, fault: str) -> None:
        file = tmp_path / "core.zip"
        run("rules", "update", file, "--sha256", pack(file, rule()))
        before = run("rules", "packs").stdout
        digest = pack(file)
        if fault == "torn":
            file.write_bytes(b"PK torn")
            digest = hashlib.sha256(b"PK torn").hexdigest()
        run(
            "rules", "update", file, "--sha256", "0" * 64 if fault == "digest" else digest, status=2
        )
        assert run("rules", "packs").stdout == before
        assert len(list((tmp_path / "state" / "midwatch" / "packs" / "core").iterdir())) == 2

    def test_one_rule_is_one_and_a_first_release_has_none_before_it(self, tmp_path: Path) -> None:
        file = tmp_path / "core.zip"
        pack(file, rule(), rule("Second", 1))
        done = run("rules", "update", file, "--unverified")
        assert "1 rule, unverified" in done.stdout
        assert "rollback" not in done.stdout
        assert "already that of core.zip/rules/0.yml" in " ".join(done.stderr.split())
        pack(file, rule(user="toor"))
        assert "rollback core" in run("rules", "update", file, "--unverified").stdout

    def test_only_http_is_fetched(self) -> None:
        done = run("rules", "update", "ftp://example.org/core.zip", "--unverified", status=2)
        assert "not fetched by ftp" in done.stderr

    def test_a_pack_that_is_not_there_is_told(self) -> None:
        assert "no pack called" in run("rules", "list", "--pack", "none", status=2).stderr
        assert "No pack is installed" in run("rules", "packs").stdout
