"""Lines of unknown senders: bounded, counted, shown, claimed or dismissed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from midwatch.intake.parcels import Parcel, Transport
from midwatch.intake.quarantine import LetGo, Quarantine, SenderKey
from midwatch.tenants import Feed

GATE = SenderKey(Transport.UDP, "192.0.2.7", 5514, "gate")
FEED = Feed("harbour-gate", "harbour", "main", "Gate", product="pfsense")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "quarantine.sqlite"


@pytest.fixture
def quarantine(path: Path) -> Iterator[Quarantine]:
    quarantine = Quarantine(
        path, most_senders=10, lines_per_sender=5, bytes_per_sender=1000, most_bytes=4000
    )
    yield quarantine
    quarantine.close()


def sender(number: int) -> SenderKey:
    return SenderKey(Transport.UDP, f"198.51.100.{number}", 514)


def test_a_sender_is_shown_with_what_one_needs_to_know_it_by(quarantine: Quarantine) -> None:
    quarantine.keep(GATE, [b"one", b"two"], received=1000)
    quarantine.flush()
    quarantine.keep(GATE, [b"three"], received=2000)

    (found,) = quarantine.senders(samples=2)

    assert found.key == GATE
    assert (found.first_seen, found.last_seen, found.lines, found.kept) == (1000, 2000, 3, 3)
    assert found.kept_bytes == len(b"onetwothree")
    assert found.sample == (b"three", b"two")


def test_of_a_sender_the_newest_lines_stay_and_all_are_counted(quarantine: Quarantine) -> None:
    for number in range(20):
        quarantine.keep(GATE, [b"line %d" % number], received=number)
        if number % 3 == 0:
            quarantine.flush()

    (found,) = quarantine.senders()

    assert found.sample == tuple(b"line %d" % number for number in (19, 18, 17, 16, 15))
    assert (found.lines, found.kept, found.let_go) == (20, 5, 15)
    assert found.first_seen == 0


def test_bytes_are_bounded_too_and_a_line_beyond_them_is_let_go(quarantine: Quarantine) -> None:
    quarantine.keep(GATE, [b"a" * 400, b"b" * 400, b"c" * 400], received=1)
    quarantine.keep(GATE, [b"d" * 1001], received=2)

    (found,) = quarantine.senders()

    assert [line[:1] for line in found.sample] == [b"c", b"b"]
    assert (found.lines, found.kept_bytes) == (4, 800)


def test_all_senders_together_keep_within_the_budget(quarantine: Quarantine) -> None:
    for number in range(8):
        quarantine.keep(sender(number), [b"x" * 240] * 4, received=number)

    found = quarantine.senders()

    assert len(found) == 8
    assert sum(each.kept_bytes for each in found) <= 4000
    assert all(each.kept >= 2 for each in found), "each has a share"


def test_too_many_senders_push_out_those_with_the_fewest_lines(quarantine: Quarantine) -> None:
    quarantine.keep(GATE, [b"a"] * 3, received=0)
    for number in range(200):
        quarantine.keep(sender(number), [b"spoofed"], received=1000 + number)

    found = quarantine.senders()

    assert len(found) == 10
    assert GATE in {each.key for each in found}
    assert quarantine.let_go() == LetGo(191, 191)


def test_an_address_that_claims_too_many_hosts_is_one_sender(path: Path) -> None:
    quarantine = Quarantine(path)
    for number in range(500):
        key = SenderKey(Transport.TCP, "192.0.2.9", 6514, f"host-{number}")
        quarantine.keep(key, [b"line"], received=number)

    found = {each.key.host: each.lines for each in quarantine.senders()}

    assert len(found) == 101
    assert found[""] == 400
    quarantine.close()


def test_a_claimed_sender_leaves_as_parcels_of_the_feed(quarantine: Quarantine) -> None:
    quarantine.keep(GATE, [b"one", b"two"], received=1000)
    quarantine.keep(GATE, [b"three"], received=2000)
    quarantine.keep(sender(1), [b"not mine"], received=1500)

    with quarantine.claim(GATE, FEED) as parcels:
        pass

    def parcel(received: int, *lines: bytes) -> Parcel:
        return Parcel(
            "harbour",
            "main",
            "harbour-gate",
            "pfsense",
            Transport.UDP,
            "192.0.2.7",
            received,
            lines,
        )

    assert parcels == [parcel(1000, b"one", b"two"), parcel(2000, b"three")]
    assert [each.key for each in quarantine.senders()] == [sender(1)]


def test_a_claim_that_fails_keeps_the_lines(quarantine: Quarantine) -> None:
    quarantine.keep(GATE, [b"one"], received=1000)

    with pytest.raises(ZeroDivisionError), quarantine.claim(GATE, FEED):
        raise ZeroDivisionError

    assert [each.kept for each in quarantine.senders()] == [1]


def test_what_comes_while_it_is_claimed_stays(quarantine: Quarantine) -> None:
    quarantine.keep(GATE, [b"one"], received=1000)

    with quarantine.claim(GATE, FEED) as parcels:
        quarantine.keep(GATE, [b"two"], received=2000)
        quarantine.flush()

    assert [parcel.lines for parcel in parcels] == [(b"one",)]
    assert [each.sample for each in quarantine.senders()] == [(b"two",)]


def test_a_dismissed_sender_is_gone_until_it_sends_again(quarantine: Quarantine) -> None:
    quarantine.keep(GATE, [b"one"], received=1000)
    quarantine.flush()
    quarantine.keep(GATE, [b"two"], received=1001)

    quarantine.dismiss(GATE)
    assert quarantine.senders() == []

    quarantine.keep(GATE, [b"three"], received=2000)
    (found,) = quarantine.senders()
    assert (found.lines, found.sample) == (1, (b"three",))


def test_another_process_sees_it_and_a_restart_keeps_it(path: Path, quarantine: Quarantine) -> None:
    quarantine.keep(GATE, [b"\xff\x00"], received=1000)
    quarantine.flush()

    other = Quarantine(path)
    assert [each.sample for each in other.senders()] == [(b"\xff\x00",)]
    other.dismiss(GATE)
    other.close()

    assert quarantine.senders() == []


def test_a_flood_of_unknown_lines_is_cheap_and_small(path: Path) -> None:
    quarantine = Quarantine(path)
    lines = [b"x" * 200] * 1000
    for number in range(300):
        quarantine.keep(sender(number % 3), lines, received=number)
    quarantine.close()

    again = Quarantine(path)
    assert sum(each.lines for each in again.senders()) == 300_000
    again.close()
    assert path.stat().st_size < 4 << 20


def test_a_full_disk_stops_no_listener_and_the_count_goes_on(path: Path) -> None:
    quarantine = Quarantine(path, most_bytes=4000)
    quarantine.keep(GATE, [b"one"], received=1)
    quarantine.flush()
    pages = quarantine._database.execute("PRAGMA page_count").fetchone()[0]
    quarantine._database.execute(f"PRAGMA max_page_count={pages}")
    for number in range(100):
        quarantine.keep(GATE, [b"x" * 900], received=number)

    quarantine._database.execute(f"PRAGMA max_page_count={pages * 1000}")
    quarantine.keep(GATE, [b"last"], received=200)

    (found,) = quarantine.senders()
    assert found.lines == 102
    assert found.sample[0] == b"last"
    quarantine.close()
