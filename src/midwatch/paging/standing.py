"""What a desk asks of the incidents' store, as values."""

from __future__ import annotations

import msgspec

from midwatch.incidents import Signal


class Recorded(msgspec.Struct, frozen=True):
    """A signal, the id of its incident, and when it was recorded (UTC microseconds)."""

    signal: Signal
    incident: str
    at: int


class Standing(msgspec.Struct, frozen=True):
    """A tenant's incidents that are not resolved.

    ``open``: how many; ``waiting``: those that nobody has answered; ``successes``: those that
    say somebody got in; ``rank``: the severity's rank of the gravest that waits, or is open
    where none waits.
    """

    open: int = 0
    waiting: int = 0
    successes: int = 0
    rank: int = 0
