"""An incident's lines are counted once each, however many alerts match them."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from midwatch.detection import Evidence
from midwatch.incidents import Grouping, Incident, Lines, Signal, lines_behind, open_incident
from midwatch.incidents.incident import count_in
from midwatch.kernel import Level

LEVEL = Level.MEDIUM
MAKER = Callable[..., Signal]


def named(*lines: int) -> tuple[Evidence, ...]:
    return tuple(Evidence("gate", line) for line in lines)


def incident_of(*signals: Signal) -> Incident:
    incident = open_incident(signals[0], Grouping(), 0)
    for signal in signals[1:]:
        incident = count_in(incident, signal, None, 0)
    return incident


def test_a_line_that_three_rules_match_is_one_line(a_signal: MAKER) -> None:
    rules = [a_signal(id=name, count=3, evidence=named(1, 2, 3)) for name in ("a", "b", "c")]

    assert incident_of(*rules).events == 9
    assert lines_behind(incident_of(*rules)) == Lines(3, 3)


def test_lines_that_are_not_named_are_counted_as_far_as_is_sure(a_signal: MAKER) -> None:
    many = a_signal(id="a", count=64, evidence=named(1, 2, 3))
    few = a_signal(id="b", count=5, evidence=named(2, 3, 70, 71, 72))

    assert lines_behind(incident_of(many)) == Lines(64, 64)
    assert lines_behind(incident_of(many, few)) == Lines(64, 67)


def test_the_same_alert_again_changes_nothing(a_signal: MAKER) -> None:
    signal = a_signal(id="a", count=2, evidence=named(1, 2))
    once = incident_of(signal)

    assert lines_behind(count_in(once, signal, signal, 1)) == lines_behind(once)


@given(
    data=st.lists(st.sets(st.integers(0, 30), min_size=1, max_size=30), min_size=1, max_size=8),
    shown=st.integers(0, 20),
)
def test_the_truth_lies_between_the_two(data: list[set[int]], shown: int) -> None:
    signals = [
        Signal(id=str(number), tenant="office", rule="r", title="R", level=LEVEL,
               count=len(lines), evidence=named(*sorted(lines)[:shown]))
        for number, lines in enumerate(data)
    ]  # fmt: skip
    found = lines_behind(incident_of(*signals))

    assert found.least <= len(set().union(*data)) <= found.most
