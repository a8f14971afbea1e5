"""What is told of a damaged EVTX file: the records that are missing, not the free space."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from midwatch.intake import evtx_file
from midwatch.intake.evtx_block import BLOCK, BlockReading
from midwatch.intake.evtx_file import EvtxFile
from midwatch.kernel import BadInputError

HEADER = b"ElfFile\x00".ljust(4096, b"\0")
USED = b"ElfChnk\x00".ljust(BLOCK, b"\0")
FREE = bytes(BLOCK)

Harm = Callable[[bytearray], None]
Damaged = Callable[[Harm], tuple[list[int], list[int], str | None]]


def sound(*numbers: int, promised: tuple[int, int] | None = None) -> BlockReading:
    """A block with these records; not whole where it promised others."""
    texts = [f'{{"n": {number}}}' for number in numbers]
    return BlockReading(texts, list(numbers), promised is None, promised)


LOST = BlockReading(whole=False)


def read(path: Path) -> tuple[list[str], str | None]:
    file = EvtxFile(path)
    lines = [line for chunk in file.chunks() for line in chunk.lines]
    return lines, None if file.problem is None else file.problem.cause


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([sound(1, 2), None, LOST], None),
        ([sound(1, 2), LOST, sound(43, 44), None],
         "40 records could not be recovered: numbers 3 to 42 in block 2"),
        ([sound(1, 2), None, LOST, sound(43)],
         "40 records could not be recovered: numbers 3 to 42 in blocks 2 to 3"),
        ([sound(1, 2), None, sound(3)], None),
        ([sound(1, 3, 6, promised=(1, 6))],
         "3 records could not be recovered: number 2 in block 1, numbers 4 to 5 in block 1"),
        ([BlockReading(whole=False, promised=(1, 7)), sound(8)],
         "7 records could not be recovered: numbers 1 to 7 in block 1"),
        ([LOST, sound(8)], "what block 1 held is missing"),
        ([sound(10**9), LOST, sound(8)], "what block 2 held is missing"),
        ([BlockReading(["{}"], [1], whole=False)], "part of block 1 may be missing"),
    ],
)  # fmt: skip
def test_missing_records_are_told_by_their_numbers_and_blocks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    blocks: list[BlockReading | None],
    problem: str | None,
) -> None:
    readings = iter([block for block in blocks if block is not None])
    monkeypatch.setattr(evtx_file, "read_block", lambda _header, _block: next(readings))
    path = tmp_path / "Security.evtx"
    path.write_bytes(HEADER + b"".join(FREE if block is None else USED for block in blocks))
    lines, told = read(path)
    assert lines == [text for block in blocks if block is not None for text in block.texts]
    assert told == problem


def test_a_file_without_any_block_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "Security.evtx"
    path.write_bytes(HEADER)
    assert read(path) == ([], "breaks off at its head; its last records may be missing")


@pytest.mark.parametrize("content", [b"ElfFile\x00" + bytes(50), bytes(4096 + BLOCK)])
def test_what_only_bears_the_name_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Security.evtx"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="cannot be read as EVTX"):
        list(EvtxFile(path).chunks())


class TestRealDamage:
    """Files that Windows wrote, damaged here."""

    @pytest.fixture
    def original(self, cases_dir: Path) -> bytes:
        """A file of several full blocks."""
        for path in sorted((cases_dir / "attack-evtx").glob("*.evtx")):
            content = path.read_bytes()
            if content[4096 + 2 * BLOCK :].startswith(b"ElfChnk\x00"):
                return content
        pytest.fail("no file of three blocks is left among the cases")

    @pytest.fixture
    def damaged(self, original: bytes, tmp_path: Path) -> Damaged:
        """Numbers read before and after the damage, as places in the file, and what is told."""
        whole, harmed = tmp_path / "whole.evtx", tmp_path / "harmed.evtx"

        def read_both(harm: Harm) -> tuple[list[int], list[int], str | None]:
            content = bytearray(original)
            harm(content)
            whole.write_bytes(original)
            harmed.write_bytes(content)
            lines, told = read(whole)
            assert told is None
            rest, told = read(harmed)
            places = {line: place for place, line in enumerate(lines)}
            for line in rest:
                assert json.loads(line)["Event"]["System"]["EventID"]
            return list(places.values()), [places.get(line, -1) for line in rest], told

        return read_both

    SECOND = 4096 + BLOCK
    RECORD = SECOND + 512

    def test_a_block_whose_header_is_damaged_is_read_all_the_same(self, damaged: Damaged) -> None:
        def harm(content: bytearray) -> None:
            content[self.SECOND : self.SECOND + 8] = b"X" * 8
            content[self.SECOND + 40 : self.SECOND + 60] = b"\xff" * 20
            content[self.SECOND + 128 : self.SECOND + 300] = b"\xff" * 172

        before, after, told = damaged(harm)
        assert (after, told) == (before, None)

    def test_a_record_whose_head_is_damaged_does_not_cost_those_after_it(
        self, damaged: Damaged
    ) -> None:
        def harm(content: bytearray) -> None:
            (size,) = struct.unpack_from("<I", content, self.RECORD + 4)
            content[self.RECORD + size : self.RECORD + size + 8] = b"\xff" * 8

        before, after, told = damaged(harm)
        assert (after, told) == (before, None)

    def test_damage_in_the_middle_of_a_record_costs_that_record(self, damaged: Damaged) -> None:
        def harm(content: bytearray) -> None:
            (size,) = struct.unpack_from("<I", content, self.RECORD + 4)
            begin = self.RECORD + size
            (size,) = struct.unpack_from("<I", content, begin + 4)
            content[begin + 24 : begin + size // 2] = b"\xff" * (size // 2 - 24)

        before, after, told = damaged(harm)
        [lost] = set(before) - set(after)
        assert after == [place for place in before if place != lost]
        assert told is not None
        assert told.startswith("1 record could not be recovered: number ")
        assert told.endswith("in block 2")

    def test_a_file_that_breaks_off_is_read_to_its_end(self, damaged: Damaged) -> None:
        def harm(content: bytearray) -> None:
            del content[self.SECOND + BLOCK // 2 :]

        before, after, told = damaged(harm)
        assert after == before[: len(after)]
        assert told is not None
        assert "in block 2; breaks off in block 2 of " in told
        first = told.split("numbers ")[1].split()[0]
        assert int(first) == len(after) + 1

    def test_a_block_that_is_gone_is_told(self, damaged: Damaged) -> None:
        def harm(content: bytearray) -> None:
            content[self.SECOND : self.SECOND + BLOCK] = bytes(BLOCK)

        before, after, told = damaged(harm)
        lost = sorted(set(before) - set(after))
        assert lost == list(range(lost[0], lost[-1] + 1))
        assert told == (
            f"{len(lost)} records could not be recovered: "
            f"numbers {lost[0] + 1} to {lost[-1] + 1} in block 2"
        )
