"""Service facts: signed, verified, and refused for every reason that there is."""

from __future__ import annotations

import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.evidence import Assurance
from midwatch.vendors.service_facts import (
    LARGEST,
    Ask,
    Coverage,
    Responses,
    ServiceFacts,
    Signatures,
    facts_concerns,
    fingerprint_of,
    public_key,
    read_signed,
    signed_file,
    update_observations,
)

KEY = bytes(range(32))
DAY = 86_400 * 1_000_000
START = 1_790_000_000 * 1_000_000
COVERAGE = Coverage(sources=2, heard=1400, idle=30, silent=10, lines=1000, understood=990)


def facts(**changes: object) -> ServiceFacts:
    plain: dict[str, object] = {
        "provider": "Night Watch", "start": START, "end": START + 30 * DAY,
        "made": START + 30 * DAY, "coverage": COVERAGE,
        "responses": (
            Responses(level="high", raised=3, answered=2, open=0, median=60, ninety=90, longest=90),
        ),
        "signatures": (
            Signatures(name="core", rules=3000, newest="2026-09-01", updates=(START + DAY,)),
        ),
    }  # fmt: skip
    return msgspec.convert(plain | changes, ServiceFacts, from_attributes=True)


def test_what_was_signed_reads_as_it_was_written() -> None:
    verified = read_signed(signed_file(facts(), KEY), "f.json")
    assert verified.facts == facts()
    assert verified.key == public_key(KEY)
    assert verified.fingerprint == fingerprint_of(public_key(KEY))


def test_the_signature_is_that_of_rfc_8032() -> None:
    """The first test vector of section 7.1: a private key and its public one."""
    private = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert public_key(private) == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )


def test_every_changed_byte_of_the_facts_is_noticed() -> None:
    data = signed_file(facts(), KEY)
    begins, ends = data.index(b"{", 1), data.rindex(b'"key"') - 2
    for spot in range(begins, ends, 7):
        changed = data[:spot] + bytes([data[spot] ^ 1]) + data[spot + 1 :]
        with pytest.raises(BadInputError):
            read_signed(changed, "f.json")


def test_another_key_beside_the_signature_does_not_fit() -> None:
    other = public_key(bytes(32)).encode()
    data = signed_file(facts(), KEY).replace(public_key(KEY).encode(), other)
    with pytest.raises(BadInputError, match="changed after it was signed"):
        read_signed(data, "f.json")


def test_what_was_signed_for_something_else_is_no_signature_of_facts() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  # only needed here

    raw = msgspec.json.encode(facts())
    bare = Ed25519PrivateKey.from_private_bytes(KEY).sign(raw).hex()
    data = json.dumps({"facts": json.loads(raw), "key": public_key(KEY), "signature": bare})
    with pytest.raises(BadInputError):
        read_signed(data.encode(), "f.json")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"end": START}, "ends before it begins"),
        ({"made": START}, "before its time was over"),
        ({"format": "midwatch service facts 2"}, "of the format"),
        ({"coverage": Coverage(sources=1, heard=9000, idle=0, silent=0, lines=0, understood=0)}, "more hours"),
        ({"coverage": Coverage(sources=1, heard=1, idle=0, silent=0, lines=1, understood=2)}, "more lines"),
        ({"responses": (Responses(level="low", raised=1, answered=1, open=1, median=1, ninety=1, longest=1),)}, "more low"),
        ({"responses": (Responses(level="low", raised=2, answered=2, open=0, median=9, ninety=3, longest=9),)}, "do not fit"),
        ({"responses": (Responses(level="low", raised=2, answered=2, open=0),)}, "do not fit"),
    ],
)  # fmt: skip
def test_signed_nonsense_is_refused(changes: dict[str, object], cause: str) -> None:
    with pytest.raises(BadInputError, match=cause):
        read_signed(signed_file(facts(**changes), KEY), "f.json")


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"\xff\xfe", b"[" * 5000, b'{"facts": {}, "key": "zz", "signature": ""}',
     b'{"facts": {}, "key": "00", "signature": "00"}', b" " * (LARGEST + 1)],
)  # fmt: skip
def test_what_is_no_file_of_facts_is_refused_plainly(data: bytes) -> None:
    with pytest.raises(BadInputError):
        read_signed(data, "f.json")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(BadInputError):
        read_signed(data, "f.json")


def test_shares_are_rounded_down_and_nothing_has_none() -> None:
    assert COVERAGE.share == Decimal("99.3")
    nothing = Coverage(sources=0, heard=0, idle=0, silent=0, lines=0, understood=0)
    assert nothing.share is None
    almost = Coverage(sources=1, heard=99_999, idle=0, silent=1, lines=0, understood=0)
    assert almost.share == Decimal("99.9")


def test_good_facts_raise_no_concern_and_bad_ones_each_their_own() -> None:
    now = START + 31 * DAY
    assert facts_concerns(facts(), now) == ()
    bad = facts(
        end=START + 7 * DAY, made=START + 7 * DAY, signatures=(),
        responses=(Responses(level="high", raised=2, answered=0, open=2),),
        coverage=Coverage(sources=1, heard=90, idle=0, silent=10, lines=0, understood=0, down=3600),
    )  # fmt: skip
    told = " / ".join(each.sentence for each in facts_concerns(bad, now + 200 * DAY))
    for part in ("silent: 10.0 percent", "stood still: 1.0", "answer yet: 2", "no signatures at all",
                 "time ended: 224", "days it covers: 7"):  # fmt: skip
        assert part in told
    assert facts_concerns(facts(), START)[0].ask is Ask.FUTURE


def test_a_source_of_this_hour_is_not_called_none() -> None:
    nothing = Coverage(sources=0, heard=0, idle=0, silent=0, lines=0, understood=0)
    young = Coverage(sources=2, heard=0, idle=0, silent=0, lines=0, understood=0)
    now = START + 31 * DAY

    assert [each.ask for each in facts_concerns(facts(coverage=nothing), now)] == [
        Ask.NOTHING_WATCHED
    ]
    assert [each.sentence for each in facts_concerns(facts(coverage=young), now)] == [
        "no source was watched for a whole hour yet; sources: 2"
    ]


def test_updates_become_observations_of_the_cadence() -> None:
    found = update_observations(facts(), Assurance.OBSERVED)
    assert [each.at for each in found] == [START + DAY]
