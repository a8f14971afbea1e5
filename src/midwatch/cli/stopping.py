"""Ctrl-C while modules are still being loaded: nothing is under way yet, so it simply ends.

Python would raise ``KeyboardInterrupt`` somewhere within a library that is half there, with
a traceback that helps nobody, or lose it in a callback and go on.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

STOPPED: Final = 130
"""The exit status of a command that was stopped by Ctrl-C."""


@contextmanager
def stopping_at_once() -> Iterator[None]:
    """While this lasts, Ctrl-C ends the process; where it is ignored it stays ignored."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    os.write(2, b"stopped\n")
    os._exit(STOPPED)
