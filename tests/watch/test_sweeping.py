"""Garbage that holds itself is found by the clock, and not in between."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from midwatch.watch.processes.sweeping import Sweeper
from midwatch.watch.rhythm import MINUTE, SECOND


class Ring:
    """Holds itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_what_holds_itself_goes_after_a_few_seconds() -> None:
    sweeper = Sweeper(0)
    gone = weakref.ref(Ring())
    for _ in range(100_000):
        [[]]  # noqa: B018  # what would have Python look
    sweeper.sweep(4 * SECOND)
    assert gone() is not None

    sweeper.sweep(6 * SECOND)

    assert gone() is None


@pytest.mark.parametrize("later", [6 * MINUTE, -MINUTE], ids=["minutes later", "clock set back"])
def test_what_has_lived_for_long_goes_too(later: int) -> None:
    sweeper = Sweeper(0)
    old = Ring()
    gone = weakref.ref(old)
    sweeper.sweep(6 * SECOND)
    sweeper.sweep(12 * SECOND)
    del old

    sweeper.sweep(later)

    assert gone() is None
