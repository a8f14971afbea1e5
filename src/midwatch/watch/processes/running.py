"""What every process does besides its own work: it beats, and it ends when it is asked."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Final

from midwatch.watch.health import HealthStore
from midwatch.watch.rhythm import SECOND
from midwatch.watch.self_watch import BEAT

_PAUSE: Final = 0.05


def microseconds() -> int:
    """Now, in UTC microseconds."""
    return time.time_ns() // 1000


class Heart:
    """Says every few seconds that a process lives, and what it has done."""

    def __init__(self, store: HealthStore, process: str) -> None:
        """Begin with the first beat to come."""
        self._store = store
        self._process = process
        self._started = microseconds()
        self._last = 0

    def beat(self, now: int, figures: Callable[[], Mapping[str, float]]) -> bool:
        """Beat if it is time, also after the clock was set back; whether it was."""
        if 0 <= now - self._last < BEAT:
            return False
        self._last = now
        self._store.beat(self._process, self._started, now, figures())
        return True


class Signals:
    """SIGTERM and SIGINT ask for the end, SIGHUP for a reload."""

    def __init__(self) -> None:
        """Take the signals of this process over; only in its main thread."""
        self.ending = threading.Event()
        self._reload = threading.Event()
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGHUP, self._ask_reload)

    def _end(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.ending.set()

    def _ask_reload(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._reload.set()

    def wants_reload(self) -> bool:
        """Whether a reload was asked for since the last call."""
        wanted = self._reload.is_set()
        self._reload.clear()
        return wanted

    def rest(self, seconds: float = _PAUSE) -> None:
        """Wait a little, or until the end is asked for."""
        self.ending.wait(seconds)


def seconds(number: float) -> int:
    """So many seconds in microseconds."""
    return int(number * SECOND)
