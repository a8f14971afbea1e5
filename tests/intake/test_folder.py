"""Which files are found under the paths a person gives; each is read once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from midwatch.intake.folder import Finding, find_logs


def names(finding: Finding) -> list[str]:
    return [file.path.name for file in finding.files]


def causes(finding: Finding) -> list[str]:
    return [problem.cause for problem in finding.problems]


def log(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x\n")
    return path


@pytest.mark.parametrize("link_first", [True, False])
def test_a_file_with_two_names_is_read_once_under_its_own(tmp_path: Path, link_first: bool) -> None:
    own = log(tmp_path / "auth.log")
    link = tmp_path / "newest.log"
    link.symlink_to(own)
    paths = [link, own] if link_first else [own, link]
    assert names(find_logs([*paths, tmp_path])) == ["auth.log"]


def test_linked_folders_are_entered_and_circles_are_left(tmp_path: Path) -> None:
    log(tmp_path / "elsewhere" / "app.log")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "app").symlink_to(tmp_path / "elsewhere")
    (logs / "again").symlink_to(logs)
    assert names(find_logs([logs])) == ["app.log"]


def test_pipes_dangling_links_and_hidden_files_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    log(tmp_path / "auth.log")
    log(tmp_path / ".hidden.log")
    log(tmp_path / ".git" / "x.log")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "gone.log").symlink_to("nowhere")
    finding = find_logs([tmp_path])
    assert names(finding) == ["auth.log"]
    assert causes(finding) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told_and_the_rest_is_found(tmp_path: Path) -> None:
    log(tmp_path / "auth.log")
    log(tmp_path / "secret" / "audit.log")
    (tmp_path / "secret").chmod(0)
    try:
        finding = find_logs([tmp_path])
    finally:
        (tmp_path / "secret").chmod(0o700)
    assert names(finding) == ["auth.log"]
    assert causes(finding) == ["may not be read"]


def test_an_endless_device_is_refused_and_the_empty_one_is_empty() -> None:
    finding = find_logs([Path("/dev/zero"), Path("/dev/null")])
    assert causes(finding) == ["this is a device, not a log", "the file is empty"]
    assert names(finding) == ["null"]


def test_a_folder_without_files_is_told(tmp_path: Path) -> None:
    assert causes(find_logs([tmp_path])) == ["there is no file in this folder"]
