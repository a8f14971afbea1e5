"""States and degrees as people say them, and the colour and shape that stand beside them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext

from midwatch.desk.vendors.forms_judging import RULES
from midwatch.desk.vendors.told import told as in_language
from midwatch.desk.vendors.words import WORDS
from midwatch.desk.vendors.words import word as in_words
from midwatch.kernel import Level
from midwatch.reports.defusing import defuse
from midwatch.vendors.contracts import Strength
from midwatch.vendors.evidence import Opinion, Validity
from midwatch.vendors.finance.health import Standing
from midwatch.vendors.findings import FindingState
from midwatch.vendors.reviews import Lateness
from midwatch.vendors.tiers import Tier
from midwatch.vendors.vendor import VendorState

register = template.Library()
_MOODS: Final[dict[StrEnum, str]] = {
    Validity.EXPIRED: "act", Validity.ENDS_SOON: "look", Validity.NOT_YET: "look",
    Validity.UNDATED: "look",
    Strength.ABSENT: "act", Strength.WEAK: "look", Strength.NOT_READ: "look",
    Lateness.ESCALATE: "act", Lateness.OVERDUE: "look", Lateness.SOON: "look",
    Tier.CRITICAL: "act", Tier.HIGH: "act", Tier.MEDIUM: "look",
    Level.CRITICAL: "act", Level.HIGH: "act", Level.MEDIUM: "look",
    Standing.GOING_CONCERN: "act", Standing.DISTRESS: "act", Standing.GREY: "look",
    Standing.UNKNOWN: "look",
    Opinion.ADVERSE: "act", Opinion.DISCLAIMED: "act", Opinion.QUALIFIED: "look",
    FindingState.OPEN: "look", FindingState.AGREED: "look", FindingState.REMEDIATING: "look",
    VendorState.CONDITIONAL: "look", VendorState.EXITING: "look", VendorState.REJECTED: "act",
}  # fmt: skip
_KINDS: Final = {kind.__name__: kind for kind in WORDS}


@register.filter
def word(value: StrEnum | str, kind: str = "") -> str:
    """The value as people say it; ``kind`` names its enumeration where it is a plain string."""
    if kind and not isinstance(value, StrEnum):
        value = _KINDS[kind](value)
    return in_words(value) if isinstance(value, StrEnum) else str(value)


@register.filter
def told(text: str) -> str:
    """A sentence of the pure room in the viewer's language."""
    return in_language(text)


@register.filter
def rule_words(rule: str) -> str:
    """By which rule reviews fall due; one that the form does not offer as it stands."""
    return str(dict(RULES).get(rule, defuse(rule, 120)))


@register.filter
def level_word(value: str) -> str:
    """A level that a file of somebody else names; an unknown one as it stands."""
    return in_words(Level(value)) if value in set(Level) else defuse(value, 40)


@register.filter
def meaning(value: StrEnum | str, kind: str = "") -> str:
    """``act``, ``look`` or ``quiet``."""
    if kind and not isinstance(value, StrEnum):
        value = _KINDS[kind](value)
    return _MOODS.get(value, "quiet") if isinstance(value, StrEnum) else "quiet"


@register.filter
def day(value: date | None) -> str:
    """A day as people write it."""
    return "–" if value is None else date_format(value, gettext("j M Y"))
