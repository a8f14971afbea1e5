"""The desk beats like every process of the watch, so that its silence is noticed."""

from __future__ import annotations

import logging
import threading
from typing import Final

from midwatch.desk.setup import desk_setup
from midwatch.kernel import MidwatchError
from midwatch.watch.health import HealthStore
from midwatch.watch.processes.running import Heart, microseconds

_PAUSE: Final = 1.0
"""Seconds."""
_LOG: Final = logging.getLogger(__name__)


def start_heart() -> None:
    """Begin to beat, in a thread that ends with the process."""
    threading.Thread(target=_beat, name="heart", daemon=True).start()


def _beat() -> None:
    try:
        store = HealthStore(desk_setup().folder.database)
    except MidwatchError as error:
        _LOG.error("the desk cannot say that it lives: %s", error)
        return
    heart = Heart(store, "desk")
    rest = threading.Event()
    while True:
        try:
            heart.beat(microseconds(), dict)
        except MidwatchError as error:
            _LOG.warning("a heartbeat was not kept: %s", error)
        rest.wait(_PAUSE)
