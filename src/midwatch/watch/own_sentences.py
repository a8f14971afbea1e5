"""What the watch says of itself: a sentence by its case and its figures, in English.

Kept with the figures, so that a desk can say the same in another language. A case stays what
it is: what was said once is read again later. Lengths are microseconds, shares percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from midwatch.watch.rhythm import DAY, HOUR, MINUTE, SECOND

Figures = Mapping[str, str | int]

CASE: Final = "case"
"""Among the figures that are kept: which sentence it is."""
LENGTHS: Final = frozenset({"lasted", "usual", "ahead", "left"})
"""Figures that are lengths of time."""
SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "silence": "%(name)s has been silent for %(lasted)s; usually it is for %(usual)s at most.",
        "silence.steady": "%(name)s has been silent for %(lasted)s; "
        "usually it writes every second.",
        "silence.new": "%(name)s has been silent for %(lasted)s; "
        "it is new, and how often it writes is not known yet.",
        "drift": "Of the lines of %(name)s %(now)s%% are understood, %(before)s%% were before.",
        "clock": "Events of %(name)s are %(ahead)s ahead of our clock.",
        "clock.zone": "Events of %(name)s are %(ahead)s ahead of our clock. "
        "That looks like a time zone.",
        "process.never": "The process %(name)s has never started.",
        "process": "The process %(name)s last beat %(lasted)s ago.",
        "canary": "No test line came through the chain for %(lasted)s.",
        "spool": "%(share)s%% of the spool's room is used.",
        "disk": "%(share)s%% of the disk under %(name)s is used.",
        "certificate.over": "The certificate %(name)s has expired.",
        "certificate": "The certificate %(name)s expires in %(left)s.",
        "rules": "The rules of %(name)s are %(lasted)s old.",
        "list": "The address list %(name)s was fetched last %(lasted)s ago. %(why)s",
        "list.nobody": "The address list %(name)s was fetched last %(lasted)s ago. "
        "Nobody has fetched it.",
        "places": "Countries and networks are not told: %(why)s",
        "key": "The key of %(name)s's pseudonyms cannot be read, so its masked fields are hidden "
        "for good or will be after a restart: %(why)s",
        "damage.one": "1 damaged file of the lake is set aside in %(name)s; "
        "its events are missing.",
        "damage": "%(count)s damaged files of the lake are set aside in %(name)s; "
        "their events are missing.",
    }
)


def sentence(case: str, figures: Figures) -> str:
    """The sentence.

    >>> sentence("process", {"name": "intake", "lasted": 90 * SECOND})
    'The process intake last beat 2 minutes ago.'
    """
    return SENTENCES[case] % {name: _said(name, value) for name, value in figures.items()}


def settled(figures: Figures) -> dict[str, str | int]:
    """The figures with lengths of whole units, so that they change when the sentence does."""
    units = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY}
    found: dict[str, str | int] = {}
    for name, value in figures.items():
        found[name] = value
        if isinstance(value, int) and name in LENGTHS:
            number, unit = counted(value)
            found[name] = number * units[unit]
    return found


def duration(length: int) -> str:
    """A length of time in words, from microseconds.

    >>> duration(90 * SECOND), duration(26 * HOUR)
    ('2 minutes', '26 hours')
    """
    number, unit = counted(length)
    return f"{number} {unit}{'' if number == 1 else 's'}"


def counted(length: int) -> tuple[int, str]:
    """How many of which unit: ``(2, "minute")``."""
    for unit, name, most in (
        (SECOND, "second", 90),
        (MINUTE, "minute", 90),
        (HOUR, "hour", 48),
    ):
        number = round(length / unit)
        if number < most:
            return number, name
    return round(length / DAY), "day"


def _said(name: str, value: str | int) -> str:
    if isinstance(value, str):
        return value
    return duration(value) if name in LENGTHS else f"{value:,}"
