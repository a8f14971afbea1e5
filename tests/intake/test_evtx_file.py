"""What is told of a damaged EVTX file: the records that are missing, not the free space."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from midwatch.intake import evtx_file
from midwatch.intake.evtx_file import EvtxFile
from midwatch.kernel import BadInputError

BLOCK = "Failed to parse chunk number 3"
RECORD = "Failed to deserialize record 17"
WHOLE = 4096 + 65536


def record(number: int) -> dict[str, object]:
    return {"event_record_id": number, "data": f'{{"n": {number}}}'}


def read(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: list[int | str],
    size: int = WHOLE,
) -> tuple[list[str], str | None]:
    """The lines of a file whose parser tells these record numbers and failures."""

    class Records:
        def __init__(self) -> None:
            self.told = iter(told)

        def __next__(self) -> dict[str, object]:
            each = next(self.told)
            if isinstance(each, int):
                return record(each)
            raise RuntimeError(each)

        def __iter__(self) -> Iterator[dict[str, object]]:
            return self

    class Parser:
        def __init__(self, *_: object, **__: object) -> None: ...

        def records_json(self) -> Records:
            return Records()

    monkeypatch.setattr(evtx_file, "PyEvtxParser", Parser)
    path = folder / "Security.evtx"
    path.write_bytes(bytes(size))
    file = EvtxFile(path)
    lines = [line for chunk in file.chunks() for line in chunk.lines]
    return lines, None if file.problem is None else file.problem.cause


def test_free_space_after_the_last_record_is_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, problem = read(tmp_path, monkeypatch, [1, 2, BLOCK, BLOCK])
    assert lines == ['{"n": 1}', '{"n": 2}']
    assert problem is None


def test_the_records_of_a_damaged_block_are_counted_by_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lines, problem = read(tmp_path, monkeypatch, [1, 2, BLOCK, 43, 44, BLOCK])
    assert problem == "40 records could not be recovered"


def test_a_damaged_record_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _lines, problem = read(tmp_path, monkeypatch, [1, RECORD, 3])
    assert problem == "1 record could not be recovered"


@pytest.mark.parametrize("size", [4096, WHOLE + 1000])
def test_a_file_cut_short_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    _lines, problem = read(tmp_path, monkeypatch, [1], size)
    assert problem == "breaks off in the middle; its last records may be missing"


def test_what_only_bears_the_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Security.evtx"
    path.write_bytes(b"ElfFile\x00" + bytes(50))
    with pytest.raises(BadInputError, match="cannot be read as EVTX"):
        list(EvtxFile(path).chunks())
