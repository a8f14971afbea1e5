"""Altman's Z'' for private firms that do not manufacture, without the later constant.

    Z'' = 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4

X1 working capital / total assets, X2 retained earnings / total assets, X3 EBIT / total
assets, X4 book equity / total liabilities. Above 2.60 safe, below 1.10 distress, grey
between, both bounds included. The form for emerging markets adds 3.25 and moves its bounds;
the two must not be mixed.

Source: E. I. Altman, "Corporate Financial Distress and Bankruptcy", 2nd ed. 1993; Altman,
Iwanicz-Drozdowska, Laitinen, Suvas, "Financial Distress Prediction in an International
Context", 2017.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

WEIGHTS: Final = (Decimal("6.56"), Decimal("3.26"), Decimal("6.72"), Decimal("1.05"))
SAFE_ABOVE: Final = Decimal("2.60")
DISTRESS_BELOW: Final = Decimal("1.10")


class Zone(StrEnum):
    """What a score is called."""

    SAFE = "safe"
    GREY = "grey"
    DISTRESS = "distress"


def z_double_prime(x1: Decimal, x2: Decimal, x3: Decimal, x4: Decimal) -> Decimal:
    """The score of the four ratios; not rounded."""
    terms = zip(WEIGHTS, (x1, x2, x3, x4), strict=True)
    return sum((weight * ratio for weight, ratio in terms), Decimal(0)).normalize()


def zone_of(score: Decimal) -> Zone:
    """The zone of a score. The bounds themselves are grey."""
    if score > SAFE_ABOVE:
        return Zone.SAFE
    return Zone.DISTRESS if score < DISTRESS_BELOW else Zone.GREY
