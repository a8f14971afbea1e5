"""Installed packs: the record names what is in use, and one step goes back."""

import subprocess
import sys
from pathlib import Path

import pytest

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.packs import PackStore, Release, name_from


def release(digest: str) -> Release:
    return Release(
        file=f"{digest}.zip", digest=digest, origin="x.zip", trust="pinned digest", installed=0,
        rules=1,
    )  # fmt: skip


def install(store: PackStore, digest: str) -> None:
    staged = store.staging("pack", ".zip")
    staged.write_text(digest)
    store.install("pack", staged, release(digest))


def test_the_last_good_one_is_kept_and_older_ones_are_not(tmp_path: Path) -> None:
    store = PackStore(tmp_path)
    for digest in ("one", "two", "three"):
        install(store, digest)
    assert store.path("pack").read_text() == "three"
    assert sorted(path.name for path in store.path("pack").parent.iterdir()) == [
        "pack.json", "three.zip", "two.zip",
    ]  # fmt: skip
    assert store.roll_back("pack").digest == "two"
    assert store.path("pack").read_text() == "two"
    assert store.roll_back("pack").digest == "three"


def test_the_same_release_again_keeps_the_one_before(tmp_path: Path) -> None:
    store = PackStore(tmp_path)
    for digest in ("one", "two", "two"):
        install(store, digest)
    assert store.roll_back("pack").digest == "one"


def test_what_a_killed_process_left_is_no_pack_and_goes_away(tmp_path: Path) -> None:
    store = PackStore(tmp_path)
    store.staging("other", ".zip").write_text("half")
    install(store, "one")
    store.staging("pack", ".zip").with_name(".new-1.zip").write_text("half")
    assert store.names() == ["pack"]
    assert store.path("pack").read_text() == "one"
    install(store, "two")
    assert not store.path("pack").with_name(".new-1.zip").exists()


def test_a_staged_pack_that_was_refused_leaves_nothing(tmp_path: Path) -> None:
    store = PackStore(tmp_path)
    staged = store.staging("pack", ".zip")
    staged.write_text("bad")
    store.discard("pack", staged)
    assert list((tmp_path / "packs").iterdir()) == []


@pytest.mark.parametrize("name", ["none", "../packs", "", "a/b"])
def test_a_pack_that_is_not_installed_is_told(tmp_path: Path, name: str) -> None:
    store = PackStore(tmp_path)
    install(store, "one")
    with pytest.raises(ConfigurationError, match="no pack called"):
        store.current(name)


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    store = PackStore(tmp_path)
    install(store, "one")
    (tmp_path / "packs" / "pack" / "pack.json").write_text("{")
    with pytest.raises(BadInputError, match="record cannot be read"):
        store.path("pack")


def test_there_is_nothing_to_go_back_to_at_first(tmp_path: Path) -> None:
    store = PackStore(tmp_path)
    install(store, "one")
    with pytest.raises(ConfigurationError, match="no earlier release"):
        store.roll_back("pack")


def test_names_come_from_the_file_or_the_person() -> None:
    assert name_from("https://x.example/a/Sigma_Core+.zip", "core") == "core"
    assert name_from("https://x.example/a/sigma_core.tar.zst?b=c") == "sigma_core"
    for origin, given in (("x.zip", "../x"), ("x.zip", ".x"), ("x.exe", None), (".zip", None)):
        with pytest.raises(ConfigurationError):
            name_from(origin, given)


def test_what_a_killed_installation_left_is_removed_by_the_next(tmp_path: Path) -> None:
    store = PackStore(tmp_path)
    mine = store.staging("pack", ".zip")
    mine.write_text("half")
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    left = mine.with_name(f".new-{gone.stdout.strip()}.tar.gz")
    left.write_text("half")

    assert store.staging("pack", ".zip") == mine
    assert [path.name for path in mine.parent.iterdir()] == [mine.name]
