"""Lists from elsewhere, as they really look, and the trie that finds addresses in them."""

import json
from contextlib import suppress
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.incidents.address_lists import (
    AddressList,
    Indicator,
    read_csv,
    read_plain,
    read_stix,
)
from midwatch.incidents.enrichment import Asset, Knowledge, KnownAddress
from midwatch.incidents.networks import NetworkTrie
from midwatch.kernel import BadInputError

PLAIN = """\ufeff# a block list
192.0.2.1
198.51.100.0/24 ; SBL123
2001:db8::/32   # botnet
evil.example
0.0.0.0/0
"""
CSV = '"# first_seen","ip","threat"\n#first_seen,ip,threat\n2026-01-01, 192.0.2.1 ,scanner\n2026,none,x\n'


def stix(*patterns: str, **more: object) -> str:
    return json.dumps(
        {
            "type": "bundle",
            "id": "bundle--1",
            "objects": [
                {"type": "identity", "name": "someone"},
                *(
                    {"type": "indicator", "name": "c2", "pattern": pattern, **more}
                    for pattern in patterns
                ),
            ],
        }
    )


def test_plain_lists_keep_labels_and_count_what_is_no_address() -> None:
    found, skipped, _wrong = read_plain(PLAIN)

    assert [(each.network, each.label) for each in found] == [
        ("192.0.2.1/32", ""),
        ("198.51.100.0/24", "SBL123"),
        ("2001:db8::/32", "botnet"),
    ]
    assert skipped == 2  # a name, and the whole Internet


def test_a_table_is_read_by_the_names_of_its_columns() -> None:
    found, skipped, _wrong = read_csv(
        "first_seen,IP Address,threat\n2026,192.0.2.1,scanner\n2026,x,y\n"
    )

    assert found == (Indicator("192.0.2.1/32", "scanner"),)
    assert skipped == 1


def test_a_head_behind_a_mark_of_comment_is_a_head() -> None:
    found, _skipped, _wrong = read_csv(
        "# written by x\n# seen,ip,threat\n2026, 192.0.2.1,scanner\n"
    )

    assert found == (Indicator("192.0.2.1/32", "scanner"),)


def test_a_table_without_addresses_is_refused() -> None:
    with pytest.raises(BadInputError, match="no column"):
        read_csv("domain,seen\nevil.example,2026\n")


@pytest.mark.parametrize(
    ("pattern", "networks"),
    [
        ("[ipv4-addr:value = '192.0.2.1']", ["192.0.2.1/32"]),
        ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", ["192.0.2.0/24"]),
        (
            "[ipv4-addr:value = '192.0.2.1' OR ipv6-addr:value = '2001:db8::1']",
            ["192.0.2.1/32", "2001:db8::1/128"],
        ),
        (
            "[ipv4-addr:value = '192.0.2.1'] OR [ipv4-addr:value = '192.0.2.2']",
            ["192.0.2.1/32", "192.0.2.2/32"],
        ),
        # Half of a pattern would match too much.
        ("[ipv4-addr:value = '192.0.2.1' AND url:value = 'x']", []),
        ("[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [url:value = 'x']", []),
        ("[ipv4-addr:value != '192.0.2.1']", []),
        ("[domain-name:value = 'evil.example']", []),
        ("not a pattern", []),
    ],
)
def test_patterns_of_addresses_are_read_and_others_counted(
    pattern: str, networks: list[str]
) -> None:
    found, skipped, _wrong = read_stix(stix(pattern))

    assert [each.network for each in found] == networks
    assert skipped == (0 if networks else 1)


def test_indicators_keep_their_time_and_revoked_ones_are_gone() -> None:
    pattern = "[ipv4-addr:value = '192.0.2.1']"
    found, _skipped, _wrong = read_stix(
        stix(pattern, valid_from="1970-01-01T00:00:01Z", valid_until="1970-01-01T00:00:02.5Z")
    )
    assert (found[0].begins, found[0].ends) == (1_000_000, 2_500_000)

    assert read_stix(stix(pattern, revoked=True)) == ((), 0, ())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"objects": 3}', "\x00"])
def test_what_is_no_bundle_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        read_stix(text)


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    read_plain(text)
    for reader in (read_csv, read_stix):
        with suppress(BadInputError):
            reader(text)


networks = st.tuples(st.ip_addresses(), st.integers(0, 128)).map(
    lambda pair: ip_network(
        f"{pair[0]}/{min(pair[1], 32 if pair[0].version == 4 else 128)}", strict=False
    )
)


@given(st.lists(networks, max_size=20), st.ip_addresses())
def test_the_trie_finds_what_looking_at_each_network_finds(
    given_networks: list[object], address: object
) -> None:
    trie = NetworkTrie[str]()
    for network in given_networks:
        trie.add(str(network), str(network))
    for asked in (str(address), *(str(each).partition("/")[0] for each in given_networks)):
        parsed = ip_address(asked)
        mapped = getattr(parsed, "ipv4_mapped", None)
        plain = mapped if mapped is not None else parsed
        expected = sorted(str(each) for each in given_networks if plain in ip_network(str(each)))
        assert sorted(trie.find(asked)) == expected
    assert len(trie) == len(given_networks)


def test_lists_and_entries_end() -> None:
    listed = AddressList(
        name="abuse",
        licence="CC0",
        fetched=0,
        expires=100,
        indicators=(Indicator("192.0.2.0/24", "scanner", ends=50),),
    )
    known = Knowledge(lists=[listed])

    assert [match.source for match in known.listed("192.0.2.7", 49)] == ["abuse"]
    assert known.listed("192.0.2.7", 50) == []
    assert known.listed("198.51.100.1", 49) == []


def test_own_machines_are_known_by_name_and_by_network() -> None:
    server = Asset("domain controller", host="DC1", vital=True)
    lan = Asset("office network", network="10.0.0.0/8")
    known = Knowledge(assets=[server, lan], known=[KnownAddress("192.0.2.1", "tester")])

    assert known.assets(["dc1"], ["10.1.2.3", "192.0.2.1"]) == [server, lan]
