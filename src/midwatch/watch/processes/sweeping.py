"""When garbage is looked for, in processes through which much flows.

Python looks for garbage that holds itself after so many new objects, over all that lives: for
the pipeline, rules and windows, again and again. Here it is done by the clock instead: what is
new every few seconds, everything every few minutes. Hardly any of ours holds itself.
"""

from __future__ import annotations

import gc
from typing import Final

from midwatch.watch.rhythm import MINUTE, SECOND

_NEW: Final = 5 * SECOND
_ALL: Final = 5 * MINUTE


class Sweeper:
    """Takes over from Python's own times; what is there by now is never looked at again."""

    def __init__(self, now: int) -> None:
        """Begin; ``now`` in UTC microseconds."""
        gc.collect()
        gc.freeze()
        gc.disable()
        self._new = self._all = now

    def sweep(self, now: int) -> None:
        """Look for garbage if it is time, also after the clock was set back."""
        if not 0 <= now - self._all < _ALL:
            self._new = self._all = now
            gc.collect()
        elif not 0 <= now - self._new < _NEW:
            self._new = now
            gc.collect(1)
