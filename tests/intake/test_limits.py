"""How much one sender may send."""

from hypothesis import given
from hypothesis import strategies as st

from midwatch.intake.limits import Flood, Limits, Places


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 3)), max_size=30))
def test_a_flood_never_exceeds_burst_and_rate(asked: list[tuple[int, float]]) -> None:
    flood = Flood(Limits(lines_per_second=100, burst=250))
    now = granted = 0.0
    for wanted, passed in asked:
        now += passed
        granted += flood.grant("a", wanted, now)

        assert granted <= 250 + 100 * now + 1


def test_senders_do_not_share_a_bucket() -> None:
    flood = Flood(Limits(lines_per_second=10, burst=10))

    assert flood.grant("a", 50, 0.0) == 10
    assert flood.grant("b", 5, 0.0) == 5


def test_one_who_sent_too_much_owes_time() -> None:
    flood = Flood(Limits(lines_per_second=10, burst=10))

    assert flood.owe("a", 10, 0.0) == 0
    assert flood.owe("a", 20, 0.0) == 2
    assert flood.owe("a", 0, 3.0) == 0


def test_no_rate_means_no_limit() -> None:
    flood = Flood(Limits(lines_per_second=0, burst=1))

    assert flood.grant("a", 10**9, 0.0) == 10**9
    assert flood.owe("a", 10**9, 0.0) == 0


def test_connections_are_counted_in_all_and_for_each_address() -> None:
    places = Places(Limits(connections=3, connections_per_address=2))

    assert places.enter("a") == places.enter("a") == ""
    assert places.enter("a") == "too many connections from one address"
    assert places.enter("b") == ""
    assert places.enter("c") == "too many connections"
    places.leave("a")
    assert places.enter("c") == ""
