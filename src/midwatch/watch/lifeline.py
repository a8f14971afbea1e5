"""A process of the watch ends by itself when what started it is gone, killed or crashed.

Left behind it would hold its ports and locks against the next watch. Whoever starts it keeps
one end of a pipe that nothing is ever written into, and the process reads the other: the
system closes the pipe with its holder, however that ended. Then the process is asked to stop,
as by ``SIGTERM``; where it has not after a while, it is killed, which every part survives.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

VARIABLE: Final = "MIDWATCH_LIFELINE"
"""Environment variable that tells a process the number of its end."""
_STOP_WITHIN: Final = 20.0
"""Seconds."""
_LOG: Final = logging.getLogger(__name__)


@contextmanager
def lifeline() -> Iterator[int]:
    """A pipe for children; gives the descriptor that each of them is handed."""
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)


def end_with_starter() -> None:
    """End this process with the one that started it, if that handed it a lifeline."""
    told = os.environ.pop(VARIABLE, "")  # what this process starts is its own to end
    if told:
        descriptor = int(told)
        os.set_inheritable(descriptor, False)  # noqa: FBT003  # it takes no names
        _end_after(lambda: os.read(descriptor, 1))


def end_with_forker() -> None:
    """End this process with the one that made it by ``multiprocessing``, if one did."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _end_after(parent.join)


def _end_after(gone: Callable[[], object]) -> None:
    threading.Thread(target=_end, args=(gone,), name="lifeline", daemon=True).start()


def _end(gone: Callable[[], object]) -> None:
    gone()
    _LOG.warning("what started this process is gone; it stops")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_WITHIN)
    _LOG.warning("it did not stop within %.0f s; killed", _STOP_WITHIN)
    leads = os.getpgrp() == os.getpid()  # With all that it started, as the supervisor would.
    (os.killpg if leads else os.kill)(os.getpid(), signal.SIGKILL)
