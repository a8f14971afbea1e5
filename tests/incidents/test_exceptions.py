"""What an exception means, when it stops, and what it never hides."""

from collections.abc import Callable
from datetime import UTC, time
from typing import Any

import pytest

from midwatch.incidents import AlertException, Signal
from midwatch.incidents.calendars import Span
from midwatch.incidents.exceptions import (
    DAY,
    ExceptionState,
    applies,
    check_exception,
    preview,
    state_of,
    suppressing,
)
from midwatch.kernel import BadInputError

MakeSignal = Callable[..., Signal]
NOON = 12 * 3_600_000_000


def an_exception(**changes: Any) -> AlertException:
    given: dict[str, Any] = {
        "id": "e1", "tenant": "office", "author": "ana", "reason": "our own tester",
        "created": 0, "expires": 30 * DAY, "network": "198.51.100.0/24",
    }  # fmt: skip
    return AlertException(**{**given, **changes})


@pytest.mark.parametrize(
    ("exception", "signal", "meant"),
    [
        ({}, {}, True),
        ({}, {"addresses": ("203.0.113.9",)}, False),
        ({}, {"addresses": ("198.51.100.7", "203.0.113.9")}, False),
        ({}, {"addresses": ()}, False),
        ({}, {"whole": False}, False),  # a sample: others may lie outside
        ({}, {"addresses": ("no address",)}, False),
        ({"network": "2001:db8::/32"}, {"addresses": ("2001:db8::1",)}, True),
        ({"network": "198.51.100.7", "rule": "vpn-guessing"}, {}, True),
        ({"network": "", "rule": "another"}, {}, False),
        ({"network": "", "user": "J.Ortiz"}, {}, True),
        ({"network": "", "user": "j.ortiz"}, {"users": ("j.ortiz", "root")}, False),
        ({"network": "", "host": "dc1"}, {"hosts": ("DC1",)}, True),
        ({"tenant": "another"}, {}, False),
        ({}, {"success": True}, False),
        ({"break_ins": True}, {"success": True}, True),
        ({"times": (Span(frozenset(range(7)), time(11), time(13)),)}, {"last": NOON}, True),
        ({"times": (Span(frozenset(range(7)), time(13), time(14)),)}, {"last": NOON}, False),
        ({"times": (Span(frozenset(range(7)), time(13), time(14)),)}, {"last": None}, False),
    ],
)
def test_which_alerts_are_meant(
    a_signal: MakeSignal, exception: dict[str, Any], signal: dict[str, Any], *, meant: bool
) -> None:
    assert applies(an_exception(**exception), a_signal(**signal), UTC) is meant


def test_it_stops_when_it_expires_or_is_revoked(a_signal: MakeSignal) -> None:
    exception = an_exception()
    assert suppressing([exception], a_signal(), 30 * DAY - 1, UTC) == exception
    assert suppressing([exception], a_signal(), 30 * DAY, UTC) is None
    assert state_of(exception, 30 * DAY) is ExceptionState.EXPIRED

    revoked = an_exception(revoked=5, revoked_by="ben")
    assert suppressing([revoked], a_signal(), 5, UTC) is None
    assert state_of(revoked, 5) is ExceptionState.REVOKED


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"network": ""}, "must name"),
        ({"author": " "}, "author"),
        ({"reason": ""}, "reason"),
        ({"expires": 0}, "within a year"),
        ({"expires": 400 * DAY}, "within a year"),
        ({"network": "office"}, "no address"),
    ],
)
def test_nobody_could_answer_for_it(changes: dict[str, Any], cause: str) -> None:
    with pytest.raises(BadInputError, match=cause):
        check_exception(an_exception(**changes))


def test_a_preview_says_what_would_have_been_hidden(a_signal: MakeSignal) -> None:
    past = [a_signal("1"), a_signal("2", success=True), a_signal("3", addresses=("192.0.2.1",))]
    seen = preview(an_exception(), past, UTC)

    assert (seen.alerts, seen.suppressed, seen.spared, seen.break_ins) == (3, 1, 1, 0)
    assert seen.by_rule == {"vpn-guessing": 1}
    assert [signal.id for signal in seen.examples] == ["1"]
