"""The desk mails what is due with vendors: a thread in one of its workers looks every few minutes.

It needs no process of its own. The workers of one machine agree by a lock; each mail is kept once
a day for each reader by the database, so that two machines do not send it twice either.
"""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import close_old_connections

from midwatch.desk.setup import desk_setup
from midwatch.watch.processes.running import microseconds

_FIRST: Final = 60.0
_PAUSE: Final = 300.0
"""Seconds."""
_LOG: Final = logging.getLogger(__name__)


def start_reminding() -> None:
    """Begin, in a thread that ends with the process."""
    threading.Thread(target=_remind, name="reminders", daemon=True).start()


@contextmanager
def mine() -> Iterator[bool]:
    """Whether this process may remind; inside, no other process of this machine does."""
    with (desk_setup().folder.path / "remind.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _remind() -> None:
    rest = threading.Event()
    rest.wait(_FIRST)
    while True:
        try:
            once()
        except Exception:  # noqa: BLE001  # whatever it is, the next look must come
            _LOG.exception("reminders about vendors failed")
        rest.wait(_PAUSE)


def once() -> None:
    """One look, unless another process is at it."""
    from midwatch.desk.reminders.sending import remind  # noqa: PLC0415  # apps are ready only now

    with mine() as may:
        if not may:
            return
        close_old_connections()
        try:
            for outcome in remind(microseconds()):
                for failed in outcome.failed:
                    _LOG.warning("a reminder did not leave: %s", failed)
                if outcome.unheard:
                    _LOG.warning(
                        "%s: %d things are due and nobody can be told", outcome.tenant,
                        outcome.unheard,
                    )  # fmt: skip
        finally:
            close_old_connections()
