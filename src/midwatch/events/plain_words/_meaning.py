"""From words to a meaning; the package's documentation has the rules."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from midwatch.events.plain_words._expressions import (
    ABROAD as PHRASES_ABROAD,
)
from midwatch.events.plain_words._expressions import (
    ACCOUNT_CHANGED,
    ATTACK,
    BLOCK,
    BY_NOUN,
    BY_VERDICT,
    CONFIGURATION_CHANGED,
    LOG_CLEARED,
    LOGIN_CONTEXT,
    NEGATIONS,
    NO_ATTACK,
    NO_BEFORE,
    NO_BLOCK,
    NO_CHANGE,
    NO_EVIL,
    NO_FAILURE,
    NO_SUCCESS,
    PASSWORD_CHANGED,
    PORT_SCAN,
    REASONS,
    SERVICES,
    SUCCESS,
)
from midwatch.events.plain_words._expressions import (
    EVIL as EVIL_FOUND,
)
from midwatch.events.plain_words._stems import (
    ABROAD,
    ADMIN,
    BAD,
    EVIL,
    GONE,
    GOOD,
    GROUPS,
    NOUN,
    SCAN,
    STOP,
    WORDS,
)

LONGEST_TEXT: Final = 2048
"""Characters of a text that are looked at."""

_MOST_STARTS: Final = 64
"""Stems at which an expression is tried; a text of a thousand stems is no sentence."""

_BEFORE: Final = 40

_SERVICE_OF: Final = {word: service for service, words in SERVICES.items() for word in words}
_WORD: Final = re.compile(r"[a-z0-9]+")


class Meaning(NamedTuple):
    """Constant columns of an event; the reference of events has the words."""

    category: str
    outcome: str | None
    action: str
    reason: str | None = None
    service: str | None = None


_LOGOUT: Final = Meaning("authentication", "success", "logout")
_CHANGES: Final = (
    (PASSWORD_CHANGED, Meaning("authentication", "success", "password_change")),
    (ACCOUNT_CHANGED, Meaning("authentication", "success", "account_change")),
    (LOG_CLEARED, Meaning("configuration", None, "log_cleared")),
    (CONFIGURATION_CHANGED, Meaning("configuration", None, "change")),
)


def meaning_of(text: str) -> Meaning | None:
    """What the text says, or None when it says nothing of the kind in plain words."""
    low = text[:LONGEST_TEXT].lower()
    hits = WORDS.find_matches_as_indexes(low)
    if not hits:
        return None
    del hits[_MOST_STARTS:]
    starts = [(GROUPS[hit[0]], hit[1]) for hit in hits]
    groups = 0
    for group, _ in starts:
        groups |= group
    told = _login(low, starts, groups)
    if told is None:
        told = _incident(low, groups)
    if told is None and groups & ADMIN:
        told = _change(low)
    return told if told is not _NOTHING else None


_NOTHING: Final = Meaning("", None, "")
"""The text speaks of failures in general, and that settles it."""


def _login(low: str, starts: list[tuple[int, int]], groups: int) -> Meaning | None:
    told = None
    if groups & (NOUN | BAD | ABROAD):
        told = _failure(low, starts, groups)
    if told is None and groups & GONE:
        told = _LOGOUT
    if told is None and groups & GOOD and groups & NOUN and not groups & EVIL:
        told = _success(low, starts)
    return told


def _incident(low: str, groups: int) -> Meaning | None:
    told = None
    if groups & EVIL and EVIL_FOUND.search(low) and not NO_EVIL.search(low):
        told = Meaning("malware", None, "detect")
    elif groups & SCAN and not NO_ATTACK.search(low):
        if PORT_SCAN.search(low):
            told = Meaning("network", None, "scan")
        elif ATTACK.search(low):
            told = Meaning("ids", None, "alert")
    if told is None and groups & STOP and BLOCK.search(low) and not NO_BLOCK.search(low):
        told = Meaning("network", None, "block")
    return told


def _failure(low: str, starts: list[tuple[int, int]], groups: int) -> Meaning | None:
    """A failed login; ``_NOTHING`` when the text speaks of failures in general."""
    for group, start in starts:
        kind = _kind_at(low, group, start)
        if kind is None or (kind == "unknown" and not LOGIN_CONTEXT.search(low)):
            continue
        if _is_denied(low, start):
            return _NOTHING
        if groups & GOOD and _success_before(low, starts, start):
            return None
        if kind == "brute":
            return Meaning("ids", None, "alert", "brute_force", service_of(low))
        action = "lockout" if kind == "locked" else "login"
        return Meaning("authentication", "failure", action, _reason(low), service_of(low))
    return None


def _kind_at(low: str, group: int, start: int) -> str | None:
    """The kind of failure that begins at a stem, or None."""
    found = None
    if group & NOUN:
        found = BY_NOUN.match(low, start)
    if found is None and group & BAD:
        found = BY_VERDICT.match(low, start)
    if found is None and group & ABROAD:
        found = PHRASES_ABROAD.match(low, start)
    return None if found is None else found.lastgroup or "login"


def _is_denied(low: str, start: int) -> bool:
    """Whether a failure is denied ("no failed logins"), or spoken of in general."""
    if NO_BEFORE.search(low, max(0, start - _BEFORE), start):
        return True
    for word in NEGATIONS:
        if word in low:
            return NO_FAILURE.search(low) is not None
    return False


def _success_before(low: str, starts: list[tuple[int, int]], end: int) -> bool:
    return any(
        group & (GOOD | NOUN) and SUCCESS.match(low, start, end)
        for group, start in starts
        if start < end
    )


def _success(low: str, starts: list[tuple[int, int]]) -> Meaning | None:
    for group, start in starts:
        if group & (GOOD | NOUN | ABROAD) and SUCCESS.match(low, start):
            if NO_SUCCESS.search(low):
                return None
            return Meaning("authentication", "success", "login", None, service_of(low))
    return None


def _change(low: str) -> Meaning | None:
    for expression, meaning in _CHANGES:
        if expression.search(low):
            return None if NO_CHANGE.search(low) else meaning
    return None


def _reason(low: str) -> str | None:
    for reason, words, expression in REASONS:
        for word in words:
            if word in low:
                if expression.search(low):
                    return reason
                break
    return None


def service_of(low: str) -> str | None:
    """What a lower-case text about a login says was aimed at, or None."""
    known = _SERVICE_OF
    for word in _WORD.findall(low):
        if word in known:
            return known[word]
    return None
