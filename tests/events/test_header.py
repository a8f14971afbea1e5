"""Headers of every kind come off, and only headers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.events.header import read_header
from midwatch.events.timestamps import ClockContext, StampReader

REFERENCE = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1_000_000)


def split(line: str) -> tuple[str | None, str | None, str | None, int | None, str]:
    header = read_header(line, StampReader(ClockContext(REFERENCE)))
    time = None
    if header.time is not None:
        time = datetime.fromtimestamp(header.time / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return time, header.host, header.program, header.pid, header.message


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # RFC 3164, with its usual liberties
        (
            "Feb  3 04:05:06 gate sshd[77]: Hello: there",
            ("2026-02-03 04:05:06", "gate", "sshd", 77, "Hello: there"),
        ),
        ("<38>Feb  3 04:05:06 gate sudo: x", ("2026-02-03 04:05:06", "gate", "sudo", None, "x")),
        ("Feb  3 04:05:06 sshd[77]: x", ("2026-02-03 04:05:06", None, "sshd", 77, "x")),
        (
            "Feb  3 04:05:06 gate postfix/smtpd[9]: x",
            ("2026-02-03 04:05:06", "gate", "postfix/smtpd", 9, "x"),
        ),
        (
            "Feb  3 04:05:06 2026 gate-01 app[9]: x",
            ("2026-02-03 04:05:06", "gate-01", "app", 9, "x"),
        ),
        # RFC 3339 stamps as rsyslog and others write them
        (
            "2026-02-03T04:05:06.123456+01:00 gate kernel: [1.2] x",
            ("2026-02-03 03:05:06", "gate", "kernel", None, "[1.2] x"),
        ),
        # RFC 5424
        (
            "<34>1 2026-02-03T04:05:06Z gate app 77 ID47 - Hello",
            ("2026-02-03 04:05:06", "gate", "app", 77, "Hello"),
        ),
        ("<34>1 - - - - - - Hello", (None, None, None, None, "Hello")),
        # an application's own stamp, with no host and no tag behind it
        (
            "2026-02-03 04:05:06,789 INFO [main] started",
            ("2026-02-03 04:05:06", None, None, None, "INFO [main] started"),
        ),
        (
            "[03/Feb/2026:04:05:06 +0000] x y",
            ("2026-02-03 04:05:06", None, None, None, "x y"),
        ),
        # containers
        (
            "web_1   | 2026-02-03T04:05:06Z x y",
            ("2026-02-03 04:05:06", None, None, None, "x y"),
        ),
        (
            '2026-02-03T04:05:06.123456789Z stdout F {"a": 1}',
            ("2026-02-03 04:05:06", None, None, None, '{"a": 1}'),
        ),
        (
            json.dumps({"log": "x y\n", "stream": "stdout", "time": "2026-02-03T04:05:06Z"}),
            ("2026-02-03 04:05:06", None, None, None, "x y"),
        ),
        # no header at all
        ("", (None, None, None, None, "")),
        (
            '192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 1',
            (
                None,
                None,
                None,
                None,
                '192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 1',
            ),
        ),
        ('{"a": 1}', (None, None, None, None, '{"a": 1}')),
    ],
)
def test_headers(
    line: str, expected: tuple[str | None, str | None, str | None, int | None, str]
) -> None:
    assert split(line) == expected


@given(st.text())
def test_any_text_has_a_header_or_none(text: str) -> None:
    assert text.endswith(split(text)[4]) or "{" in text
