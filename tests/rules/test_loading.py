"""Rule files in, rule set out: packs, problems with their line, the cache."""

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
import zstandard

from midwatch.kernel import BadInputError, Level
from midwatch.rules import (
    Correlation,
    RuleSet,
    RuleText,
    compile_rules,
    load_rules,
    read_texts,
)
from midwatch.rules.placeholders import read_placeholders
from midwatch.rules.plan import NEVER, FieldTest, Text, TextKind

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
        (SOUND.replace("user: root", "user|contains: 5"), 11, "Modifier contains incompatible"),
        (SOUND.replace("user: root", "user|re: 5"), 11, "not of the kind that its key or modifier"),
        (SOUND.replace("user: root", "user: {a: 1}"), 11, "Unsupported type"),
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


class TestPlaceholders:
    """A rule without values for its placeholders is loaded and waits."""

    TEXT = SOUND.replace("user: root", "user|expand: '%admins%'")
    COUNTED = """title: Often
correlation:
  type: event_count
  rules: [8a1d3c4e-0000-4000-8000-000000000001]
  timespan: 5m
  condition: {gte: 3}
"""

    def test_it_waits_and_holds_for_nothing(self) -> None:
        ruleset = compiled(self.TEXT, self.COUNTED, SOUND.replace("0001", "0002"))
        assert ruleset.problems == ()
        assert len(ruleset) == 3
        assert [rule.title for rule in ruleset.waiting] == ["Sound", "Often"]
        assert {rule.waits_for for rule in ruleset.waiting} == {("admins",)}
        assert ruleset.rules[0].condition == NEVER

    def test_an_exclusion_that_waits_does_not_let_the_rest_fire(self) -> None:
        text = SOUND.replace(
            "{it: {user: root}, condition: it}",
            "{it: {user: root}, ours: {src_ip|expand: '%ours%'}, condition: it and not ours}",
        )
        (rule,) = compiled(text).rules
        assert (rule.waits_for, rule.condition) == (("ours",), NEVER)

    def test_all_of_its_placeholders_are_named(self) -> None:
        text = SOUND.replace("user: root", "user|expand: ['%b%', '%a%-%c%']")
        assert compiled(text).rules[0].waits_for == ("a", "b", "c")

    def test_values_come_from_a_file(self) -> None:
        found = read_placeholders(b"admins: [ann, bob]\n'%port%': 22\n", "p.yml")
        assert found == {"admins": ("ann", "bob"), "port": ("22",)}
        assert read_placeholders(b"", "p.yml") == {}

    @pytest.mark.parametrize(
        ("content", "place"),
        [
            (b"a: [\n", "p.yml:2"), (b"- a\n", "p.yml"), (b"a: {b: c}\n", "p.yml"),
            (b"a: []\n", "p.yml"), (b"a: [yes]\n", "p.yml"), (b"a: \xff\n", "p.yml"),
        ],
    )  # fmt: skip
    def test_a_file_that_is_none_is_told(self, content: bytes, place: str) -> None:
        with pytest.raises(BadInputError) as caught:
            read_placeholders(content, "p.yml")
        assert caught.value.place == place
        assert caught.value.remedy


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

    def tar(self, path: Path, *members: tuple[str, bytes], link: str = "") -> bytes:
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as archive:
            for name, content in members:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            if link:
                member = tarfile.TarInfo("link.yml")
                member.type, member.linkname = tarfile.SYMTYPE, link
                archive.addfile(member)
        path.write_bytes(raw.getvalue())
        return raw.getvalue()

    @pytest.mark.parametrize(
        ("suffix", "pack"),
        [
            (".tar.xz", lzma.compress), (".tar.bz2", bz2.compress), (".tgz", gzip.compress),
            (".tar.zst", zstandard.ZstdCompressor().compress),
        ],
    )  # fmt: skip
    def test_tar_packs_of_every_compression(
        self, tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]
    ) -> None:
        plain = self.tar(tmp_path / "plain.tar", ("b.yml", SOUND.encode()))
        packed = tmp_path / f"pack{suffix}"
        packed.write_bytes(pack(plain))
        assert [rule.path for rule in load_rules([packed]).rules] == [f"pack{suffix}/b.yml"]

    def test_packs_that_lie_in_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        with zipfile.ZipFile(tmp_path / "in" / "pack.zip", "w") as archive:
            archive.writestr("b.yml", SOUND)
        self.tar(tmp_path / "more.tar", ("c.yml", SOUND.replace("0001", "0003").encode()))
        ruleset = load_rules([tmp_path])
        assert ruleset.problems == ()
        assert [rule.path for rule in ruleset.rules] == ["in/pack.zip/b.yml", "more.tar/c.yml"]
        assert [rule.pack for rule in ruleset.rules] == ["in/pack.zip", "more.tar"]

    def test_hidden_folders_hold_no_rules(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        (folder / ".github").mkdir()
        (folder / ".github" / "workflow.yml").write_text("on: push")
        assert len(load_rules([folder]).problems) == 0

    def test_names_in_an_archive_are_shown_and_never_opened(self, tmp_path: Path) -> None:
        pack = tmp_path / "pack.zip"
        (tmp_path / "out.yml").write_text("untouched")
        with zipfile.ZipFile(pack, "w") as archive:
            archive.writestr("../out.yml", SOUND)
            archive.writestr("/etc/\x1b[31m.yml", SOUND.replace("0001", "0002"))
        names = [rule.path for rule in load_rules([pack]).rules]
        assert names == ["pack.zip/../out.yml", "pack.zip//etc/�[31m.yml"]
        assert (tmp_path / "out.yml").read_text() == "untouched"

    def test_a_link_in_an_archive_is_passed_over(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.yml"
        secret.write_text(SOUND)
        self.tar(tmp_path / "pack.tar", link=str(secret))
        assert len(load_rules([tmp_path / "pack.tar"])) == 0

    def test_a_link_to_a_folder_is_not_followed_in_circles(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        (folder / "again").symlink_to(folder)
        assert len(load_rules([folder])) == 2

    def test_a_folder_that_may_not_be_read_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Root may read everything, so the refusal is the system call's."""
        folder = self.folder(tmp_path)
        closed = folder / "closed"
        closed.mkdir()
        listed = os.scandir

        def scandir(path: Path | str = ".") -> object:
            if Path(path) == closed:
                raise PermissionError(13, "Permission denied", str(path))
            return listed(path)

        monkeypatch.setattr(os, "scandir", scandir)
        found = load_rules([folder])
        assert len(found) == 2
        assert [(p.path, p.cause) for p in found.problems] == [
            (str(closed), "it cannot be read: Permission denied")
        ]

    def test_what_unpacks_to_a_giant_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("midwatch.rules.archives.LARGEST_PACK", 100_000)
        monkeypatch.setattr("midwatch.rules.archives.LARGEST_FILE", 60_000)
        giant = b"#" * 50_000
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(5):
                archive.writestr(f"{number}.yml", giant)
        plain = self.tar(tmp_path / "plain.tar", ("readme.txt", b"#" * 500_000))
        (tmp_path / "b.tar.gz").write_bytes(gzip.compress(plain))
        with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("big.yml", b"#" * 90_000)
        (tmp_path / "plain.tar").unlink()
        assert [(p.path, p.cause) for p in load_rules([tmp_path]).problems] == [
            ("a.zip", "it holds more than any rule pack should"),
            ("b.tar.gz", "it holds more than any rule pack should"),
            ("c.zip/big.yml", "it is larger than any rule file should be"),
        ]

    def test_the_licence_that_lies_beside_the_rules_is_theirs(self, tmp_path: Path) -> None:
        licence = "Released under the Detection Rule License (DRL) 1.1"
        with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
            archive.writestr("LICENSE", licence)
            archive.writestr("rules/x/b.yml", SOUND)
            archive.writestr("rules/own.yml", SOUND.replace("0001", "0004") + "license: MIT\n")
        folder = self.folder(tmp_path)
        (folder / "deep" / "LICENSE.md").write_text(licence)
        packed, own = load_rules([tmp_path / "pack.zip"]).rules[::-1]
        assert (packed.licence, own.licence) == ("DRL-1.1", "MIT")
        plain = load_rules([folder])
        assert [rule.licence for rule in plain.rules] == ["", "DRL-1.1"]

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

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
    def test_nesting_without_end_is_told_and_does_not_exhaust_the_stack(self, opening: str) -> None:
        """The YAML library recurses for every level, and the process would end without a word."""
        problem = compiled("title: x\ndetection:\n  " + opening * 50_000).problems[0]
        assert (problem.cause, problem.line) == ("it is nested more than 100 levels deep", 3)

    def test_a_rule_may_nest_as_deeply_as_rules_do(self) -> None:
        nested = "title: x\ndetection: " + "[" * 90 + "]" * 90
        assert all("nested" not in problem.cause for problem in compiled(nested).problems)

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

    def test_a_pack_that_did_not_change_is_not_unpacked_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pack, cache = tmp_path / "pack.zip", tmp_path / "cache"
        with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.yml", SOUND)
            archive.writestr("big.yml", b"#" * 5_000_000)
        first = load_rules([pack], cache=cache)
        assert "larger" in first.problems[0].cause
        with monkeypatch.context() as closed:
            closed.setattr("midwatch.rules.texts.members", None)
            assert load_rules([pack], cache=cache) == first
        renamed = pack.rename(tmp_path / "other.zip")
        assert load_rules([renamed], cache=cache).rules[0].path == "other.zip/a.yml"

    @pytest.mark.parametrize("name", ["pack.zip", "rules.yml"])
    def test_another_pack_or_other_values_give_other_rules(self, tmp_path: Path, name: str) -> None:
        cache, path, text = tmp_path / "cache", tmp_path / name, SOUND

        def loaded(text: str, value: str) -> RuleSet:
            text = text.replace("user: root", "user|expand: '%admins%'")
            path.write_text(text)
            if name.endswith(".zip"):
                with zipfile.ZipFile(path, "w") as archive:
                    archive.writestr("a.yml", text)
            return load_rules([path], cache=cache, placeholders={"admins": [value]})

        first = loaded(text, "ann")
        assert loaded(text, "ann") == first
        assert loaded(text, "bob").rules[0].condition != first.rules[0].condition
        assert loaded(text.replace("Sound", "Loud"), "ann").rules[0].title == "Loud"

    def test_a_pack_exchanged_while_it_is_read_is_not_remembered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules, cache = tmp_path / "rules.yml", tmp_path / "cache"
        rules.write_text(SOUND)

        def exchanging(paths: list[Path]) -> object:
            rules.write_text(SOUND.replace("Sound", "Loud"))
            return read_texts(paths)

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr("midwatch.rules.loading.read_texts", exchanging)
            assert load_rules([rules], cache=cache).rules[0].title == "Loud"
        rules.write_text(SOUND)
        assert load_rules([rules], cache=cache).rules[0].title == "Sound"

    def test_a_folder_of_packs_is_known_by_the_packs_as_they_lie(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder, cache = tmp_path / "rules", tmp_path / "cache"
        folder.mkdir()

        def packed(text: str) -> None:
            with zipfile.ZipFile(folder / "pack.zip", "w") as archive:
                archive.writestr("a.yml", text)

        packed(SOUND)
        first = load_rules([folder], cache=cache)
        with monkeypatch.context() as closed:
            closed.setattr("midwatch.rules.texts.members", None)
            assert load_rules([folder], cache=cache) == first
        packed(SOUND.replace("Sound", "Loud"))
        assert load_rules([folder], cache=cache).rules[0].title == "Loud"
        os.mkfifo(folder / "more.yml")  # reading it would wait for ever
        assert load_rules([folder], cache=cache).rules[0].title == "Loud"

    def test_what_another_version_of_the_library_made_is_not_taken(self, tmp_path: Path) -> None:
        rules = tmp_path / "a.yml"
        rules.write_text(SOUND)
        load_rules([rules], cache=tmp_path / "cache")
        names = [each.name for each in (tmp_path / "cache").iterdir()]
        assert len(names) == 2
        assert all(f"-{version('pysigma')}-" in name for name in names), names

    def test_a_damaged_cache_counts_as_none(self, tmp_path: Path) -> None:
        first = compile_rules([RuleText("a", SOUND.encode())], cache=tmp_path)
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(kept.read_bytes()[:100])
        assert compile_rules([RuleText("a", SOUND.encode())], cache=tmp_path) == first

    def test_a_cache_that_cannot_be_written_is_done_without(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        ruleset = compile_rules([RuleText("a", SOUND.encode())], cache=tmp_path / "file")
        assert len(ruleset) == 1
