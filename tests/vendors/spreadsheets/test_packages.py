"""Files that lie about what they are, before any library opens them."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.spreadsheets import LARGEST_FILE, read_table, read_workbook
from midwatch.vendors.spreadsheets.packages import check_size


def plain() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "hello"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def changed(**parts: bytes) -> bytes:
    """A plain workbook with parts added or replaced; ``__`` stands for a slash."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as old, zipfile.ZipFile(sink, "w") as new:
        added = {name.replace("__", "/"): data for name, data in parts.items()}
        for part in old.namelist():
            new.writestr(part, added.pop(part, old.read(part)))
        for name, data in added.items():
            new.writestr(name, data)
    return sink.getvalue()


def refusal(data: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(BadInputError) as refused:
        read_workbook(data, name)
    assert refused.value.remedy
    return refused.value.cause


def test_a_plain_workbook_is_read() -> None:
    assert read_workbook(plain(), "a.xlsx").sheets[0].rows == (("hello",),)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"id,answer\n1,yes\n", "no .xlsx workbook, but text"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old .xls workbook, or one with a password"),
        (b"%PDF-1.7", "a PDF document"),
        (b"<html><table><tr><td>1", "a web page"),
        (b"MZ\x90\x00", "a Windows program"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"", "but text"),
    ],
)
def test_another_format_under_the_name_is_named(data: bytes, says: str) -> None:
    assert says in refusal(data)


def test_macros_are_refused_also_under_another_name() -> None:
    assert "macros or an embedded program" in refusal(changed(xl__vbaProject=b"x"))
    assert "macros or an embedded program" in refusal(changed(xl__embeddings__o=b"x"))
    types = b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled"/></Types>'
    renamed = changed(**{"[Content_Types].xml": types})
    assert "macros under another name" in refusal(renamed)


def test_a_zip_that_is_no_workbook_is_told() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert "zip archive, but no .xlsx" in refusal(sink.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("xl/workbook.xml", "<workbook/>")
        with bomb.open("xl/worksheets/sheet1.xml", "w") as part:
            piece = b" " * 1_000_000
            for _ in range(160):
                part.write(piece)
    data = sink.getvalue()
    assert len(data) < 1_000_000
    assert "unpack to more than 150 MB" in refusal(data)


def test_entities_that_expand_without_end_are_refused() -> None:
    laugh = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    assert "document type" in refusal(changed(xl__worksheets__sheet1=b"", **{
        "xl/worksheets/sheet1.xml": laugh}))  # fmt: skip
    hidden = laugh.decode().encode("utf-16")
    assert "document type or is not UTF-8" in refusal(
        changed(**{"xl/worksheets/sheet1.xml": hidden})
    )


def test_too_many_parts_are_refused() -> None:
    many = changed(**{f"xl/p{n}": b"" for n in range(2100)})
    assert "parts; more than" in refusal(many)


def test_200_mb_are_refused_by_their_size() -> None:
    with pytest.raises(BadInputError, match="the file has 200 MB; more than 20 MB"):
        check_size(200_000_000, "big.xlsx")
    check_size(LARGEST_FILE, "fits.xlsx")


def test_a_table_whose_name_lies_is_refused() -> None:
    with pytest.raises(BadInputError, match=r"called \.csv, but is a workbook"):
        read_table(plain(), "a.csv")
    with pytest.raises(BadInputError, match=r"called \.xlsx, but is plain text"):
        read_table(b"a,b\n", "a.xlsx")
    with pytest.raises(BadInputError, match="a PDF document"):
        read_table(b"%PDF-1.4", "a.csv")


@given(st.binary(max_size=400), st.booleans())
@settings(max_examples=60)  # a whole workbook each time
def test_any_bytes_are_read_or_refused(data: bytes, zipped: bool) -> None:
    try:
        read_workbook(b"PK\x03\x04" + data if zipped else data, "x.xlsx")
    except BadInputError as refused:
        told = refused.cause
    else:
        told = "read"
    assert told


@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=40))
@settings(max_examples=60)  # a whole workbook each time
def test_a_workbook_damaged_anywhere_is_read_or_refused(at: int, garbage: bytes) -> None:
    data = bytearray(plain())
    at %= len(data)
    data[at : at + len(garbage)] = garbage
    try:
        read_workbook(bytes(data), "x.xlsx")
    except BadInputError as refused:
        told = refused.remedy
    else:
        told = "read"
    assert told
