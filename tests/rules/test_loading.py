"""Rule files in, rule set out: packs, problems with their line, the cache."""

import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from midwatch.kernel import Level
from midwatch.rules import Correlation, RuleSet, RuleText, compile_rules, load_rules
from midwatch.rules.plan import FieldTest, Text, TextKind

SOUND = """title: Sound
id: 8a1d3c4e-0000-4000-8000-000000000001
status: stable
description: |
  It says what it is.
author: Somebody
date: 2025-03-01
references: [https://example.org/]
tags: [attack.credential-access, attack.t1110.001, attack.T1078]
logsource: {product: linux, service: sshd}
detection: {it: {user: root}, condition: it}
falsepositives: [Administrators]
level: high
"""


def compiled(*texts: str) -> RuleSet:
    return compile_rules([RuleText(f"{n}.yml", text.encode()) for n, text in enumerate(texts)])


def test_a_rule_keeps_what_it_says_about_itself() -> None:
    (rule,) = compiled(SOUND).rules
    assert (rule.title, rule.level, rule.status) == ("Sound", Level.HIGH, "stable")
    assert (rule.author, rule.date) == ("Somebody", "2025-03-01")
    assert rule.description == "It says what it is."
    assert rule.techniques == ("T1110.001", "T1078")
    assert rule.falsepositives == ("Administrators",)
    assert (rule.logsource.product, rule.logsource.service) == ("linux", "sshd")
    assert (rule.path, rule.line) == ("0.yml", 1)
    assert rule.condition == FieldTest("user", (Text(TextKind.EQUALS, "root"),))


def test_a_rule_without_id_is_known_by_its_name_or_its_text() -> None:
    named, unnamed = compiled(
        "title: a\nname: a_name\nlogsource: {category: any}\ndetection: {x: {a: 1}, condition: x}",
        "title: b\nlogsource: {category: any}\ndetection: {x: {a: 1}, condition: x}",
    ).rules
    assert named.id == "a_name"
    assert unnamed.id.startswith("unnamed-")
    assert unnamed.level is Level.MEDIUM


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("title: a\n  level: high\n", 2, "not valid YAML"),
        ("title: a\nlevel: low\nlevel: high\n", 3, "the key 'level' stands twice"),
        ("title: a\ndetection:\n  off: {a: 1}\n", 3, "takes the name 'off' for true or false"),
        ("- a\n- b\n", 1, "no mapping"),
        (SOUND.replace("title: Sound\n", ""), 1, "must have a title"),
        (SOUND.replace("level: high", "level: urgent"), 13, "not a valid Sigma rule level"),
        (SOUND.replace("logsource: {product: linux, service: sshd}", "logsource: {}"), 10, "empty"),
        (SOUND.replace("detection: {it: {user: root}, condition: it}\n", ""), 1, "detection"),
        (SOUND.replace("condition: it", "condition: that"), 11, "'that' not defined"),
        (SOUND.replace("condition: it", "condition: it |count() > 5"), 11, "pipe syntax"),
        (SOUND.replace("user: root", "user|begins: root"), 11, "Unknown modifier"),
        (SOUND.replace("user: root", "user|re: 'a('"), 11, "Regular expression"),
        (SOUND.replace("user: root", "user|cidr: 10.0.0.0/99"), 11, "Invalid CIDR"),
        (SOUND.replace("user: root", "user|expand: '%admins%'"), 11, "needs values for %admins%"),
        (SOUND.replace("id: 8a1d3c4e", "id: x"), 2, "UUID"),
        ("title: a\naction: conquer\n", 2, "'conquer' is unknown"),
        (SOUND.replace("user: root", "user|windash: ' -a -b -c -d'"), 11, "at most three dash"),
    ],
)
def test_a_bad_rule_becomes_a_problem_and_the_others_still_run(
    text: str, line: int, cause: str
) -> None:
    other = SOUND.replace("0001", "0002")
    ruleset = compiled(text, other)
    assert [rule.path for rule in ruleset.rules] == ["1.yml"]
    (problem,) = ruleset.problems
    assert cause in problem.cause
    assert problem.remedy
    assert (problem.path, problem.line) == ("0.yml", line)


@pytest.mark.parametrize("slip", ["date: tomorrow", "tags: nothing", "status: fine"])
def test_a_slip_in_what_only_people_read_is_told_but_does_not_cost_the_rule(slip: str) -> None:
    key = slip.partition(":")[0]
    text = "\n".join(slip if line.startswith(key) else line for line in SOUND.splitlines())
    ruleset = compiled(text)
    assert len(ruleset) == 1
    assert len(ruleset.problems) == 1


def test_two_rules_of_one_id_are_one_too_many() -> None:
    ruleset = compiled(SOUND, SOUND)
    assert [rule.path for rule in ruleset.rules] == ["0.yml"]
    assert "already that of 0.yml:1" in ruleset.problems[0].cause


def test_a_file_may_hold_several_documents() -> None:
    ruleset = compiled(SOUND + "---\n" + SOUND.replace("0001", "0002") + "---\n")
    assert [rule.line for rule in ruleset.rules] == [1, 15]


def test_the_old_collection_actions_are_understood() -> None:
    common = "action: global\ntitle: Common\nlogsource: {product: linux}\n---\n"
    one = "detection: {x: {a: 1}, condition: x}\nlevel: low\n"
    ruleset = compiled(common + one + "---\naction: repeat\nlogsource: {service: sshd}\n")
    assert [(rule.title, rule.logsource.service) for rule in ruleset.rules] == [
        ("Common", None), ("Common", "sshd"),
    ]  # fmt: skip


def test_placeholders_are_filled_where_values_are_given() -> None:
    text = SOUND.replace("user: root", "user|expand: '%admins%-x'")
    ruleset = compile_rules([RuleText("a", text.encode())], placeholders={"admins": ["ann", "bob"]})
    assert ruleset.rules[0].condition == FieldTest(
        "user", (Text(TextKind.EQUALS, "ann-x"), Text(TextKind.EQUALS, "bob-x"))
    )


class TestFilters:
    """Sigma filters narrow other rules."""

    FILTER = """
title: Not the scanner
logsource: {product: linux}
filter:
  rules: %s
  scanner: {src_ip: 192.0.2.7}
  condition: not scanner
"""

    @pytest.mark.parametrize("named", ["any", "[8a1d3c4e-0000-4000-8000-000000000001]"])
    def test_a_filter_narrows_the_rules_it_names(self, named: str) -> None:
        plain, narrowed = compiled(SOUND), compiled(SOUND, self.FILTER % named)
        assert narrowed.problems == ()
        assert narrowed.rules[0].condition != plain.rules[0].condition
        assert "192.0.2.7" in str(narrowed.rules[0].condition)

    def test_a_filter_that_fits_no_rule_is_told(self) -> None:
        ruleset = compiled(SOUND, self.FILTER % "[other]")
        assert len(ruleset) == 1
        assert "fits no rule" in ruleset.problems[0].cause

    def test_a_filter_with_a_broken_condition_leaves_the_rules_alone(self) -> None:
        broken = (self.FILTER % "any").replace("not scanner", "not the_scanner")
        ruleset = compiled(SOUND, broken)
        assert ruleset.rules == compiled(SOUND).rules
        assert len(ruleset.problems) == 1


class TestPacks:
    """Files, folders and archives."""

    def folder(self, at: Path) -> Path:
        (at / "rules" / "deep").mkdir(parents=True)
        (at / "rules" / "a.yml").write_text(SOUND)
        (at / "rules" / "deep" / "b.yaml").write_text(SOUND.replace("0001", "0002"))
        (at / "rules" / "README.md").write_text("no rule")
        return at / "rules"

    def test_a_folder(self, tmp_path: Path) -> None:
        ruleset = load_rules([self.folder(tmp_path)])
        assert [rule.path for rule in ruleset.rules] == ["a.yml", "deep/b.yaml"]

    def test_a_zip_pack(self, tmp_path: Path) -> None:
        pack = tmp_path / "pack.zip"
        with zipfile.ZipFile(pack, "w") as archive:
            archive.writestr("x/b.yml", SOUND)
            archive.writestr("x/readme.txt", "no rule")
        assert [rule.path for rule in load_rules([pack]).rules] == ["pack.zip/x/b.yml"]

    def test_a_tar_pack(self, tmp_path: Path) -> None:
        pack = tmp_path / "pack.tar.gz"
        with tarfile.open(pack, "w:gz") as archive:
            member = tarfile.TarInfo("x/b.yml")
            member.size = len(SOUND.encode())
            archive.addfile(member, io.BytesIO(SOUND.encode()))
        assert [rule.path for rule in load_rules([str(pack)]).rules] == ["pack.tar.gz/x/b.yml"]

    def test_what_cannot_be_read_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "torn.zip").write_bytes(b"PK\x03\x04torn")
        (tmp_path / "torn.tgz").write_bytes(b"\x1f\x8btorn")
        (tmp_path / "latin.yml").write_bytes(b"title: a\nauthor: \xe9\n")
        problems = load_rules(
            [tmp_path / name for name in ("gone.yml", "torn.zip", "torn.tgz", "latin.yml")]
        ).problems
        assert [problem.cause.split(":")[0] for problem in problems] == [
            "there is no such file", "it is no readable archive", "it is no readable archive",
            "it is not UTF-8 text",
        ]  # fmt: skip
        assert problems[3].line == 2

    def test_an_alias_bomb_does_no_harm(self) -> None:
        bomb = "title: &a0 [x, x]\n" + "".join(
            f"k{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(12)
        )
        assert "aliases" in compiled(bomb).problems[0].cause


class TestCache:
    """The compiled plan is kept for the next start."""

    def test_the_second_load_gives_the_same_rules_without_the_sigma_library(
        self, tmp_path: Path
    ) -> None:
        rules = tmp_path / "rules.yml"
        correlation = (
            "title: c\ncorrelation: {type: event_count, rules: [8a1d3c4e-0000-4000-8000-000000000001],"
            " timespan: 5m, condition: {gte: 3}}\n"
        )
        rules.write_text(SOUND + "---\n" + correlation + "---\ntitle: broken\n")
        first = load_rules([rules], cache=tmp_path / "cache")
        again = load_rules([rules], cache=tmp_path / "cache")
        assert again == first
        assert isinstance(again.correlations[0], Correlation)
        assert len(again.problems) == len(first.problems) >= 1
        script = (
            "import sys; from midwatch.rules import load_rules;"
            f"assert len(load_rules([{str(rules)!r}], cache=__import__('pathlib').Path("
            f"{str(tmp_path / 'cache')!r}))) == 2;"
            "sys.exit('sigma' in sys.modules or 'yaml' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0

    def test_another_text_is_another_rule_set(self, tmp_path: Path) -> None:
        first = compile_rules([RuleText("a", SOUND.encode())], cache=tmp_path)
        other = compile_rules(
            [RuleText("a", SOUND.replace("root", "toor").encode())], cache=tmp_path
        )
        assert first.digest != other.digest
        assert first.rules != other.rules

    def test_a_damaged_cache_counts_as_none(self, tmp_path: Path) -> None:
        first = compile_rules([RuleText("a", SOUND.encode())], cache=tmp_path)
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(kept.read_bytes()[:100])
        assert compile_rules([RuleText("a", SOUND.encode())], cache=tmp_path) == first

    def test_a_cache_that_cannot_be_written_is_done_without(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        ruleset = compile_rules([RuleText("a", SOUND.encode())], cache=tmp_path / "file")
        assert len(ruleset) == 1
