"""A package of anybody's is read or refused; it never breaks what reads it."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.cadence import CadenceClaim
from midwatch.vendors.contracts import Contract
from midwatch.vendors.dossier import (
    FORMAT,
    VERSION,
    FiledPaper,
    Manifest,
    Records,
    open_package,
    write_package,
)
from midwatch.vendors.dossier.records import PARTS, decoded, read_records
from midwatch.vendors.evidence import Assurance, Evidence, EvidenceKind
from midwatch.vendors.vendor import Vendor

PAPER = b"%PDF-1.7 a report"
DIGEST = sha256(PAPER).hexdigest()
HEAD = Manifest(
    format="", version=0, made=1_770_000_000_000_000, software="M", vendor="V", client="C",
    records="",
)  # fmt: skip


def records() -> Records:
    evidence = Evidence(
        id="p1", vendor="v1", kind=EvidenceKind.OTHER, title="T", sha256=DIGEST,
        received=date(2026, 1, 2), assurance=Assurance.CLAIMED,
    )  # fmt: skip
    return Records(
        vendor=Vendor(id="v1", name="Acme", country="DE"), papers=(FiledPaper(evidence=evidence),)
    )


def package() -> bytes:
    sink = io.BytesIO()
    write_package(sink, HEAD, records(), lambda _digest: PAPER)
    return sink.getvalue()


WHOLE = package()


def test_there_and_back_is_the_same_and_the_same_each_time() -> None:
    read = open_package(io.BytesIO(WHOLE), "a.zip")
    assert read.records == records()
    assert read.refused == ()
    assert read.document(DIGEST) == PAPER
    assert (read.manifest.format, read.manifest.version) == (FORMAT, VERSION)
    assert package() == WHOLE


def test_a_document_that_was_changed_is_not_written() -> None:
    with pytest.raises(BadInputError, match="was changed"):
        write_package(io.BytesIO(), HEAD, records(), lambda _digest: b"other")


@given(st.data())
def test_whatever_is_changed_in_it_it_is_read_or_refused(data: st.DataObject) -> None:
    spots = st.integers(0, len(WHOLE) - 1)
    broken = bytearray(WHOLE)
    for _turn in range(data.draw(st.integers(1, 4))):
        broken[data.draw(spots)] = data.draw(st.integers(0, 255))
    cut = bytes(broken)[: data.draw(st.sampled_from([None, data.draw(spots)]))]
    try:
        read = open_package(io.BytesIO(cut), "a.zip")
    except BadInputError:
        return
    assert read.records == records()  # nothing that was changed is believed
    for each in read.good:
        assert sha256(read.document(each)).hexdigest() == each


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(PARTS)), st.lists(JSON, max_size=3))
def test_any_records_are_taken_or_refused_with_their_place(part: str, rows: list[object]) -> None:
    told = {"vendor": {"id": "v", "name": "n", "country": "DE"}, part: rows}
    found, refused = read_records(msgspec.json.encode(told), "a.zip")
    assert len(getattr(found, part)) + len(refused) == len(rows)
    assert all(each.place.startswith(f"{part}[") and each.why for each in refused)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'{"kind":"patch","every_hours":"1E99","source":""}', CadenceClaim),
        (b'{"kind":"patch","every_hours":"NaN","source":""}', CadenceClaim),
        (b'{"kind":"patch","every_hours":"1","source":"a\\u0000b"}', CadenceClaim),
        (b'{"kind":"patch","every_hours":"1","source":"' + b"x" * 100_001 + b'"}', CadenceClaim),
        (b'{"kind":"patch","every_hours":"1","source":"\\ud800"}', CadenceClaim),
        (b'{"id":"k","vendor":"v","client":"c","title":"t","start":"9999-12-31"}', Contract),
        (b'{"id":"k","vendor":"v","client":"c","title":"t","start":"2026-01-01","notice_days":-1}', Contract),
        (b'{"id":"k","vendor":"v","client":"c","title":"t","start":"2026-01-01","renews_months":999999}', Contract),
        (b'{"id":"k","vendor":"v","country":"DE","name":"n","revision":' + b"9" * 40 + b"}", Vendor),
    ],
)  # fmt: skip
def test_what_no_page_or_database_could_bear_is_refused(raw: bytes, kind: type) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoded(msgspec.Raw(raw), kind)


def test_usual_amounts_are_taken() -> None:
    raw = msgspec.Raw(b'{"kind":"patch","every_hours":"168.5","source":"page 7"}')
    assert decoded(raw, CadenceClaim).every_hours == Decimal("168.5")
