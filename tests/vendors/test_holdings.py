"""What partners hold, whether they need it, and whether the register is true."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from midwatch.kernel import BadInputError
from midwatch.vendors.holdings import (
    DataCategory,
    DataHolding,
    Decision,
    Necessity,
    Place,
    decide,
    drift,
    holding_concerns,
)

TODAY = date(2026, 3, 1)
SOUND = DataHolding(
    id="h1",
    vendor="v1",
    client="c1",
    category=DataCategory.CONTACT,
    what="callers' names and numbers",
    about="staff",
    purpose="call back",
    places=(
        Place(country="DE", encrypted=True),
        Place(country="DE", what="backup", encrypted=True),
    ),
    retention_days=365,
    decisions=(Decision(necessity=Necessity.NEEDED, by="owner", at=0, why="to call back"),),
)


def test_a_sound_holding_raises_nothing() -> None:
    assert holding_concerns(SOUND, TODAY) == ()


def test_card_data_are_out_of_bounds_until_somebody_wrote_down_why() -> None:
    card = msgspec.structs.replace(SOUND, category=DataCategory.CARD, decisions=())
    assert holding_concerns(card, TODAY)[:2] == (
        "card data is out of bounds, and no written reason allows it",
        "nobody decided whether the partner needs it",
    )
    allowed = decide(
        card, Decision(necessity=Necessity.NEEDED, by="owner", at=1, why="it is the acquirer")
    )
    assert holding_concerns(allowed, TODAY) == ()


def test_what_is_to_be_taken_back_stays_open_until_its_return_is_proven() -> None:
    back = decide(
        SOUND, Decision(necessity=Necessity.TAKE_BACK, by="owner", at=1, why="not needed")
    )
    assert holding_concerns(back, TODAY) == (
        "it was decided to take it back, and it is still there",
    )
    gone = msgspec.structs.replace(back, returned=TODAY)
    assert holding_concerns(gone, TODAY) == (
        "said to be returned or deleted, but nothing proves it",
    )
    assert holding_concerns(msgspec.structs.replace(gone, proof="e9"), TODAY) == ()


def test_unknown_encryption_and_missing_backups_are_told() -> None:
    vague = msgspec.structs.replace(SOUND, places=(Place(country="US"),), retention_days=None)
    assert holding_concerns(vague, TODAY) == (
        "not every copy is known to be encrypted",
        "nothing is on file about backups of it",
        "how long it is kept is not known",
    )


def test_decisions_are_kept_and_end() -> None:
    short = decide(
        SOUND,
        Decision(necessity=Necessity.NEEDED, by="o", at=2, why="a year", until=date(2026, 1, 1)),
    )
    assert len(short.decisions) == 2
    assert holding_concerns(short, TODAY) == ("the decision about it has run out",)


@pytest.mark.parametrize(
    "decision",
    [
        Decision(necessity=Necessity.UNDECIDED, by="o", at=0, why="later"),
        Decision(necessity=Necessity.NEEDED, by="", at=0, why="x"),
        Decision(necessity=Necessity.NEEDED, by="o", at=0, why=" "),
    ],
)
def test_a_decision_without_person_reason_or_content_is_refused(decision: Decision) -> None:
    with pytest.raises(BadInputError):
        decide(SOUND, decision)


def test_the_register_is_compared_with_what_was_really_shown() -> None:
    found = drift([SOUND], {DataCategory.MAIL: 4, DataCategory.LOGS: 0})
    assert found.shown_not_listed == {DataCategory.MAIL: 4}
    assert found.listed_never_shown == (DataCategory.CONTACT,)
    assert drift([SOUND], {DataCategory.CONTACT: 1}).listed_never_shown == ()
