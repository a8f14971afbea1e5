"""Promised beside observed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.cadence import (
    CadenceClaim,
    CadenceKind,
    CadenceObservation,
    compare_cadence,
)
from midwatch.vendors.evidence import Assurance

HOUR = 3_600_000_000
CLAIM = CadenceClaim(kind=CadenceKind.SIGNATURE_UPDATE, every_hours=Decimal(4), source="answer")


def seen(*hours: float, assurance: Assurance = Assurance.OBSERVED) -> list[CadenceObservation]:
    return [
        CadenceObservation(kind=CadenceKind.SIGNATURE_UPDATE, at=int(h * HOUR), assurance=assurance)
        for h in hours
    ]


def test_a_kept_promise() -> None:
    kept = compare_cadence(CLAIM, seen(3, 7, 10), start=0, now=12 * HOUR)
    assert kept.kept is True
    assert kept.sentence == (
        "signature update: promised every 4 h, kept: 3 seen, longest gap 4.0 h, last one 2.0 h ago"
    )


def test_the_gap_that_still_runs_breaks_a_promise() -> None:
    kept = compare_cadence(CLAIM, seen(1, 2), start=0, now=9 * HOUR)
    assert (kept.kept, kept.longest_gap) == (False, Decimal("7.0"))


def test_nothing_seen_is_neither_kept_nor_broken() -> None:
    kept = compare_cadence(CLAIM, [], start=0, now=99 * HOUR)
    assert kept.kept is None
    assert kept.sentence.endswith("nothing observed")


def test_the_weakest_word_is_told() -> None:
    both = [*seen(1), *seen(2, assurance=Assurance.CLAIMED)]
    assert compare_cadence(CLAIM, both, start=0, now=3 * HOUR).weakest is Assurance.CLAIMED


def test_times_that_run_backwards_are_refused() -> None:
    with pytest.raises(BadInputError):
        compare_cadence(CLAIM, [], start=1, now=0)


@given(st.lists(st.integers(0, 100), max_size=20), st.integers(0, 100))
def test_one_more_observation_never_lengthens_the_longest_gap(hours: list[int], more: int) -> None:
    before = compare_cadence(CLAIM, seen(*hours), start=0, now=100 * HOUR)
    after = compare_cadence(CLAIM, seen(*hours, more), start=0, now=100 * HOUR)
    if before.longest_gap is not None and after.longest_gap is not None:
        assert after.longest_gap <= before.longest_gap
    assert after.observed >= before.observed
