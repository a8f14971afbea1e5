"""Beside a source's newest line stands what that very line says."""

import msgspec

from midwatch.intake.parcels import Parcel, Spooled, Transport
from midwatch.watch.feeds import FeedReaders
from midwatch.watch.first_line import FirstLine, first_line


def newest_of(*lines: str) -> FirstLine:
    parcel = Parcel(
        tenant="harbour", office="main", feed="gate", product="", transport=Transport.UDP,
        peer="192.0.2.1", received=1_790_000_000_000_000,
        lines=tuple(line.encode() for line in lines),
    )  # fmt: skip
    [events] = FeedReaders({}).read([Spooled(5, parcel)])
    return first_line(msgspec.json.encode(events.sample))


def test_what_an_earlier_line_of_the_session_wrote_stands_apart() -> None:
    found = newest_of(
        "<86>Nov 22 10:00:00 gate dropbear[77]: Bad password attempt for 'root' from "
        "203.0.113.5:40022",
        "<86>Nov 22 10:00:01 gate dropbear[77]: Exit before auth (user 'root', 3 fails): "
        "Max auth tries reached",
    )

    assert found.raw.endswith("Max auth tries reached")
    assert found.fields == {
        "source": "dropbear", "category": "authentication", "action": "login",
        "outcome": "failure", "user": "root", "host": "gate", "program": "dropbear",
    }  # fmt: skip
    assert found.beside == {"src_ip": "203.0.113.5", "src_port": "40022"}


def test_what_the_line_says_itself_is_not_apart() -> None:
    found = newest_of(
        "<86>Nov 22 10:00:00 gate dropbear[77]: Bad password attempt for 'root' from "
        "203.0.113.5:40022"
    )

    assert found.fields["src_ip"] == "203.0.113.5"
    assert found.beside == {}
