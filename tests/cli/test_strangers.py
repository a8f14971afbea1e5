"""Senders nobody knows: shown, claimed, dismissed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from midwatch.cli.source import command
from midwatch.intake.parcels import Transport
from midwatch.intake.quarantine import Quarantine, SenderKey
from midwatch.intake.spool import SqliteSpool
from midwatch.kernel import BadInputError
from midwatch.tenants import Mark, MarkKind, Tenant, TenantStore
from midwatch.watch.state_folder import StateFolder

LINE = b"<38>Nov 22 10:00:0%d gate sshd[7]: Failed password for root from 203.0.113.9 port 7 ssh2"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    monkeypatch.setenv("COLUMNS", "100")
    return StateFolder(tmp_path / "state").open()


def keep(folder: StateFolder, address: str, *lines: bytes, host: str = "gate") -> None:
    quarantine = Quarantine(folder.quarantine)
    key = SenderKey(Transport.UDP, address, 5514, host)
    for received, line in enumerate(lines):
        quarantine.keep(key, [line], received)
    quarantine.close()


def source(folder: StateFolder, *words: str) -> Result:
    return CliRunner().invoke(command, [*words, "--state", str(folder.path)])


def unknown(folder: StateFolder) -> list[str]:
    quarantine = Quarantine(folder.quarantine)
    found = [f"{each.key.address} {each.key.host}".strip() for each in quarantine.senders()]
    quarantine.close()
    return sorted(found)


def spooled(folder: StateFolder) -> list[tuple[str, str, tuple[bytes, ...]]]:
    spool = SqliteSpool(folder.spool)
    found = [
        (each.parcel.tenant, each.parcel.feed, each.parcel.lines) for each in spool.read(0, 10_000)
    ]
    spool.close()
    return found


def marks(folder: StateFolder, feed: str) -> tuple[Mark, ...]:
    store = TenantStore(folder.database)
    known = store.feed(feed)
    store.close()
    assert known is not None
    return known.marks


def test_without_unknown_senders_all_is_well(folder: StateFolder) -> None:
    done = source(folder, "unknown")

    assert (done.exit_code, done.output) == (0, "Nobody unknown sends.\n")


def test_an_unknown_sender_is_shown_with_what_it_looks_like(folder: StateFolder) -> None:
    keep(folder, "192.0.2.7", LINE % 1, LINE % 2, b"<38>\x1b[2Jcleared")

    done = source(folder, "unknown")

    assert done.exit_code == 1
    assert "192.0.2.7  calls itself gate" in done.output
    assert "3 lines over udp 5514" in done.output
    assert "looks like: OpenSSH server" in done.output
    assert "midwatch source claim 192.0.2.7 NAME --product openssh" in done.output
    assert r"<38>\x1b[2Jcleared" in done.output
    assert "\x1b" not in done.output


def test_what_nobody_knows_is_guessed_as_nothing(folder: StateFolder) -> None:
    keep(folder, "192.0.2.7", b"blorp 17 quux", host="")

    assert "looks like: no product that is known" in source(folder, "unknown").output


def test_a_claim_makes_the_source_and_moves_its_lines(folder: StateFolder) -> None:
    keep(folder, "192.0.2.7", LINE % 1, LINE % 2)
    keep(folder, "192.0.2.8", LINE % 3)

    done = source(folder, "claim", "192.0.2.7", "gate", "--product", "openssh")

    assert done.exit_code == 0, done.output
    assert "with 2 lines from before" in done.output
    assert spooled(folder) == [("office", "gate", (LINE % 1,)), ("office", "gate", (LINE % 2,))]
    assert marks(folder, "gate") == (Mark(MarkKind.ADDRESS, "192.0.2.7/32"),)
    assert unknown(folder) == ["192.0.2.8 gate"]


def test_one_source_may_have_several_addresses_and_gain_more(folder: StateFolder) -> None:
    for last in (7, 8, 9):
        keep(folder, f"192.0.2.{last}", LINE % 1)
    keep(folder, "2001:db8::1", LINE % 1)

    assert source(folder, "claim", "192.0.2.7", "192.0.2.8", "gate").exit_code == 0
    assert source(folder, "claim", "2001:db8::1", "gate").exit_code == 0

    assert {mark.value for mark in marks(folder, "gate")} == {
        "192.0.2.7/32", "192.0.2.8/32", "2001:db8::1/128",
    }  # fmt: skip
    assert len(spooled(folder)) == 3
    assert unknown(folder) == ["192.0.2.9 gate"]


def test_behind_a_relay_each_host_is_claimed_by_itself(folder: StateFolder) -> None:
    keep(folder, "192.0.2.7", LINE % 1, host="gate")
    keep(folder, "192.0.2.7", LINE % 2, host="files")

    done = source(folder, "claim", "192.0.2.7", "gate")
    assert isinstance(done.exception, BadInputError)
    assert "2 hosts send from 192.0.2.7: files, gate" in str(done.exception)
    assert len(unknown(folder)) == 2

    assert source(folder, "claim", "192.0.2.7", "gate", "--host", "gate").exit_code == 0
    assert unknown(folder) == ["192.0.2.7 files"]
    assert source(folder, "claim", "192.0.2.7", "files").exit_code == 0

    assert marks(folder, "gate") == (Mark(MarkKind.ADDRESS, "192.0.2.7/32", host="gate"),)
    assert marks(folder, "files") == (Mark(MarkKind.ADDRESS, "192.0.2.7/32", host="files"),)


def test_all_hosts_behind_an_address_may_be_one_source(folder: StateFolder) -> None:
    keep(folder, "192.0.2.7", LINE % 1, host="gate")
    keep(folder, "192.0.2.7", LINE % 2, host="files")

    assert source(folder, "claim", "192.0.2.7", "relay", "--every-host").exit_code == 0

    assert marks(folder, "relay") == (Mark(MarkKind.ADDRESS, "192.0.2.7/32"),)
    assert len(spooled(folder)) == 2
    assert unknown(folder) == []


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (("claim", "192.0.2.99", "gate"), "no unknown sender at 192.0.2.99"),
        (("claim", "192.0.2.7", "gate", "--client", "nobody"), "no client 'nobody'"),
        (("claim", "192.0.2.7", "Not A Name"), "cannot be the id"),
        (("claim", "192.0.2.7", "gate", "--product", "nothing"), "nothing"),
        (("dismiss", "192.0.2.99"), "no unknown sender"),
    ],
)
def test_a_claim_that_is_wrong_loses_nothing(
    folder: StateFolder, words: tuple[str, ...], cause: str
) -> None:
    store = TenantStore(folder.database)
    store.save_tenant(Tenant("quay", "Quay"))
    store.close()
    keep(folder, "192.0.2.7", LINE % 1)

    done = source(folder, *words)

    assert cause in str(done.exception or done.output)
    assert done.exit_code != 0
    assert unknown(folder) == ["192.0.2.7 gate"]
    assert spooled(folder) == []


def test_a_dismissed_sender_is_forgotten(folder: StateFolder) -> None:
    keep(folder, "192.0.2.7", LINE % 1)

    assert "and 1 line with it" in source(folder, "dismiss", "192.0.2.7").output
    assert unknown(folder) == []
