"""How stamps are read. Instants are written as ISO text, so that a table reads as prose."""

import string
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from midwatch.events.timestamps import TOLERATED_AHEAD, ClockContext, StampReader
from midwatch.events.timestamps._reader import MEMO_LIMIT

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000


def instant(iso: str) -> int:
    """UTC microseconds of an ISO text, which is UTC unless it says otherwise."""
    moment = datetime.fromisoformat(iso)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND


REFERENCE = "2024-06-01T12:00:00"


def reader(reference: str = REFERENCE, zone: ZoneInfo | timezone = UTC) -> StampReader:
    return StampReader(ClockContext(instant(reference), zone))


# ------------------------------------------------------------------------ written forms

YEARLESS = {
    "Jan  2 03:04:05": "2024-01-02T03:04:05",
    "Jan 02 03:04:05": "2024-01-02T03:04:05",
    "Jan 2 03:04:05.678": "2024-01-02T03:04:05.678",
    "May 20 23:59:59 +0200": "2024-05-20T21:59:59",
    "20 May 23:59:59.125": "2024-05-20T23:59:59.125",
    "20 mai 23:59:59": "2024-05-20T23:59:59",
}

CISCO = {
    "*Apr 17 18:19:20.123 UTC": "2024-04-17T18:19:20.123",
    ".Apr 17 18:19:20.123": "2024-04-17T18:19:20.123",
    ":Apr 17 18:19:20 EST:": "2024-04-17T18:19:20",
    "Apr 17 2023 18:19:20.123 CEST": "2023-04-17T16:19:20.123",
    "2023 Apr 17 18:19:20": "2023-04-17T18:19:20",
}

NAMED_MONTH = {
    "Apr 17 18:19:20 2023": "2023-04-17T18:19:20",
    "Apr 17 2023 18:19:20": "2023-04-17T18:19:20",
    "Apr 17 18:19:20 2023 GMT": "2023-04-17T18:19:20",
    "17/Apr/2023:18:19:20 +0200": "2023-04-17T16:19:20",
    "[17/Apr/2023:18:19:20 -0330]": "2023-04-17T21:49:20",
    "[17/Apr/2023 18:19:20]": "2023-04-17T18:19:20",
    "17/Apr/2023 - 18:19:20": "2023-04-17T18:19:20",
    "7/Apr/2023:18:19:20 +0000": "2023-04-07T18:19:20",
    "17-Apr-2023 18:19:20": "2023-04-17T18:19:20",
    "17-Apr-2023 18:19:20.5 +0200": "2023-04-17T16:19:20.5",
    "17-APR-23 18:19:20": "2023-04-17T18:19:20",
    "17-Apr-99 18:19:20": "1999-04-17T18:19:20",
    "Mon Apr 17 18:19:20 2023": "2023-04-17T18:19:20",
    "Fri Apr  7 18:19:20 2023": "2023-04-07T18:19:20",
    "Mon Apr 17 18:19:20.009964 2023": "2023-04-17T18:19:20.009964",
    "Mon Apr 17 18:19:20 CEST 2023": "2023-04-17T16:19:20",
    "Mon Apr 17 2023 18:19:20 +02:00": "2023-04-17T16:19:20",
    "Mon Apr 17 2023 18:19:20 GMT+0200": "2023-04-17T16:19:20",
    "Mon, 17 Apr 2023 18:19:20.030937 UTC": "2023-04-17T18:19:20.030937",
    "17 Apr 2023 18:19:20 +0100": "2023-04-17T17:19:20",
    "Monday, April 17, 2023 6:19:20 PM": "2023-04-17T18:19:20",
    "April 17, 2023 09:06:02": "2023-04-17T09:06:02",
    "apr 17, 2023 8:34:08 pm": "2023-04-17T20:34:08",
    "Apr 17, 2023, 12:34:08 AM": "2023-04-17T00:34:08",
    "Apr 17, 2023 at 12:34:08 PM": "2023-04-17T12:34:08",
    "17. März 2023 18:19:20": "2023-03-17T18:19:20",
    "17 MÄR 2023 18:19:20": "2023-03-17T18:19:20",
    "17 Okt 2023 18:19:20": "2023-10-17T18:19:20",
    "17 Dez 2023 18:19:20": "2023-12-17T18:19:20",
    "17 févr. 2023 18:19:20": "2023-02-17T18:19:20",
    "17 août 2023 18:19:20": "2023-08-17T18:19:20",
    "17 ene 2023 18:19:20": "2023-01-17T18:19:20",
}

YEAR_FIRST = {
    "2023-04-17T18:19:20Z": "2023-04-17T18:19:20",
    "2023-04-17t18:19:20z": "2023-04-17T18:19:20",
    "2023-04-17T18:19:20.1Z": "2023-04-17T18:19:20.1",
    "2023-04-17T18:19:20,991Z": "2023-04-17T18:19:20.991",
    "2023-04-17T18:19:20.123456+02:00": "2023-04-17T16:19:20.123456",
    "2023-04-17T18:19:20.123456789Z": "2023-04-17T18:19:20.123456",
    "2023-04-17T18:19:20+0200": "2023-04-17T16:19:20",
    "2023-04-17 18:19:20.123+02": "2023-04-17T16:19:20.123",
    "2023-04-17 18:19:20 +0200": "2023-04-17T16:19:20",
    "2023-04-17 18:19:20 -05:00": "2023-04-17T23:19:20",
    "2023-04-17 18:19:20 UTC": "2023-04-17T18:19:20",
    "2023-04-17 18:19:20 PDT": "2023-04-18T01:19:20",
    "2023-04-17 18:19:20": "2023-04-17T18:19:20",
    "2023-04-17 18:19:20,562": "2023-04-17T18:19:20.562",
    "2023-04-17 6:19:20": "2023-04-17T06:19:20",
    "2023/04/17 18:19:20": "2023-04-17T18:19:20",
    "2023/4/7 6:19:20": "2023-04-07T06:19:20",
    "2023.04.17 18:19:20": "2023-04-17T18:19:20",
    "2023/04/17 - 18:19:20": "2023-04-17T18:19:20",
    "2023:04:17-18:19:20": "2023-04-17T18:19:20",
    "20230417T181920Z": "2023-04-17T18:19:20",
    "20230417T181920.250+0200": "2023-04-17T16:19:20.25",
    "20230417-18:19:20": "2023-04-17T18:19:20",
    "20230417 181920": "2023-04-17T18:19:20",
    "230417 18:19:20": "2023-04-17T18:19:20",
    "230417  6:19:20": "2023-04-17T06:19:20",
    "Mon 2023-04-17 18:19:20 CEST": "2023-04-17T16:19:20",
    "2023-04-17 time=18:19:20": "2023-04-17T18:19:20",
}

NUMBERED_MONTH = {
    "04/17/2023 06:19:20 PM": "2023-04-17T18:19:20",
    "17/04/2023 18:19:20": "2023-04-17T18:19:20",
    "17.04.2023 18:19:20": "2023-04-17T18:19:20",
    "17.04.23 18:19:20": "2023-04-17T18:19:20",
    "17-04-2023 18:19:20 +0300": "2023-04-17T15:19:20",
    "04-17-2023 18:19:20": "2023-04-17T18:19:20",
    "04/17/23,18:19:20": "2023-04-17T18:19:20",
    "01/01/2023 - 01:25:17": "2023-01-01T01:25:17",
    "17/04/2023:18:19:20 GMT": "2023-04-17T18:19:20",
    # Both numbers could be the month: `/` puts it first, unless a colon joins the time.
    "03/04/2023 18:19:20": "2023-03-04T18:19:20",
    "03/04/2023 6:19:20 PM": "2023-03-04T18:19:20",
    "03/04/2023:18:19:20 GMT": "2023-04-03T18:19:20",
    "03.04.2023 18:19:20": "2023-04-03T18:19:20",
    "03-04-2023 18:19:20": "2023-04-03T18:19:20",
}

WRITTEN = YEARLESS | CISCO | NAMED_MONTH | YEAR_FIRST | NUMBERED_MONTH

COUNTED = {
    "20230417181920Z": "2023-04-17T18:19:20",
    "20230417181920.25+0200": "2023-04-17T16:19:20.25",
    "1681755560": "2023-04-17T18:19:20",
    "1681755560.25": "2023-04-17T18:19:20.25",
    "1681755560,250": "2023-04-17T18:19:20.25",
    "1681755560.123456789": "2023-04-17T18:19:20.123456",
    "1681755560123": "2023-04-17T18:19:20.123",
    "1681755560123456": "2023-04-17T18:19:20.123456",
    "1681755560123456789": "2023-04-17T18:19:20.123456",
    "631152000": "1990-01-01T00:00:00",
    "4102444799": "2099-12-31T23:59:59",
    "133262291601234567": "2023-04-17T18:19:20.123456",  # FILETIME
    "@40000000643d8db207735940": "2023-04-17T18:19:20.125",  # TAI64N
    "@40000000643d8db2": "2023-04-17T18:19:20",
}


@pytest.mark.parametrize(("text", "expected"), list((WRITTEN | COUNTED).items()))
def test_a_stamp_is_read(text: str, expected: str) -> None:
    assert reader().read(text) == instant(expected)


@pytest.mark.parametrize(("text", "expected"), list(WRITTEN.items()))
def test_a_written_stamp_is_found_in_a_line(text: str, expected: str) -> None:
    line = f"<38>gate sshd[211]: {text} accepted 10.0.0.1"
    found = reader().find(line)
    assert found is not None
    value, start, end = found
    assert value == instant(expected)
    assert line[start:end] == text.strip("[]*.:")


@pytest.mark.parametrize("around", ["  {} ", "[{}]", "({})", '"{}"', "'{}'", "{}:", "\t{}\r\n"])
def test_blanks_brackets_and_quotes_around_a_stamp_do_not_matter(around: str) -> None:
    for text, expected in (WRITTEN | COUNTED).items():
        assert reader().read(around.format(text)) == instant(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "Apr 17",
        "18:19:20",
        "2023-04-17",
        "2023-04-17T18:19",
        "2023-13-17 18:19:20",
        "2023-02-29 18:19:20",
        "2023-04-00 18:19:20",
        "0000-04-17 18:19:20",
        "2023-04-17 24:00:00",
        "2023-04-17 18:60:20",
        "2023-04-17 18:19:61",
        "2023-04-17 18:19:20+19:00",
        "2023-04-17 18:19:20 XYZ",
        "2023-04-17 18:19:20 2023",
        "2023-04/17 18:19:20",
        "17/13/2023 18:19:20",
        "Foo 17 18:19:20",
        "Feb 30 18:19:20",
        "04/17/2023 13:19:20 PM",
        "04/17/2023 0:19:20 AM",
        "1024",
        "99999999999999999999",
        "10.0.0.1",
        "@40000000643d8db207",
        "٢٠٢٣-٠٤-١٧ ١٨:١٩:٢٠",  # noqa: RUF001  # digits, but not those of any log
        "2023-04-17T18:19:20Z\x00",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert reader().read(text) is None


def test_second_sixty_is_the_next_second() -> None:
    assert reader().read("2016-12-31T23:59:60Z") == instant("2017-01-01T00:00:00")
    assert reader().read("Dec 31 23:59:60") == instant("2024-01-01T00:00:00")


def test_a_stamp_before_1970_is_read_but_not_believed_in_a_line() -> None:
    assert reader().read("1969-12-31 23:59:59") == -1_000_000
    assert reader().find("1969-12-31 23:59:59 booted without a clock") is None


# ------------------------------------------------------------------------ missing years


@pytest.mark.parametrize(
    ("reference", "text", "expected"),
    [
        ("2024-01-03T08:00:00", "Dec 31 23:59:59", "2023-12-31T23:59:59"),
        ("2024-01-03T08:00:00", "Jan  1 00:00:00", "2024-01-01T00:00:00"),
        ("2023-12-31T20:00:00", "Jan  1 00:00:10", "2024-01-01T00:00:10"),
        ("2023-12-31T20:00:00", "Jan  3 00:00:00", "2023-01-03T00:00:00"),
        ("2024-06-01T12:00:00", "Jun  2 23:59:59", "2024-06-02T23:59:59"),
        ("2024-06-01T12:00:00", "Jun  3 00:00:00", "2024-06-03T00:00:00"),
        ("2024-06-01T12:00:00", "Jun  3 00:00:01", "2023-06-03T00:00:01"),
        ("2026-03-01T00:00:00", "Feb 29 12:00:00", "2024-02-29T12:00:00"),
        ("2024-02-28T06:00:00", "Feb 29 12:00:00", "2024-02-29T12:00:00"),
        ("2024-02-27T06:00:00", "Feb 29 12:00:00", "2020-02-29T12:00:00"),
        ("1904-02-01T00:00:00", "Feb 29 12:00:00", "1896-02-29T12:00:00"),
        ("1903-03-01T00:00:00", "Feb 29 12:00:00", "1896-02-29T12:00:00"),
    ],
)
def test_a_missing_year_is_the_latest_that_the_reference_allows(
    reference: str, text: str, expected: str
) -> None:
    assert reader(reference).read(text) == instant(expected)


def test_the_tolerance_is_exact_to_the_microsecond_within_one_remembered_hour() -> None:
    stamps = StampReader(ClockContext(instant("2024-06-01T12:30:00") - TOLERATED_AHEAD))
    assert stamps.read("Jun  1 12:00:00") == instant("2024-06-01T12:00:00")
    assert stamps.read("Jun  1 12:30:00") == instant("2024-06-01T12:30:00")
    assert stamps.read("Jun  1 12:30:00.000001") == instant("2023-06-01T12:30:00.000001")
    assert stamps.read("Jun  1 12:30:01") == instant("2023-06-01T12:30:01")


def test_a_live_stream_moves_its_reference() -> None:
    stamps = reader("2024-06-01T12:00:00")
    assert stamps.read("Jul  1 00:00:00") == instant("2023-07-01T00:00:00")
    stamps.advance(instant("2024-07-01T00:00:00"))
    assert stamps.read("Jul  1 00:00:00") == instant("2024-07-01T00:00:00")


@pytest.mark.parametrize("reference", [-(10**18), 10**18, 10**30])
def test_a_reference_outside_the_calendar_is_refused(reference: int) -> None:
    with pytest.raises(ValueError, match="not within the years"):
        StampReader(ClockContext(reference))


# ------------------------------------------------------------------------------- zones


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-15 12:00:00", "2024-01-15T11:00:00"),
        ("2024-05-15 12:00:00", "2024-05-15T10:00:00"),
        ("May 15 12:00:00", "2024-05-15T10:00:00"),
        ("15/May/2024:12:00:00", "2024-05-15T10:00:00"),
        ("2024-05-15 12:00:00Z", "2024-05-15T12:00:00"),
        # The hour that the zone skips is read with the offset before the jump,
        ("2024-03-31 01:59:59", "2024-03-31T00:59:59"),
        ("2024-03-31 02:30:00", "2024-03-31T01:30:00"),
        ("2024-03-31 03:00:00", "2024-03-31T01:00:00"),
        # and of the hour that it repeats the first pass is meant, unless it is named.
        ("2023-10-29 02:30:00", "2023-10-29T00:30:00"),
        ("2023-10-29 02:30:00 CEST", "2023-10-29T00:30:00"),
        ("2023-10-29 02:30:00 CET", "2023-10-29T01:30:00"),
        ("2023-10-29 03:00:00", "2023-10-29T02:00:00"),
    ],
)
def test_a_stamp_without_zone_is_in_the_zone_of_the_context(text: str, expected: str) -> None:
    assert reader(zone=BERLIN).read(text) == instant(expected)


def test_an_ambiguous_abbreviation_means_what_the_context_uses_it_for() -> None:
    text = "2024-05-15 12:00:00 CST"
    assert reader().read(text) == instant("2024-05-15T18:00:00")
    assert reader(zone=ZoneInfo("Asia/Shanghai")).read(text) == instant("2024-05-15T04:00:00")


def test_an_hour_in_which_the_zone_jumps_is_not_taken_as_a_whole() -> None:
    """Lord Howe's clocks move by half an hour."""
    stamps = reader(zone=ZoneInfo("Australia/Lord_Howe"))
    before = stamps.read("2023-10-01 01:59:59")
    assert stamps.read("2023-10-01 02:30:00") == (before or 0) + 1_000_000
    assert stamps.read("2023-10-01 02:45:00") == (before or 0) + 1_000_000 + HOUR // 4


def test_the_new_year_of_the_zone_counts_for_a_missing_year() -> None:
    stamps = reader("2024-01-01T03:00:00", NEW_YORK)
    assert stamps.read("Dec 31 21:00:00") == instant("2024-01-01T02:00:00")


# ------------------------------------------------------------------------ stamps in lines


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        ("Jan  2 03:04:05 gate sshd[2010]: 2001-01-01 01:01:01", "Jan  2 03:04:05"),
        ("<187>Jan  2 03:04:05 2024 gate stm[7]:", "Jan  2 03:04:05 2024"),
        ("<29> Jan  2 03:04:05 2001:db8::1 mgr:", "Jan  2 03:04:05"),
        ("<29> Jan  2 03:04:05 2012-server mgr:", "Jan  2 03:04:05"),
        ("<134>1 2024-01-02T03:04:05.678Z gate - - - -", "2024-01-02T03:04:05.678Z"),
        ("<13>*Jan  2 03:04:05.678 UTC: %SYS-5", "Jan  2 03:04:05.678 UTC"),
        ('192.0.2.7 - - [02/Jan/2024:03:04:05 +0000] "GET"', "02/Jan/2024:03:04:05 +0000"),
        ("[Tue Jan 02 03:04:05.678901 2024] [error]", "Tue Jan 02 03:04:05.678901 2024"),
        ("date=2024-01-02 time=03:04:05 devname=fw", "2024-01-02 time=03:04:05"),
        ('date="2024-01-02" time="03:04:05" fw=x', '2024-01-02" time="03:04:05'),
        ("gate 1,2024/01/02 03:04:05,007200C01056,TRAFFIC", "2024/01/02 03:04:05"),
        ("10,01/22/24,03:04:05,Assign,10.0.0.9", "01/22/24,03:04:05"),
        ('{"ts":"2024-01-02T03:04:05.678+0100","level"', "2024-01-02T03:04:05.678+0100"),
        ("2024-01-02 03:04:05,678 INFO", "2024-01-02 03:04:05,678"),
        ("2024-01-02 03:04:05,1,ok", "2024-01-02 03:04:05"),
        ("pid 12 Jan 02 03:04:05", "Jan 02 03:04:05"),
        ("99:99:99 99-99-9999 99:99:99 Jan  2 03:04:05", "Jan  2 03:04:05"),
        ("type=SYSCALL msg=audit(1704164645.575:3293): arch", "1704164645.575"),
        ("1704164645.827   1250 10.0.0.1 TCP_MISS/200", "1704164645.827"),
        ("[1704164645] SERVICE ALERT: gate", "1704164645"),
        ("<134>1 1704164645.123456789 gate flows", "1704164645.123456789"),
        ('{"level":"info","ts":1704164645.7564995,"msg"', "1704164645.7564995"),
        ("logid=1 eventtime=1704164645123456789 tz=x", "1704164645123456789"),
        ("time=1704164645|hostname=gate", "1704164645"),
        ('"timestamp": 1704164645123, "x"', "1704164645123"),
        ("@4000000065937d2f044077a9 tcpserver: status", "@4000000065937d2f044077a9"),
    ],
)
def test_the_first_stamp_of_a_line_is_found(line: str, stamp: str) -> None:
    stamps = reader()
    found = stamps.find(line)
    assert found is not None
    value, start, end = found
    assert line[start:end] == stamp
    assert value == stamps.read(stamp)


@pytest.mark.parametrize(
    "line",
    [
        "10.0.0.1",
        "1.2.3.4:5678",
        "10.11.12.24 06:07:08",
        "00:11:22:33:44:55",
        "lease 00:11:22:33:44:55 for 20:24:03:15:06:07",
        "2001:10:12:10:22:41::1",
        "fe80::2024:3:15:6:7:8",
        "v2.10.2024",
        "version 2.10.2024 build 1024",
        "9b2f0c1e-2024-4315-8607-081710482828",
        "d41d8cd98f00b204e9800998ecf8427e",
        "sha256:1710482828171048282817104828281710482828171048282817104828281234",
        "size 1024",
        "1024",
        "call 1555123456 answered",
        "+49 1710 482828",
        "+1-555-123-4567",
        "id=1710482828",
        "session 20240315060708 opened",
        "uptime=1710482828",
        "1710482828.2161960.0 admin",
        "<1710482828.4711@mail.example.org>",
        "2024-03-15",
        "06:07:08",
        "2024-03-15 and later 06:07:08",
        "Mar 15",
        "took 00:01:15 on 3 of 15",
        "",
    ],
)
def test_what_only_looks_like_a_time_is_not_found(line: str) -> None:
    assert reader().find(line) is None


def test_the_start_is_searched_first_and_the_far_end_never() -> None:
    stamps, stamp = reader(), "2024-01-02T03:04:05.678+01:00"
    for before in (0, 400, 490, 505, 511, 512, 600, 4000, 4060):
        found = stamps.find(" " * before + stamp + " x")
        assert found == (instant(stamp), before, before + len(stamp))
    assert stamps.find(" " * 4096 + stamp) is None


@given(
    st.one_of(
        st.text(),
        st.text(alphabet=string.digits + "::--//.. TZ+,[]@", max_size=80),
        st.text(alphabet=string.printable, min_size=200, max_size=2000),
    )
)
@example("\x00" * 10_000)
@example("1" * 100_000)
@example("Mar 15 06:07 " * 10_000)
@example("9999-12-31T23:59:60-15:00")
@example("0001-01-01T00:00:00+15:00")
@example("\ud800 2024-01-02 03:04:05")
@example("1. ſep 2024 01:02:03")  # noqa: RUF001  # a long s, which matches s without case
def test_no_text_raises(text: str) -> None:
    for zone in (UTC, BERLIN):
        stamps = reader(zone=zone)
        stamps.read(text)
        stamps.known(text)
        found = stamps.find(text)
        if found is not None:
            value, start, end = found
            assert 0 <= start < end <= len(text)
            assert stamps.read(text[start:end]) == value


# -------------------------------------------------------------------------- round trips

moments = st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30))  # noqa: DTZ001  # zones are drawn apart
offsets = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))

# Format and the microseconds that it keeps: 1 all, 1000 milliseconds, 1_000_000 none.
ZONED = [
    ("%Y-%m-%dT%H:%M:%S.%f%z", 1),
    ("%Y%m%dT%H%M%S.%f%z", 1),
    ("%Y-%m-%d %H:%M:%S %z", 1_000_000),
    ("%d/%b/%Y:%H:%M:%S %z", 1_000_000),
    ("[%d/%b/%Y:%H:%M:%S %z]", 1_000_000),
    ("%d-%b-%Y %H:%M:%S %z", 1_000_000),
    ("%a, %d %b %Y %H:%M:%S.%f %z", 1),
]
BARE = [
    ("%Y-%m-%dT%H:%M:%S.%f", 1),
    ("%Y/%m/%d %H:%M:%S,%f", 1),
    ("%Y.%m.%d %H:%M:%S", 1_000_000),
    ("%Y:%m:%d-%H:%M:%S", 1_000_000),
    ("%Y%m%d-%H:%M:%S", 1_000_000),
    ("%Y%m%d %H%M%S", 1_000_000),
    ("%b %d %H:%M:%S %Y", 1_000_000),
    ("%b %d %Y %H:%M:%S.%f", 1),
    ("%Y %b %d %H:%M:%S", 1_000_000),
    ("%a %b %d %H:%M:%S.%f %Y", 1),
    ("%a %b %d %H:%M:%S UTC %Y", 1_000_000),
    ("%d %B %Y %H:%M:%S", 1_000_000),
    ("%B %d, %Y %I:%M:%S %p", 1_000_000),
    ("%m/%d/%Y %I:%M:%S %p", 1_000_000),
    ("%m/%d/%Y %H:%M:%S", 1_000_000),
    ("%d/%m/%Y:%H:%M:%S GMT", 1_000_000),
    ("%d.%m.%Y %H:%M:%S", 1_000_000),
    ("%d-%m-%Y %H:%M:%S.%f", 1),
]


@given(moments, offsets)
def test_every_format_with_a_zone_comes_back(moment: datetime, offset: timedelta) -> None:
    stamps = reader(zone=NEW_YORK)
    there = moment.replace(tzinfo=timezone(offset))
    for form, kept in ZONED:
        value = (there - EPOCH) // MICROSECOND // kept * kept
        text = there.strftime(form)
        assert stamps.read(text) == value
        assert (stamps.find(f"<13>gate {text} x") or (None,))[0] == value


@given(moments)
def test_every_format_without_a_zone_comes_back(moment: datetime) -> None:
    stamps = reader()
    for form, kept in BARE:
        value = (moment.replace(tzinfo=UTC) - EPOCH) // MICROSECOND // kept * kept
        text = moment.strftime(form)
        assert stamps.read(text) == value
        assert (stamps.find(f"<13>gate {text} x") or (None,))[0] == value


@given(moments, st.integers(-1, 365 * 24 - 40))
def test_a_format_without_year_comes_back_within_a_year(moment: datetime, hours: int) -> None:
    written = moment.replace(tzinfo=UTC, microsecond=0)
    if (written.month, written.day) == (2, 29):
        hours = min(hours, 24)
    value = (written - EPOCH) // MICROSECOND
    stamps = StampReader(ClockContext(value + hours * HOUR))
    assert stamps.read(written.strftime("%b %d %H:%M:%S")) == value


@given(moments)
def test_numbers_come_back_in_every_unit(moment: datetime) -> None:
    value = (moment.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
    stamps = reader()
    assert stamps.read(str(value // 1_000_000)) == value // 1_000_000 * 1_000_000
    assert stamps.read(f"{value // 1_000_000}.{value % 1_000_000:06}") == value
    assert stamps.read(str(value // 1000)) == value // 1000 * 1000
    assert stamps.read(str(value)) == value
    assert stamps.read(f"{value}789") == value
    assert stamps.read(str((value + 11_644_473_600_000_000) * 10)) == value


@given(moments, st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]))
def test_the_first_pass_through_a_zone_comes_back(moment: datetime, zone: ZoneInfo) -> None:
    there = moment.replace(tzinfo=zone, fold=0)
    expected = (there.astimezone(UTC) - EPOCH) // MICROSECOND
    assert reader(zone=zone).read(moment.strftime("%Y-%m-%d %H:%M:%S.%f")) == expected


# ----------------------------------------------------------------------------- memories


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(WRITTEN)),
            st.integers(0, 40),
            st.sampled_from("0123456789:/-. Z+,"),
        ),
        max_size=30,
    )
)
def test_what_was_read_before_never_changes_a_reading(edits: list[tuple[str, int, str]]) -> None:
    """A reader with memories agrees with a new one, on stamps and on damaged stamps."""
    for zone in (UTC, BERLIN):
        warm = reader(zone=zone)
        for text, place, character in edits:
            for stamp in (text, text[:place] + character + text[place + 1 :]):
                fresh = reader(zone=zone).read(stamp)
                assert warm.read(stamp) == fresh
                assert warm.known(stamp) in (fresh, None)


def test_a_stamp_is_known_once_its_hour_was_read() -> None:
    stamps = reader()
    assert stamps.known("Jan  2 03:04:05") is None
    stamps.read("Jan  2 03:00:00")
    assert stamps.known("Jan  2 03:04:05") == instant("2024-01-02T03:04:05")
    assert stamps.known("192.0.2.7 - - [0") is None


def test_the_memories_are_bounded() -> None:
    stamps = reader()
    start = datetime(2000, 1, 1, tzinfo=UTC)
    for hours in range(2 * MEMO_LIMIT):
        moment = start + timedelta(hours=hours)
        stamps.read(moment.strftime("%Y-%m-%dT%H:00:00"))
        stamps.read(moment.strftime("%Y-%m-%dT%H:00:00Z"))
    for memory in (stamps._memo, stamps._local_hours, stamps._stated_hours, stamps._offsets):
        assert 0 < len(memory) <= MEMO_LIMIT


def test_a_long_text_is_not_remembered() -> None:
    stamps = reader()
    assert stamps.read("[" * 10_000 + "2024-01-02 03:04:05") == instant("2024-01-02T03:04:05")
    assert not stamps._memo
