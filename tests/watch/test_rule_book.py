"""Which rules are in force for whom."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from midwatch.kernel import ConfigurationError
from midwatch.packs import PackStore, Release
from midwatch.watch.rule_book import RuleBook, use_pack, used_packs

RULE = """
title: {title}
id: {id}
status: test
level: medium
logsource:
  product: linux
detection:
  selection:
    - 'never seen {title}'
  condition: selection
"""
FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def packs(tmp_path: Path) -> PackStore:
    store = PackStore(tmp_path)
    install(store, "First", FIRST)
    return store


def install(store: PackStore, title: str, rule: str) -> None:
    staged = store.staging("pack", ".zip")
    with zipfile.ZipFile(staged, "w") as archive:
        archive.writestr("rule.yml", RULE.format(title=title, id=rule))
    release = Release(
        file=f"{title}.zip", digest=title, origin="here", trust="none", installed=0, rules=1,
    )  # fmt: skip
    store.install("pack", staged, release)


def titles(book: RuleBook, tenant: str) -> set[str]:
    return {rule.title for rule in book.rules_of(tenant)}


def test_an_installed_pack_is_used_once_somebody_says_so(tmp_path: Path, packs: PackStore) -> None:
    rules = tmp_path / "rules"
    book = RuleBook(rules, None, packs)
    assert "First" not in titles(book, "quay")

    assert use_pack(rules, "quay", "pack", used=True)
    assert not use_pack(rules, "quay", "pack", used=True)
    assert book.refresh()
    assert "First" in titles(book, "quay")
    assert "First" not in titles(book, "harbour")
    assert used_packs(rules, "quay") == ["pack"]

    assert use_pack(rules, "quay", "pack", used=False)
    assert book.refresh()
    assert "First" not in titles(book, "quay")


def test_a_later_release_is_taken_up(tmp_path: Path, packs: PackStore) -> None:
    rules = tmp_path / "rules"
    use_pack(rules, None, "pack", used=True)
    book = RuleBook(rules, None, packs)
    assert "First" in titles(book, "quay")
    assert not book.refresh()

    install(packs, "Second", SECOND)

    assert book.refresh()
    assert {"First", "Second"} & titles(book, "quay") == {"Second"}


def test_a_pack_that_is_gone_leaves_the_other_rules_in_force(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    use_pack(rules, None, "gone", used=True)
    book = RuleBook(rules, None, PackStore(tmp_path))

    assert len(titles(book, "quay")) > 200


def test_a_list_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("no folder")

    with pytest.raises(ConfigurationError, match="cannot be written"):
        use_pack(tmp_path / "rules", None, "pack", used=True)
