"""Lists of any size find what looking at each entry finds, also out of a file."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.incidents.address_lists import AddressList, Effect, Indicator
from midwatch.incidents.list_index import ListIndex
from midwatch.kernel import BadInputError

networks = st.tuples(st.ip_addresses(), st.integers(0, 128)).map(
    lambda pair: str(
        ip_network(f"{pair[0]}/{min(pair[1], 32 if pair[0].version == 4 else 128)}", strict=False)
    )
)
entries = st.builds(
    Indicator,
    networks,
    st.sampled_from(["", "scanner", "botnet"]),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 9),
)


@given(st.lists(entries, max_size=20), st.ip_addresses(), st.integers(0, 9))
def test_an_index_finds_what_looking_at_each_entry_finds(
    given_entries: list[Indicator], address: object, now: int
) -> None:
    source = AddressList(
        name="x", fetched=3, indicators=tuple(given_entries), expires=8, effect=Effect.NOTE
    )
    index = ListIndex.from_bytes(ListIndex.of(source).to_bytes())

    assert (len(index), index.name, index.effect) == (len(given_entries), "x", Effect.NOTE)
    for asked in (str(address), *(each.network.partition("/")[0] for each in given_entries)):
        parsed = ip_address(asked)
        mapped = getattr(parsed, "ipv4_mapped", None)
        plain = mapped if mapped is not None else parsed
        holding = [each for each in given_entries if plain in ip_network(each.network)]
        assert sorted(map(repr, index.find(asked))) == sorted(map(repr, holding))
        in_force = [
            each
            for each in holding
            if now < 8 and (each.begins or 0) <= now and (each.ends is None or now < each.ends)
        ]
        assert sorted(map(repr, index.in_force(asked, now))) == sorted(map(repr, in_force))


def test_no_address_is_on_no_list() -> None:
    everything = AddressList(name="x", fetched=0, indicators=(Indicator("0.0.0.0/0"),))

    assert ListIndex.of(everything).find("gate.example") == []


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x97\xa1x\x00\xa0\xc0\xa4note\x90\x91\x96"])
def test_a_damaged_file_is_told(content: bytes) -> None:
    with pytest.raises(BadInputError, match="damaged"):
        ListIndex.from_bytes(content)


def test_columns_of_different_lengths_are_damage() -> None:
    whole = ListIndex.of(
        AddressList(name="x", fetched=0, indicators=(Indicator("192.0.2.1/32", "a"),))
    ).to_bytes()
    keys = bytes([0xC4, 4, 1, 2, 0, 0xC0])
    assert keys in whole

    with pytest.raises(BadInputError, match="damaged"):
        ListIndex.from_bytes(whole.replace(keys, bytes([0xC4, 3, 1, 2, 0])))
