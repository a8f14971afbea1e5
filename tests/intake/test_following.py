"""Files that grow, are rotated, truncated and dropped in; and restarts at any moment."""

import gzip
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.intake import evtx_block
from midwatch.intake.following import DroppedFolder, Follower, Overlap, Places, Tail
from midwatch.intake.following.tail import ROTATION_SECONDS
from midwatch.intake.parcels import Parcel, Transport
from midwatch.intake.rehearsal import Rehearsal, eventually, feed
from midwatch.tenants import Mark, MarkKind

Run = Callable[[Awaitable[None]], None]


class Reader:
    """Follows one path by hand, with a clock that only moves when told."""

    def __init__(self, folder: Path, name: str = "a.log", store: str = "state.db") -> None:
        self.path = folder / name
        self.places = Places(folder / ".state" / store)
        self._turns = count(1)
        self.now = 0.0
        self.begin()

    def begin(self) -> None:
        """As after a restart."""
        self.tail = Tail(str(self.path), self.places.of, lambda: next(self._turns))

    def write(self, text: str) -> None:
        with self.path.open("a") as stream:
            stream.write(text)

    def read(self, *, save: bool = True) -> list[str]:
        lines: list[str] = []
        while (batch := self.tail.step(self.now)) is not None:
            lines += [line.decode() for line in batch.lines]
            if save:
                self.places.save(batch.place, batch.done)
        return lines

    def wait(self) -> list[str]:
        """Read until what was renamed counts as finished."""
        lines = self.read()
        self.now += ROTATION_SECONDS
        return lines + self.read()


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def test_what_is_added_is_read_and_half_a_line_waits(reader: Reader) -> None:
    assert reader.read() == []
    reader.write("one\ntwo\nhal")
    assert reader.read() == ["one", "two"]
    reader.write("f\r\n")
    assert reader.read() == ["half"]


def test_after_a_restart_reading_goes_on_where_it_was_saved(reader: Reader) -> None:
    reader.write("one\ntwo\n")
    assert reader.read() == ["one", "two"]
    reader.write("three\n")
    assert reader.read(save=False) == ["three"]
    reader.begin()
    assert reader.read() == ["three"]


def test_rotation_by_renaming_loses_nothing(reader: Reader) -> None:
    reader.write("one\n")
    assert reader.read() == ["one"]
    old = reader.path.open("a")
    reader.path.rename(reader.path.with_name("a.log.1"))
    reader.write("three\n")
    assert reader.read() == []
    old.write("two\nlast without end")
    old.close()
    assert reader.wait() == ["two", "last without end", "three"]


def test_rotation_while_we_were_down_loses_nothing(reader: Reader) -> None:
    reader.write("one\n")
    reader.read()
    reader.tail.close()
    reader.write("two\n")
    reader.path.rename(reader.path.with_name("a.log.1"))
    reader.write("three\n")
    reader.begin()
    assert reader.wait() == ["two", "three"]
    reader.begin()
    assert reader.wait() == []


def test_copy_and_truncate_loses_nothing_that_the_copy_holds(reader: Reader) -> None:
    reader.write("one\n")
    assert reader.read() == ["one"]
    reader.write("two\n")
    shutil.copy(reader.path, reader.path.with_name("a.log.1"))
    os.truncate(reader.path, 0)
    assert reader.wait() == ["two"]
    reader.write("three\n")
    assert reader.wait() == ["three"]


def test_a_file_truncated_and_filled_again_is_read_anew(reader: Reader) -> None:
    reader.write("one\ntwo\n")
    reader.read()
    reader.path.write_text("another one\nand two\nand three\n")
    assert reader.wait() == ["another one", "and two", "and three"]


def test_holes_left_by_truncation_are_passed_over(reader: Reader) -> None:
    reader.path.write_bytes(b"\0\0\0\0one\n")
    assert reader.read() == ["one"]


def test_a_file_that_appears_later_is_read(reader: Reader) -> None:
    assert reader.read() == []
    reader.write("first\n")
    assert reader.read() == ["first"]


def test_packed_files_are_not_read(reader: Reader) -> None:
    reader.write("one\n")
    reader.read()
    packed = gzip.compress(reader.path.read_bytes() + b"two\n")
    reader.path.with_name("a.log.1.gz").write_bytes(packed)
    reader.path.write_bytes(packed)
    reader.begin()
    assert reader.wait() == []


def test_a_line_beyond_a_megabyte_is_cut(reader: Reader) -> None:
    reader.write("x" * 2_500_000 + "\nnext\n")
    cut = 0
    lines = []
    while (batch := reader.tail.step(0)) is not None:
        lines += batch.lines
        cut += batch.cut
    assert [len(line) for line in lines] == [1 << 20, 4]
    assert cut == 1


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["write", "half", "read", "crash", "rename", "truncate"]), max_size=25)
)
def test_whatever_happens_nothing_is_lost_and_nothing_doubled(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """Rotation is as logrotate does it: by renaming, or by copying after we have read."""
    reader = Reader(tmp_path_factory.mktemp("follow"))
    written: list[str] = []
    found: list[str] = []
    half = ""
    rotated = 0
    for number, step in enumerate(steps):
        if step == "write":
            reader.write(f"line {number}\n")
            written.append(f"{half}line {number}")
            half = ""
        elif step == "half":
            reader.write(f"half {number} ")
            half += f"half {number} "
        elif step == "read":
            found += reader.read()
        elif step == "crash":
            reader.tail.close()
            reader.begin()
        elif reader.path.exists():
            if half:
                reader.write("\n")
                written.append(half)
                half = ""
            found += reader.wait()
            rotated += 1
            if step == "rename":
                reader.path.rename(reader.path.with_name(f"a.log.{rotated}"))
            else:
                shutil.copy(reader.path, reader.path.with_name(f"a.log.{rotated}"))
                os.truncate(reader.path, 0)
                found += reader.wait()
    if half:
        reader.write("\n")
        written.append(half)
    found += reader.wait() + reader.wait()

    assert found == written
    reader.places.close()


def parcel(lines: list[bytes], place: str) -> Parcel:
    return Parcel("t", "o", "f", "", Transport.FILE, "p", 0, tuple(lines), place)


def test_the_spool_tells_what_the_store_missed_and_overlap_is_taken_out(reader: Reader) -> None:
    reader.write("one\ntwo\n")
    first = reader.tail.step(0)
    assert first is not None
    reader.write("three\n")
    second = reader.tail.step(0)
    assert second is not None
    spool = [parcel(each.lines, each.place.written()) for each in (first, second)]

    # The crash came before any place was saved.
    assert reader.places.catch_up(spool) == 1
    assert reader.places.catch_up(spool) == 0
    reader.begin()
    assert reader.read() == []

    overlap = Overlap()
    assert [overlap.fresh(each) for each in spool] == spool
    assert overlap.fresh(spool[1]) is None
    again = parcel(
        [b"two", b"three", b"four"],
        msgspec.structs.replace(second.place, start=4, end=second.place.end + 5).written(),
    )
    kept = overlap.fresh(again)
    assert kept is not None
    assert kept.lines == (b"four",)
    assert Overlap(overlap.ends).fresh(again) is None
    assert overlap.fresh(parcel([b"x"], "")) is not None


def test_a_new_turn_of_the_same_file_is_no_overlap(reader: Reader) -> None:
    overlap = Overlap()
    found = []
    for text in ("one\ntwo\n", "three\n"):
        reader.path.write_text(text)
        batch = reader.tail.step(0)
        assert batch is not None
        found.append(overlap.fresh(parcel(batch.lines, batch.place.written())))
    assert all(each is not None for each in found)


# ---------------------------------------------------------------- dropped files


class Box:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "in"
        self.folder.mkdir()
        self.places = Places(folder / "state.db")
        self.now = 0.0
        self.begin()

    def begin(self) -> None:
        self.box = DroppedFolder(str(self.folder), self.places.of, lambda: 7)

    def read(self) -> list[str]:
        lines: list[str] = []
        for _ in range(2):
            while (batch := self.box.step(self.now)) is not None:
                lines += [line.decode() for line in batch.lines]
                self.places.save(batch.place, batch.done)
            self.now += 3
        return lines


def test_dropped_files_are_read_once_whatever_they_are_packed_by(tmp_path: Path) -> None:
    box = Box(tmp_path)
    (box.folder / "a.log").write_text("one\ntwo\n")
    (box.folder / "b.log.gz").write_bytes(gzip.compress(b"three\n"))
    (box.folder / "c.log.zst").write_bytes(zstandard.ZstdCompressor().compress(b"four\n"))
    (box.folder / ".hidden").write_text("no\n")
    (box.folder / "d.log.part").write_text("no\n")
    (box.folder / "e.png").write_bytes(b"\x89PNG no log")

    assert box.read() == ["one", "two", "three", "four"]
    box.begin()
    assert box.read() == []
    (box.folder / "a.log").write_text("one\ntwo\nnew\n")
    assert box.read() == ["new"]


def test_a_file_is_not_read_while_it_is_being_copied(tmp_path: Path) -> None:
    box = Box(tmp_path)
    (box.folder / "a.log").write_text("one\n")
    assert box.box.step(0.0) is None
    assert box.box.step(1.0) is None
    (box.folder / "a.log").write_text("one\ntwo\n")
    assert box.box.step(2.5) is None
    assert box.box.step(4.0) is None
    batch = box.box.step(4.6)
    assert batch is not None
    assert batch.lines == [b"one", b"two"]


def test_a_dropped_file_is_read_on_after_a_crash(tmp_path: Path) -> None:
    box = Box(tmp_path)
    lines = [f"line {number}" for number in range(5000)]
    (box.folder / "a.log").write_text("\n".join(lines) + "\n")
    box.box.step(0.0)
    first = box.box.step(3.0)
    assert first is not None
    box.places.save(first.place, first.done)
    box.begin()
    assert [*(line.decode() for line in first.lines), *box.read()] == lines


def test_windows_event_logs_are_dropped_in_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Parser:
        def __init__(self, file: object, number_of_threads: int) -> None:
            pass

        def records_json(self) -> Iterator[dict[str, object]]:
            yield {"event_record_id": 1, "data": '{"Event": 1}'}
            yield {"event_record_id": 2, "data": '{"Event": 2}'}

    monkeypatch.setattr(evtx_block, "PyEvtxParser", Parser)
    box = Box(tmp_path)
    (box.folder / "Security.evtx").write_bytes(
        b"ElfFile\0".ljust(4096, b"\0") + b"ElfChnk\0".ljust(65536, b"\0")
    )

    assert box.read() == ['{"Event": 1}', '{"Event": 2}']
    assert box.box.kind == "evtx"


# ---------------------------------------------------------------- all together


def test_the_follower_brings_files_and_folders_to_their_feeds(run: Run, tmp_path: Path) -> None:
    folder, log = tmp_path / "in", tmp_path / "logs" / "app.log"
    folder.mkdir()
    log.parent.mkdir()
    (folder / "old.log").write_text("dropped\n")

    async def test() -> None:
        parts = Rehearsal(
            feed("app", Mark(MarkKind.PATH, str(log.parent / "*.log"))),
            feed("box", Mark(MarkKind.PATH, str(folder))),
        )
        places = Places(tmp_path / "state.db")
        follower = Follower(parts.delivery, parts.feeds.roll, places, poll=0.05)
        follower.start()
        log.write_text("one\n")
        await parts.sink.until_lines(2)
        parts.sink.full = True
        with log.open("a") as stream:
            stream.write("two\n")
        await eventually(lambda: parts.events().get("waited for room", 0) >= 1)
        parts.sink.full = False
        await parts.sink.until_lines(3)
        await follower.stop()

        assert {(each.feed, line) for each in parts.sink.parcels for line in each.lines} == {
            ("app", b"one"), ("app", b"two"), ("box", b"dropped"),
        }  # fmt: skip
        assert all(each.transport is Transport.FILE for each in parts.sink.parcels)

        again = Follower(parts.delivery, parts.feeds.roll, places, poll=0.05)
        again.start()
        with log.open("a") as stream:
            stream.write("three\n")
        await parts.sink.until_lines(4)
        await again.stop()
        assert parts.sink.lines[3:] == [b"three"]
        places.close()

    run(test())
