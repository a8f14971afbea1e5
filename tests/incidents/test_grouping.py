"""What belongs together, what a chain means, and what a storm may not swallow."""

from collections.abc import Callable

import msgspec
import pytest

from midwatch.incidents import Disposition, Incident, IncidentState, Signal
from midwatch.incidents.grouping import (
    HOUR,
    Grouping,
    add,
    chain_of,
    is_storm,
    join,
    keys_of,
    open_incident,
    open_storm,
)
from midwatch.incidents.incident import MOST_SIGNALS, move
from midwatch.kernel import Level

MakeSignal = Callable[..., Signal]
RULES = Grouping()
OTHER = ("203.0.113.9",)


def opened(signal: Signal) -> Incident:
    return open_incident(signal, RULES, now=0)


def test_the_same_attacker_is_one_incident_whatever_is_tried(a_signal: MakeSignal) -> None:
    incident = opened(a_signal())
    scan = a_signal("a2", rule="scan", category="port_scan", users=(), first=HOUR, last=HOUR)

    assert join(scan, [incident], RULES) == incident


def test_the_same_account_is_one_incident_whoever_tries(a_signal: MakeSignal) -> None:
    incident = opened(a_signal())

    assert join(a_signal("a2", addresses=OTHER), [incident], RULES) == incident


@pytest.mark.parametrize(
    "changes",
    [
        {"addresses": OTHER, "users": ("k.lind",)},
        {"addresses": OTHER, "users": ("root",)},
        {"tenant": "another"},
        {"first": 5 * HOUR, "last": 5 * HOUR},
    ],
    ids=["nothing in common", "a name everybody guesses", "another client", "much later"],
)
def test_what_is_apart_stays_apart(a_signal: MakeSignal, changes: dict[str, object]) -> None:
    incident = opened(a_signal())
    guessed_root = opened(a_signal("r", addresses=("192.0.2.1",), users=("root",)))

    assert join(a_signal("a2", **changes), [incident, guessed_root], RULES) is None


def test_without_attacker_and_account_the_rule_on_the_machine_joins(a_signal: MakeSignal) -> None:
    cleared = a_signal(
        rule="log-cleared", category="host_compromise", addresses=(), users=(), hosts=("dc1",)
    )
    again = msgspec.structs.replace(cleared, id="a2")
    elsewhere = msgspec.structs.replace(cleared, id="a3", hosts=("dc2",))

    assert join(again, [opened(cleared)], RULES) is not None
    assert join(elsewhere, [opened(cleared)], RULES) is None


def test_every_signal_can_be_joined_by_something(a_signal: MakeSignal) -> None:
    assert keys_of(a_signal(addresses=(), users=(), hosts=()), RULES.by)


def test_guessing_then_success_is_critical_and_says_why(a_signal: MakeSignal) -> None:
    incident = opened(a_signal())
    success = a_signal("a2", success=True, addresses=OTHER, first=1, last=1)
    raised = add(incident, success, None, now=7)

    assert raised.level is Level.CRITICAL
    assert raised.chain == "passwords were guessed, then a login succeeded"
    assert (raised.alarm, raised.alarmed) == (2, 7)


def test_a_success_before_the_guessing_is_no_chain(a_signal: MakeSignal) -> None:
    guess = a_signal(first=10, last=20)
    success = a_signal("a2", success=True, first=1, last=2)

    assert chain_of([guess, success]) is None


def test_an_intruders_sign_after_an_attack_is_critical(a_signal: MakeSignal) -> None:
    probe = a_signal(category="web_scan", level=Level.MEDIUM)
    sign = a_signal("a2", category="host_compromise", level=Level.HIGH, first=5, last=5)
    chain = chain_of([probe, sign])

    assert chain is not None
    assert chain.level is Level.CRITICAL


def test_identifiers_follow_from_the_alert_and_the_client(a_signal: MakeSignal) -> None:
    one, same = opened(a_signal()), open_incident(a_signal(), RULES, now=99)
    other = opened(a_signal(tenant="another"))

    assert one.id == same.id != other.id


def test_the_same_signal_again_changes_nothing(a_signal: MakeSignal) -> None:
    signal = a_signal()
    incident = opened(signal)

    assert add(incident, signal, signal, now=99) is incident


def test_an_older_state_of_an_alert_changes_nothing(a_signal: MakeSignal) -> None:
    burst, closed = a_signal(count=10), a_signal(count=64, closed=True)
    incident = add(opened(burst), closed, burst, now=5)

    assert (incident.alerts, incident.events) == (1, 64)
    assert add(incident, burst, closed, now=9) is incident


def test_an_alert_after_the_resolution_reopens(a_signal: MakeSignal) -> None:
    first = a_signal()
    incident = move(
        opened(first),
        IncidentState.RESOLVED,
        by="ana",
        now=1,
        disposition=Disposition.FALSE_POSITIVE,
    )
    grown = add(incident, a_signal(count=70), first, now=2)
    assert grown.state is IncidentState.RESOLVED
    assert grown.events == 70

    again = add(grown, a_signal("a2"), None, now=3)
    assert again.state is IncidentState.REOPENED
    assert again.waiting
    assert again.disposition is None


def test_a_storm_takes_what_is_too_much_but_no_break_in(a_signal: MakeSignal) -> None:
    rules = Grouping(storm_after=3, storm_break_ins=2)

    assert not is_storm(a_signal(), 2, 0, rules)
    assert is_storm(a_signal(), 3, 0, rules)
    assert not is_storm(a_signal(success=True), 30, 1, rules)
    assert is_storm(a_signal(success=True), 30, 2, rules)


def test_a_storm_counts_by_kind_and_keeps_a_bounded_sample(a_signal: MakeSignal) -> None:
    storm = open_storm(a_signal("s0", level=Level.LOW), now=0)
    assert storm.level is Level.HIGH
    for number in range(1, 3 * MOST_SIGNALS):
        kind = "port scan" if number % 3 else "VPN guessing"
        storm = add(storm, a_signal(f"s{number}", kind=kind, count=2), None, now=number)

    assert storm.alerts == 150
    assert storm.kinds == {"VPN guessing": 50, "port scan": 100}
    assert storm.events == 64 + 149 * 2
    assert len(storm.signals) == MOST_SIGNALS
    assert storm.alarm == 1


def test_a_break_in_has_a_place_among_the_sample(a_signal: MakeSignal) -> None:
    storm = open_storm(a_signal("s0"), now=0)
    for number in range(1, MOST_SIGNALS + 5):
        storm = add(storm, a_signal(f"s{number}"), None, now=number)
    storm = add(storm, a_signal("in", success=True), None, now=99)

    assert storm.success
    assert len(storm.signals) == MOST_SIGNALS
