"""What is opened as a log, what is refused, and that a pipe loses nothing."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from midwatch.intake.files import LineFile
from midwatch.intake.folder import find_logs
from midwatch.intake.opening import kind_of, name_of
from midwatch.kernel import BadInputError

LINES = [f"line {number}" for number in range(5000)]
TEXT = "".join(f"{line}\n" for line in LINES).encode()
pack_zstd = zstandard.ZstdCompressor().compress


def read(path: Path) -> tuple[list[str], BadInputError | None]:
    file = LineFile(path)
    return [line for chunk in file.chunks() for line in chunk.lines], file.problem


def pipe(folder: Path, data: bytes) -> Path:
    """A FIFO into which a thread writes, as another program would."""
    path = folder / "fifo"
    os.mkfifo(path)
    threading.Thread(target=path.write_bytes, args=[data], daemon=True).start()
    return path


def tar(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, pack_zstd], ids=["plain", "gzip", "zstd"])
def test_a_pipe_is_read_from_its_first_byte_and_unpacked(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    finding = find_logs([pipe(tmp_path, pack(TEXT))])
    (file,) = finding.files
    assert file.read_once
    assert read(file.path) == (LINES, None)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"PK\x03\x04rest", "zip archive"),
        (gzip.compress(tar("auth.log", TEXT)), "tar archive"),
        (b"ElfFile\x00" + bytes(4096), "EVTX file cannot be read from a pipe"),
        (bytes(range(256)) * 16, "binary"),
    ],
)
def test_a_pipe_that_holds_no_log_is_refused(tmp_path: Path, data: bytes, cause: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read(pipe(tmp_path, data))
    assert cause in refused.value.cause
    assert refused.value.remedy


@pytest.mark.parametrize("data", [tar("auth.log", TEXT), gzip.compress(tar("auth.log", TEXT))])
def test_a_tar_archive_is_named_as_one(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "logs.tgz"
    path.write_bytes(data)
    with pytest.raises(BadInputError, match="tar archive"):
        kind_of(path)


def test_zstandard_frames_one_after_another_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "some.log.zst"
    path.write_bytes(pack_zstd(TEXT[:999]) + pack_zstd(TEXT[999:]))
    assert read(path) == (LINES, None)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, pack_zstd])
def test_packed_data_cut_short_is_told_whatever_packed_it(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "some.log"
    whole = pack(os.urandom(400_000).hex().encode() + b"\nend\n")
    path.write_bytes(whole[: len(whole) * 2 // 3])
    _lines, problem = read(path)
    assert problem is not None
    assert "breaks off" in problem.cause


def test_bytes_that_are_no_text_are_shown_in_a_name() -> None:
    assert name_of(Path(os.fsdecode(b"b\xff.log"))) == "b%FF.log"
    assert name_of(Path("büro.log")) == "büro.log"
