"""Backing up a watch that runs, and going on from the backup."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import msgspec
import pytest
import zstandard
from tests.watch.running_watch import RunningWatch, add_source, midwatch, until

from midwatch.intake.parcels import Parcel, Transport
from midwatch.intake.spool import SqliteSpool
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.lake import LakeReader, LakeWriter
from midwatch.lake.copying import snapshot_at
from midwatch.watch.backup_archive import Manifest
from midwatch.watch.backups import back_up
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.pipeline import APPLICATION
from midwatch.watch.restoring import restore
from midwatch.watch.state_folder import StateFolder

PER_MESSAGE = 5


def line(number: int) -> str:
    second = number % 60
    return (
        f"Nov 22 10:{number // 60 % 60:02}:{second:02} gate sshd[7]: Failed password for root "
        f"from 203.0.113.9 port {number} ssh2"
    )


class Sender(threading.Thread):
    """Sends numbered lines one message after the other, and counts what was acknowledged."""

    def __init__(self, watch: RunningWatch, start: int = 0) -> None:
        super().__init__(daemon=True)
        self.watch = watch
        self.acknowledged = start
        self.ending = threading.Event()

    def run(self) -> None:
        while not self.ending.is_set():
            numbers = range(self.acknowledged, self.acknowledged + PER_MESSAGE)
            self.watch.send("\n".join(map(line, numbers)))
            self.acknowledged = numbers.stop


def numbers_in_lake(state: Path) -> Counter[int]:
    reader = LakeReader(state / "lake", ["quay"])
    try:
        found = reader.query("SELECT src_port FROM events WHERE src_port IS NOT NULL").rows
    except BadInputError:
        return Counter()
    finally:
        reader.close()
    return Counter(int(row[0]) for row in found)


def test_every_line_is_there_exactly_once_after_a_restore(tmp_path: Path) -> None:
    state, archive = tmp_path / "state", tmp_path / "backup.tar.zst"
    StateFolder(state).open()
    add_source(state)
    with RunningWatch(state) as watch:
        sender = Sender(watch)
        sender.start()
        until(lambda: len(numbers_in_lake(state)) > 20, "nothing came into the lake")
        before = sender.acknowledged
        desk_key = (state / "desk.key").read_bytes()
        done = watch("backup", archive)
        after = sender.acknowledged + PER_MESSAGE
        assert done.returncode == 0, done.stderr
        assert after > before + PER_MESSAGE, "nothing came in while it was backed up"
        sender.ending.set()
        sender.join()

    restored = tmp_path / "restored"
    done = midwatch("restore", archive, "--state", restored)
    assert done.returncode == 0, done.stderr
    assert (restored / "desk.key").read_bytes() == desk_key
    assert (restored / "desk.sqlite").exists()
    with RunningWatch(restored) as watch:
        until(lambda: len(numbers_in_lake(restored)) >= before, "lines are missing")
        status = watch("status")
        assert "nothing is wrong" in status.stdout, status.stdout
        more = Sender(watch, start=after)
        more.watch.send(line(60_000))
        until(lambda: 60_000 in numbers_in_lake(restored), "it does not go on")
    found = numbers_in_lake(restored)
    found.pop(60_000)

    assert set(found.values()) == {1}
    assert sorted(found) == list(range(len(found))), "a line in the middle is missing"
    assert before <= len(found) <= after


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state").open()
    LakeWriter(folder.lake).commit([], APPLICATION, 1)
    checkpoints = Checkpoints(folder.database, "main")
    checkpoints.save(1, {})
    checkpoints.close()
    (folder.path / "policies").mkdir()
    (folder.path / "policies" / "operator.toml").write_text("# who is told")
    return folder


def parcel(text: bytes) -> Parcel:
    return Parcel("quay", "main", "quay-ssh", "", Transport.UDP, "192.0.2.1", 1, (text,))


def test_what_waits_is_put_back_behind_the_lakes_offset(
    folder: StateFolder, tmp_path: Path
) -> None:
    spool = SqliteSpool(folder.spool)
    spool.append([parcel(b"in the lake")])
    position = spool.append([parcel(b"in the lake too")])
    last = spool.append([parcel(b"waiting")])
    LakeWriter(folder.lake).commit([], APPLICATION, position)
    Checkpoints(folder.database, "main").save(position, {})

    manifest = back_up(folder, spool, tmp_path / "b")
    spool.close()
    restore(tmp_path / "b", tmp_path / "new")

    assert (manifest.position, manifest.parcels) == (position, 1)
    found = SqliteSpool(tmp_path / "new" / "spool")
    waiting = found.read(position, 1000)
    found.close()
    assert [each.parcel.lines for each in waiting] == [(b"waiting",)]
    assert waiting[0].offset > last
    assert (tmp_path / "new/policies/operator.toml").read_text() == "# who is told"


def test_the_lake_is_taken_where_the_state_file_is(folder: StateFolder) -> None:
    writer = LakeWriter(folder.lake)
    writer.commit([], APPLICATION, 5)
    five = snapshot_at(folder.lake, APPLICATION, 5)
    writer.commit([], APPLICATION, 9)
    writer.commit([], "another", 3)

    assert five is not None
    assert snapshot_at(folder.lake, APPLICATION, 5) == five
    assert snapshot_at(folder.lake, APPLICATION, 4) is None
    assert snapshot_at(folder.lake, APPLICATION, 10) is None
    nine = snapshot_at(folder.lake, APPLICATION, 9)
    assert nine is not None
    assert nine.version == five.version + 2
    assert len(nine.files) == len(five.files) + 2


def test_a_lake_that_goes_ahead_is_backed_up_at_the_offset_of_the_state(
    folder: StateFolder, tmp_path: Path
) -> None:
    LakeWriter(folder.lake).commit([], APPLICATION, 7)
    spool = SqliteSpool(folder.spool)

    back_up(folder, spool, tmp_path / "b")
    spool.close()
    restore(tmp_path / "b", tmp_path / "new")

    assert LakeWriter(tmp_path / "new" / "lake").last_offset(APPLICATION) == 1


def backed_up(folder: StateFolder, target: Path) -> Path:
    spool = SqliteSpool(folder.spool)
    try:
        back_up(folder, spool, target)
    finally:
        spool.close()
    return target


def test_a_backup_is_its_owners_alone_and_writes_over_nothing(
    folder: StateFolder, tmp_path: Path
) -> None:
    archive = backed_up(folder, tmp_path / "b")

    assert archive.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigurationError, match="a file of that name"):
        backed_up(folder, archive)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_full_folder_is_not_restored_into(folder: StateFolder, tmp_path: Path) -> None:
    archive = backed_up(folder, tmp_path / "b")

    with pytest.raises(ConfigurationError, match="not empty"):
        restore(archive, folder.path)


def test_a_cut_backup_leaves_nothing(folder: StateFolder, tmp_path: Path) -> None:
    archive = backed_up(folder, tmp_path / "b")
    whole = archive.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 3):
        archive.write_bytes(whole[:length])
        with pytest.raises(BadInputError, match="this backup cannot be used"):
            restore(archive, tmp_path / "new")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "state"]


def test_a_changed_file_is_named(folder: StateFolder, tmp_path: Path) -> None:
    archive = backed_up(folder, tmp_path / "b")
    content = zstandard.ZstdDecompressor().decompressobj().decompress(archive.read_bytes())
    changed = content.replace(b"# who is told", b"# who was told"[:13])
    assert changed != content
    archive.write_bytes(zstandard.compress(changed))

    with pytest.raises(BadInputError, match=r"policies/operator\.toml is not what was backed up"):
        restore(archive, tmp_path / "new")


@pytest.mark.parametrize(
    ("change", "cause"),
    [({"format": 99}, "a newer Midwatch made this backup"), ({"layout": 99}, "a newer Midwatch")],
)
def test_a_newer_backup_is_refused(
    folder: StateFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, int],
    cause: str,
) -> None:
    def newer(**fields: object) -> Manifest:
        return msgspec.convert({**fields, **change}, Manifest)

    monkeypatch.setattr("midwatch.watch.backups.Manifest", newer)
    archive = backed_up(folder, tmp_path / "b")

    with pytest.raises(BadInputError, match=cause):
        restore(archive, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_damaged_state_file_is_not_backed_up(folder: StateFolder, tmp_path: Path) -> None:
    folder.database.write_bytes(b"not a database" * 1000)

    with pytest.raises(BadInputError, match="damaged"):
        backed_up(folder, tmp_path / "b")
    assert not (tmp_path / "b").exists()
