"""Attempts counted from what a running watch recorded."""

from typing import Any

from midwatch.incidents import OWN_CATEGORY, Signal
from midwatch.kernel import Level
from midwatch.reports.recorded import attempts_of, count_attempts


def signal(name: str, **changes: Any) -> Signal:
    plain: dict[str, Any] = {
        "id": name, "tenant": "harbour", "rule": "ssh-guessing", "title": "SSH passwords guessed",
        "level": Level.MEDIUM, "category": "credential_attack", "kind": "SSH guessing",
        "count": 10, "addresses": ("198.51.100.7",), "services": ("ssh",), "first": 1, "last": 2,
    }  # fmt: skip
    return Signal(**(plain | changes))


def test_what_two_rules_saw_of_the_same_tries_counts_once() -> None:
    fast = signal("a", count=64)
    any_service = signal("b", rule="any", kind="password guessing", count=60)

    counted = count_attempts([fast, any_service])

    assert (counted.attempts, counted.origins) == (64, 1)


def test_bursts_of_one_origin_add_up_and_two_origins_are_two() -> None:
    counted = count_attempts(
        [signal("a"), signal("b", first=5, last=9), signal("c", addresses=("203.0.113.9",))]
    )

    assert (counted.attempts, counted.origins) == (30, 2)
    [attempt] = attempts_of([signal("a"), signal("b", first=5, last=9)])
    assert (attempt.first, attempt.last, attempt.count) == (1, 9, 20)


def test_a_scan_counts_once_whatever_its_packets() -> None:
    scan = signal("a", rule="scan", kind="port scan", category="port_scan", count=4_000)

    assert count_attempts([scan]).attempts == 1


def test_alerts_about_the_watch_are_no_attempts() -> None:
    assert count_attempts([signal("a", category=OWN_CATEGORY)]).attempts == 0
    assert count_attempts([]).attempts == 0
