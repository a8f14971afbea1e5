"""Two incidents that are one, and one that is two: nothing is lost, nothing counts twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.incidents import Disposition, Incident, IncidentState, Signal, answer
from midwatch.incidents.grouping import Grouping, add, open_incident
from midwatch.incidents.joining import merge, split
from midwatch.kernel import BadInputError, Level

MINUTE = 60_000_000
MakeSignal = Callable[..., Signal]


def of(*signals: Signal, now: int = 0) -> Incident:
    incident = open_incident(signals[0], Grouping(), now)
    for signal in signals[1:]:
        incident = add(incident, signal, None, now)
    return incident


def test_a_merged_incident_holds_all_of_both(a_signal: MakeSignal) -> None:
    one, two = a_signal("a1"), a_signal("a2", count=6)
    three = a_signal("b1", addresses=("203.0.113.9",), users=("mia",), count=10, last=9 * MINUTE)
    into, other = of(one, two), of(three, now=MINUTE)

    merged, closed = merge(into, other, [three], by="Ana", now=2 * MINUTE, why="one hand")

    assert (merged.alerts, merged.events, merged.last) == (3, 64 + 6 + 10, 9 * MINUTE)
    assert {signal.id for signal in merged.signals} == {"a1", "a2", "b1"}
    assert set(merged.keys) == {*into.keys, *other.keys}
    assert merged.history[-1].why == f"{other.reference} merged into it: one hand"
    assert (closed.state, closed.disposition) == (IncidentState.RESOLVED, Disposition.DUPLICATE)
    assert (closed.duplicate_of, closed.keys, closed.alerts, closed.events) == (into.id, (), 0, 0)
    assert closed.history[-1].why == f"merged into {into.reference}: one hand"


def test_merging_calls_nobody_anew_though_it_is_graver(a_signal: MakeSignal) -> None:
    grave = a_signal("b1", level=Level.CRITICAL, addresses=("203.0.113.9",))
    into = answer(of(a_signal("a1", level=Level.LOW)), by="Ana", now=MINUTE)

    merged, closed = merge(into, of(grave), [grave], by="Ana", now=2 * MINUTE)

    assert merged.level is Level.CRITICAL
    assert not merged.waiting
    assert merged.alarm == into.alarm
    assert not closed.waiting


def test_a_chain_across_both_is_seen(a_signal: MakeSignal) -> None:
    guess = a_signal("a1")
    login = a_signal("b1", category="anomalous_login", success=True, first=MINUTE, last=MINUTE)

    merged, _closed = merge(of(guess), of(login), [login], by="Ana", now=2 * MINUTE)

    assert merged.chain == "passwords were guessed, then a login succeeded"
    assert merged.level is Level.CRITICAL


def test_what_cannot_be_one_is_refused(a_signal: MakeSignal) -> None:
    mine, foreign = of(a_signal("a1")), of(a_signal("b1", tenant="other"))
    done, _ = merge(mine, of(a_signal("c1")), [], by="Ana", now=0)
    closed = merge(done, of(a_signal("d1")), [], by="Ana", now=0)[1]

    for other in (mine, foreign, closed):
        with pytest.raises(BadInputError):
            merge(mine, other, [], by="Ana", now=0)


def test_a_split_gives_each_its_own(a_signal: MakeSignal) -> None:
    guess = a_signal("a1")
    scan = a_signal("b1", category="port_scan", level=Level.LOW, kind="port scan", users=(),
                    addresses=("203.0.113.9",), rule="scan", count=3)  # fmt: skip
    both, _ = merge(of(guess), of(scan), [scan], by="Ana", now=MINUTE)
    both = answer(both, by="Ana", now=2 * MINUTE)

    rest, new = split(both, ["b1"], [guess, scan], by="Ana", now=3 * MINUTE, why="another story")

    assert (rest.id, rest.alerts, rest.events, rest.level) == (both.id, 1, 64, Level.HIGH)
    assert (new.alerts, new.events, new.level, new.title) == (1, 3, Level.LOW, "port scan")
    assert new.keys == ("attacker|203.0.113.9",)
    assert "attacker|203.0.113.9" not in rest.keys
    assert (new.state, new.answered_by, new.opened) == (both.state, "Ana", 3 * MINUTE)
    assert rest.history[: len(both.history)] == both.history
    assert rest.history[-1].why == f"{new.reference} split off from it: another story"
    assert new.history[-1].why == f"split off from {both.reference}: another story"


@pytest.mark.parametrize("chosen", [[], ["a1", "b1"], ["stranger"], ["a1", "stranger"]])
def test_a_split_takes_some_but_not_all(a_signal: MakeSignal, chosen: list[str]) -> None:
    signals = [a_signal("a1"), a_signal("b1")]

    with pytest.raises(BadInputError):
        split(of(*signals), chosen, signals, by="Ana", now=0)


def test_what_is_resolved_is_not_split(a_signal: MakeSignal) -> None:
    signals = [a_signal("a1"), a_signal("b1")]
    closed = merge(of(a_signal("c1")), of(*signals), signals, by="Ana", now=0)[1]

    with pytest.raises(BadInputError, match="resolved"):
        split(closed, ["a1"], signals, by="Ana", now=0)


@given(
    counts=st.lists(st.integers(1, 500), min_size=2, max_size=70),
    place=st.integers(1, 69),
    grave=st.lists(st.sampled_from(Level), min_size=70, max_size=70),
)
def test_split_and_merged_again_nothing_is_lost_or_doubled(
    a_signal: Any, counts: list[int], place: int, grave: list[Level]
) -> None:
    signals = [
        a_signal(f"s{spot}", count=count, level=grave[spot], first=spot, last=spot)
        for spot, count in enumerate(counts)
    ]
    cut = place % (len(signals) - 1) + 1
    whole = of(*signals)
    chosen = [signal.id for signal in signals[:cut]]

    rest, new = split(whole, chosen, signals, by="Ana", now=5)
    merged, closed = merge(rest, new, signals[:cut], by="Ana", now=6)

    assert (rest.alerts + new.alerts, rest.events + new.events) == (whole.alerts, whole.events)
    assert (merged.alerts, merged.events) == (len(signals), sum(counts))
    assert dict(merged.kinds) == dict(whole.kinds)
    assert (merged.first, merged.last, merged.level) == (whole.first, whole.last, whole.level)
    assert closed.alerts == 0
