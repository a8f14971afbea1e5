"""Amounts as people write them, and a refusal to guess.

>>> read_amount("(1 234.50)"), read_amount("1.234.567,89")
(Decimal('-1234.50'), Decimal('1234567.89'))
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_SPACES: Final = re.compile("[\\s'\u2019\u00a0\u202f\u2009_]")
_PLAIN: Final = re.compile(r"\d+(?:\.\d+)?")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUPED_COMMA: Final = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_COMMA: Final = re.compile(r"\d+,\d+")
_AMBIGUOUS: Final = re.compile(r"\d{1,3}[.,]\d{3}")
_LONGEST: Final = 40
EMPTY: Final = frozenset({"", "-", "–", "n/a", "na", "?", "unknown", "not known"})


def read_amount(text: str) -> Decimal | None:
    """The amount; None for an empty cell, which is not zero.

    Raises:
        ValueError: With what cannot be read about it, as a sentence's end.
    """
    if text.strip().casefold() in EMPTY:
        return None
    digits = _SPACES.sub("", text.strip()).replace("\u2212", "-")
    if len(digits) > _LONGEST:
        raise ValueError("it is too long for a number")
    negative = False
    if digits.startswith("(") and digits.endswith(")"):
        negative, digits = True, digits[1:-1]
    elif digits.startswith("-"):
        negative, digits = True, digits[1:]
    if _AMBIGUOUS.fullmatch(digits):
        raise ValueError("it may mean thousands or a fraction; write it without the separator")
    if _PLAIN.fullmatch(digits):
        plain = digits
    elif _GROUPED.fullmatch(digits):
        plain = digits.replace(",", "")
    elif _GROUPED_COMMA.fullmatch(digits):
        plain = digits.replace(".", "").replace(",", ".")
    elif _COMMA.fullmatch(digits):
        plain = digits.replace(",", ".")
    else:
        raise ValueError("it is no number")
    value = Decimal(plain)
    return -value if negative else value
