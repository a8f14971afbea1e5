"""A literal that betrays a rule: see ``witnesses``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """A casefolded text that the casefolded value equals (``exact``) or contains.

    ``ascii_only``: what holds for the value only where the value is ASCII, because a
    regular expression that ignores case folds other letters in its own way. ``sure``: where
    it occurs its own test holds, and nothing else of that test need be looked at.
    """

    text: str
    exact: bool = False
    ascii_only: bool = False
    sure: bool = False
