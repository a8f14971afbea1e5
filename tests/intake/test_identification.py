"""Whose lines they are."""

import hashlib
from pathlib import Path

import pytest

from midwatch.intake.identification import Directory, Roll, host_of
from midwatch.intake.rehearsal import by_address, by_token, feed
from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant, TenantStore


def told(directory: Directory, address: str, port: int = 514, line: bytes = b"x") -> str | None:
    owner = directory.at(address, port).owner_of(line)
    return None if owner is None else owner.feed


def test_the_longest_network_wins() -> None:
    directory = Directory(
        [
            feed("wide", by_address("10.0.0.0/8")),
            feed("narrow", by_address("10.1.0.0/16")),
            feed("one", by_address("10.1.2.3")),
            feed("six", by_address("2001:db8::/32")),
        ]
    )

    assert told(directory, "10.9.9.9") == "wide"
    assert told(directory, "10.1.9.9") == "narrow"
    assert told(directory, "10.1.2.3") == "one"
    assert told(directory, "::ffff:10.1.2.3") == "one"
    assert told(directory, "2001:db8::7") == "six"
    assert told(directory, "192.0.2.1") is None
    assert told(directory, "no address") is None


def test_a_port_goes_before_any_port() -> None:
    directory = Directory(
        [feed("any", by_address("10.0.0.1")), feed("special", by_address("10.0.0.1", 5514))]
    )

    assert told(directory, "10.0.0.1", 514) == "any"
    assert told(directory, "10.0.0.1", 5514) == "special"


def test_behind_a_relay_the_host_name_tells() -> None:
    directory = Directory(
        [
            feed("relay", by_address("10.0.0.1")),
            feed("gate", by_address("10.0.0.1", host="Gate")),
            feed("mail", by_address("10.0.0.1", host="mail.example.org")),
        ]
    )
    lines = [
        b"<13>Nov  1 02:03:04 gate sshd[7]: x",
        b"<13>1 2024-11-01T02:03:04Z mail.example.org postfix - - - x",
        b"<13>Nov  1 02:03:04 other x: y",
        b"<13>Nov  1 02:03:04 GATE.example.org sshd[7]: z",
    ]
    parts = directory.at("10.0.0.1", 514).split(lines)

    assert {owner.feed: part for owner, part in parts if owner} == {
        "gate": [lines[0], lines[3]],
        "mail": [lines[1]],
        "relay": [lines[2]],
    }


def test_a_relay_without_a_feed_of_its_own_leaves_strangers_to_nobody() -> None:
    directory = Directory([feed("gate", by_address("10.0.0.1", host="gate"))])

    assert told(directory, "10.0.0.1", line=b"<13>Nov  1 02:03:04 gate a: b") == "gate"
    assert told(directory, "10.0.0.1", line=b"<13>Nov  1 02:03:04 forged a: b") is None
    assert told(directory, "10.0.0.1", line=b"gate") is None


@pytest.mark.parametrize(
    ("line", "host"),
    [
        (b"<34>Oct 11 22:14:15 mymachine su: failed", "mymachine"),
        (b"<34>1 2003-10-11T22:14:15.003Z host.example.com su - ID47 - x", "host.example.com"),
        (b"<34>2024-11-01T02:03:04+01:00 fw1 kernel: x", "fw1"),
        (b"<165>1 2003-08-24T05:14:15-07:00 192.0.2.1 p 8 - - x", "192.0.2.1"),
        (b"<13>Nov 10 2024 02:03:04 asa : %ASA-6-302013: x", "asa"),
        (b"<13>Nov  1 02:03:04 sshd[7]: no host", ""),
        (b"<13>Nov  1 02:03:04 kernel: no host", ""),
        (b'{"host": "json"}', ""),
        (b"", ""),
    ],
)
def test_the_host_is_read_from_the_header(line: bytes, host: str) -> None:
    assert host_of(line) == host


def test_tokens_and_certificates_are_compared_by_their_hashes() -> None:
    certificate = b"der"
    print_ = hashlib.sha256(certificate).hexdigest()
    colons = ":".join(print_[spot : spot + 2] for spot in range(0, 64, 2)).upper()
    directory = Directory(
        [feed("a", by_token("secret")), feed("b", Mark(MarkKind.CERTIFICATE, colons))]
    )

    token, shown = directory.by_token("secret"), directory.by_certificate(certificate)
    assert token is not None
    assert token.feed == "a"
    assert shown is not None
    assert shown.feed == "b"
    assert directory.by_token("other") is directory.by_certificate(b"other") is None


def test_the_roll_is_read_again_when_the_tenants_change(tmp_path: Path) -> None:
    store = TenantStore(tmp_path / "state.db")
    roll = Roll(lambda: store.revision, store.feeds)
    store.save_tenant(Tenant("acme", "Acme"))
    store.save_office(Office("main", "acme", "Main"))
    store.save_feed(
        Feed("fw", "acme", "main", "Firewall", marks=(by_address("10.0.0.1"),), product="pfsense")
    )

    assert told(roll.directory, "10.0.0.1") is None
    assert roll.refresh()
    assert told(roll.directory, "10.0.0.1") == "fw"
    assert not roll.refresh()
    store.remove_feed("fw")
    assert roll.refresh()
    assert told(roll.directory, "10.0.0.1") is None
    store.close()


def test_a_mark_that_is_no_network_is_left_out() -> None:
    directory = Directory([feed("bad", by_address("nonsense"), by_address("10.0.0.1"))])

    assert told(directory, "10.0.0.1") == "bad"
