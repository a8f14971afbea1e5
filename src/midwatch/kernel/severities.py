"""Severity levels, in the words of the Sigma specification.

Source: Sigma Rules Specification 2.1, attribute ``level``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """How much a finding matters; ``rank`` orders them."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for informational up to 4 for critical."""
        return _RANKS[self]


_RANKS: Final[dict[Level, int]] = {level: rank for rank, level in enumerate(Level)}
