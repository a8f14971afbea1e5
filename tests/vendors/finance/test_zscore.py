"""Z'' to its check value, its bounds, and on real firms."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.vendors.finance import Zone, z_double_prime, zone_of

RATIO = st.decimals(-10, 10, places=4)


def test_the_check_value() -> None:
    score = z_double_prime(Decimal("0.2"), Decimal("0.3"), Decimal("0.1"), Decimal(1))
    assert score == Decimal("4.012")


@pytest.mark.parametrize(
    ("score", "zone"),
    [
        ("2.61", Zone.SAFE),
        ("2.60", Zone.GREY),
        ("1.10", Zone.GREY),
        ("1.0999", Zone.DISTRESS),
        ("-5", Zone.DISTRESS),
    ],
)
def test_the_bounds_themselves_are_grey(score: str, zone: Zone) -> None:
    assert zone_of(Decimal(score)) is zone


def test_nothing_at_all_scores_zero_and_not_the_emerging_markets_constant() -> None:
    """The other form of the score adds 3.25; mixing the two is the common mistake."""
    assert z_double_prime(*[Decimal(0)] * 4) == 0


@given(RATIO, RATIO, RATIO, RATIO, st.integers(0, 3), st.decimals("0.0001", 10, places=4))
def test_a_better_ratio_is_a_better_score(
    x1: Decimal, x2: Decimal, x3: Decimal, x4: Decimal, which: int, more: Decimal
) -> None:
    before = [x1, x2, x3, x4]
    after = [*before]
    after[which] += more
    assert z_double_prime(*after) > z_double_prime(*before)


def firms(path: Path) -> list[tuple[Decimal, bool]]:
    """Scores and failures of the firms of an ARFF file whose four ratios are all given."""
    found = []
    for line in path.read_text("ascii").partition("@data")[2].splitlines():
        cells = line.strip().split(",")
        ratios = [cells[place] for place in (2, 5, 6, 7)] if len(cells) == 65 else ["?"]
        if "?" not in ratios:
            found.append((z_double_prime(*map(Decimal, ratios)), cells[64].strip() == "1"))
    return found


def auc(scored: list[tuple[Decimal, bool]]) -> float:
    """How often a firm that failed scores below one that did not; ties count half."""
    ordered = sorted(scored)
    ranks: dict[Decimal, list[int]] = {}
    for place, (score, _failed) in enumerate(ordered, 1):
        ranks.setdefault(score, []).append(place)
    failed = [score for score, bad in scored if bad]
    others = len(scored) - len(failed)
    total = sum(sum(ranks[score]) / len(ranks[score]) for score in failed)
    above = total - len(failed) * (len(failed) + 1) / 2
    return 1 - above / (len(failed) * others)


@pytest.mark.cases
def test_on_real_firms_it_sees_what_it_is_known_to_see_and_misses_what_we_say(
    cases_dir: Path,
) -> None:
    scored = firms(cases_dir / "due-diligence" / "financial" / "5year.arff")
    failed = [score for score, bad in scored if bad]
    distress = [bad for score, bad in scored if zone_of(score) is Zone.DISTRESS]

    assert len(scored) == 5891
    assert round(auc(scored), 3) == 0.766
    # The figures our pages and documents warn with.
    safe = sum(zone_of(score) is Zone.SAFE for score in failed) / len(failed)
    assert 0.2 < safe < 0.3
    assert round(sum(distress) / len(distress), 3) == 0.186
