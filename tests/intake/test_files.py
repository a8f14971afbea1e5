"""Files of any packing, encoding and state come out as numbered lines."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midwatch.intake.files import LONGEST_LINE, LineFile, rotation_order
from midwatch.intake.folder import find_logs
from midwatch.intake.opening import kind_of
from midwatch.kernel import BadInputError

TEXT = "first line\nsecond line\nthird"
LINES = TEXT.split("\n")


def read(path: Path, per_chunk: int = 4000) -> list[str]:
    return [
        line for chunk in LineFile(path, lines_per_chunk=per_chunk).chunks() for line in chunk.lines
    ]


@pytest.mark.parametrize(
    "pack",
    [bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress],
    ids=["plain", "gzip", "bzip2", "xz", "zstd"],
)
def test_packings_are_told_by_their_first_bytes(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "some.log"
    path.write_bytes(pack(TEXT.encode()))
    assert read(path) == LINES


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\nb\r", ["a", "b"]),
        (b"\xef\xbb\xbfa\nb", ["a", "b"]),
        ("a\nü\n".encode("utf-16"), ["a", "ü"]),
        ("abc\ndef\n".encode("utf-16-le"), ["abc", "def"]),
        ("abc\ndef\n".encode("utf-16-be"), ["abc", "def"]),
        ("a\nü\nb".encode("latin-1"), ["a", "ü", "b"]),
        ("ok ü\n".encode() + b"bad \xfc\n", ["ok ü", "bad ü"]),
        (b"a\0b\nc\n", ["a\0b", "c"]),
        (b"\0" * 9000 + b"a\n" + b"\0" * 9000 + b"b\nc\n" + b"\0" * 9000, ["a", "b", "c"]),
        (b"a\rb\r\rc", ["a", "b", "", "c"]),
        (b"a\rb\nc\r\n", ["a\rb", "c"]),
        (b"a\x0bb\x0cc\x85\n", ["a\x0bb\x0cc\x85"]),
    ],
)
def test_encodings_and_line_ends(tmp_path: Path, data: bytes, lines: list[str]) -> None:
    path = tmp_path / "some.log"
    path.write_bytes(data)
    assert read(path) == lines


def test_a_very_long_line_is_cut_and_counted_and_the_next_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_bytes(b"x" * (10 * LONGEST_LINE) + b"\nnext\n")
    chunks = list(LineFile(path).chunks())
    lines = [line for chunk in chunks for line in chunk.lines]
    assert [len(line) for line in lines] == [LONGEST_LINE, 4]
    assert chunks[-1].cut == 1


def test_a_long_line_is_cut_between_characters(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_text("aü" * LONGEST_LINE + "\n")
    assert read(path) == [("aü" * LONGEST_LINE)[:LONGEST_LINE]]


def test_chunks_tell_how_much_of_a_packed_file_they_took(tmp_path: Path) -> None:
    path = tmp_path / "some.log.gz"
    path.write_bytes(gzip.compress(Random(7).randbytes(2_000_000).hex("\n", 40).encode()))
    consumed = [chunk.consumed for chunk in LineFile(path).chunks()]
    assert consumed == sorted(consumed)
    assert consumed[0] < consumed[-1] == path.stat().st_size


def test_chunks_number_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "some.log"
    path.write_text("".join(f"{number}\n" for number in range(1, 26)))
    seen = {
        chunk.first_line + spot: line
        for chunk in LineFile(path, lines_per_chunk=10).chunks()
        for spot, line in enumerate(chunk.lines)
    }
    assert seen == {number: str(number) for number in range(1, 26)}


def test_documents_over_several_lines_come_one_by_one_with_their_first_line(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text('{\n "a": "}{",\n "b": {"c": 1}\n}\n{\n "a": 2\n}\n')
    (chunk,) = LineFile(path).chunks()
    assert chunk.lines == ['{\n "a": "}{",\n "b": {"c": 1}\n}', '{\n "a": 2\n}']
    assert chunk.numbers == (1, 5)


def test_an_array_of_documents_is_taken_apart(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text('[{"a": 1},\n {"a": 2}]\n')
    (chunk,) = LineFile(path).chunks()
    assert chunk.lines == ['{"a": 1}', '{"a": 2}']


def test_a_file_that_breaks_off_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "some.log.gz"
    whole = gzip.compress(os.urandom(300_000).hex().encode() + b"\nend\n")
    path.write_bytes(whole[: len(whole) // 2])
    file = LineFile(path)
    assert sum(len(chunk.lines) for chunk in file.chunks()) >= 1
    assert file.problem is not None
    assert "breaks off" in file.problem.cause


@pytest.mark.parametrize(
    ("head", "cause"),
    [
        (b"PK\x03\x04rest", "zip archive"),
        (b"-----BEGIN PGP MESSAGE-----", "encrypted"),
        (b"\x89PNG\r\n", "picture"),
        (bytes(range(256)) * 4, "binary"),
    ],
)
def test_what_is_no_log_is_refused_with_a_remedy(tmp_path: Path, head: bytes, cause: str) -> None:
    path = tmp_path / "thing"
    path.write_bytes(head)
    with pytest.raises(BadInputError) as refused:
        kind_of(path)
    assert cause in refused.value.cause
    assert refused.value.remedy


def test_missing_and_empty_files_are_problems_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "empty.log").touch()
    (tmp_path / "good.log").write_text("x\n")
    finding = find_logs([tmp_path / "missing.log", tmp_path])
    assert [file.path.name for file in finding.files] == ["empty.log", "good.log"]
    assert sorted(problem.cause for problem in finding.problems) == [
        "the file is empty",
        "there is no such file",
    ]


def test_rotated_sets_are_read_oldest_first(tmp_path: Path) -> None:
    names = [
        "auth.log",
        "auth.log.1",
        "auth.log.10.gz",
        "auth.log.2.gz",
        "mail-20260102",
        "mail-20260101",
        "mail",
    ]
    for name in names:
        (tmp_path / name).write_bytes(gzip.compress(b"x") if name.endswith("gz") else b"x")
    sets = [[file.path.name for file in files] for files in find_logs([tmp_path]).sets]
    assert sets == [
        ["auth.log.10.gz", "auth.log.2.gz", "auth.log.1", "auth.log"],
        ["mail-20260101", "mail-20260102", "mail"],
    ]


def test_a_number_in_a_name_is_no_rotation_of_another_folder() -> None:
    assert rotation_order(Path("a/x.log.1"))[0] != rotation_order(Path("b/x.log"))[0]


@given(st.binary(max_size=3000), st.integers(1, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_come_out_as_lines(tmp_path: Path, data: bytes, per_chunk: int) -> None:
    path = tmp_path / "any"
    path.write_bytes(b"text " + data)
    lines = read(path, per_chunk)
    assert lines
    assert lines == read(path)
