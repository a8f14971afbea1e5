"""Who may search now: a few searches at once for each person, and a few more for the whole desk.

A search may take a processor for many seconds; without turns a handful of them would hold every
thread of the desk. Whoever has too many running waits a moment and is then refused plainly.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.utils.translation import gettext as _

from midwatch.desk.setup import desk_setup
from midwatch.kernel import BadInputError

OF_ONE: Final = 2
OF_ALL: Final = 4
"""The desk answers with eight threads: so half of them stay for all other pages. Several processes
share them."""
PATIENCE: Final = 4.0
"""Seconds that somebody waits for their turn."""


class BusyError(BadInputError):
    """There was no turn in time."""


class Turns:
    """Counts who searches; see the module's documentation. One for each process."""

    def __init__(
        self, of_one: int = OF_ONE, of_all: int = OF_ALL, patience: float = PATIENCE
    ) -> None:
        self._of_one, self._of_all, self._patience = of_one, of_all, patience
        self._running: Counter[int] = Counter()
        self._change = threading.Condition()

    @contextmanager
    def turn(self, viewer: int) -> Iterator[None]:
        """Hold a turn for that person.

        Raises:
            BusyError: None came free in time.
        """
        ended = time.monotonic() + self._patience
        with self._change:
            while not self._free(viewer):
                left = ended - time.monotonic()
                if left <= 0 or not self._change.wait(left):
                    raise self._refusal(viewer)
            self._running[viewer] += 1
        try:
            yield
        finally:
            with self._change:
                self._running[viewer] -= 1
                if not self._running[viewer]:
                    del self._running[viewer]
                self._change.notify_all()

    def _free(self, viewer: int) -> bool:
        return self._running[viewer] < self._of_one and self._running.total() < self._of_all

    def _refusal(self, viewer: int) -> BusyError:
        if self._running[viewer] >= self._of_one:
            return BusyError(
                _("your other searches are still running"),
                remedy=_("wait for them, or narrow them by time"),
            )
        return BusyError(
            _("others are searching; there is no room for one more right now"),
            remedy=_("try again in a moment"),
        )


TURNS: Final = Turns(of_all=max(2, OF_ALL // desk_setup().configuration.desk.workers))
