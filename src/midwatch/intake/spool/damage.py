"""What a spool says when something it kept cannot be read any more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import msgspec

_LOG: Final = logging.getLogger("midwatch.spool")


class Damage(msgspec.Struct, frozen=True):
    """Parcels that were kept and cannot be read.

    ``parcels``: how many are lost, None when nobody can tell. ``saved``: how many of the same
    file could still be read and wait on. ``place``: where the damaged bytes were put.
    """

    cause: str
    place: str
    parcels: int | None
    saved: int = 0

    def __str__(self) -> str:
        """One sentence for a log."""
        lost = "an unknown number of" if self.parcels is None else str(self.parcels)
        return (
            f"the spool was damaged ({self.cause}): {lost} parcels cannot be read, "
            f"{self.saved} were saved; the damaged part is kept in {self.place}"
        )


Report = Callable[[Damage], None]


def log_damage(damage: Damage) -> None:
    """The report of those who give none of their own."""
    _LOG.error("%s", damage)
