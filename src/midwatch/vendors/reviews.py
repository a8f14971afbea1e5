"""Reviews that recur: when the next is due, what to talk about, and what was decided.

Recurrence is an RRULE (RFC 5545, section 3.3.10), read by python-dateutil. Days are the
firm's own calendar days. A rule has to end up at least yearly: "we look again some time"
is how a vendor stops improving unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, pairwise
from typing import Final

import msgspec
from dateutil.rrule import rrule, rrulestr

from midwatch.kernel import BadInputError
from midwatch.vendors.contracts import Due
from midwatch.vendors.sentences import Sentence

_LONGEST_GAP: Final = 366
_MOST_DATES: Final = 400
_LONGEST_RULE: Final = 200
_FREQUENCIES: Final = ("FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=WEEKLY")


class ReviewDecision(StrEnum):
    """What a review came to."""

    CONTINUE = "continue"
    CONTINUE_WITH_MEASURES = "continue_with_measures"
    LOOK_CLOSER = "look_closer"
    LEAVE = "leave"


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A talk on record: with whom, about what, what was said."""

    on: date
    with_whom: str
    by: str
    notes: str


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One review of a vendor, due on a day, perhaps done."""

    id: str
    vendor: str
    due: date
    done: date | None = None
    by: str = ""
    agenda: tuple[str, ...] = ()
    talks: tuple[Talk, ...] = ()
    decision: ReviewDecision | None = None
    why: str = ""
    findings: tuple[str, ...] = ()


class Recurrence(msgspec.Struct, frozen=True):
    """From which day on, and by which RRULE, reviews fall due."""

    start: date
    rule: str

    def dates(self) -> Iterator[date]:
        """The days, in order.

        Raises:
            BadInputError: The rule cannot be read, or reviews less than once a year.
        """
        return (each.date() for each in _parsed(self))


def recurrence(start: date, rule: str) -> Recurrence:
    """A rule that was looked at: it can be read, and falls at least once in every year.

    >>> later = recurrence(date(2024, 2, 29), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1")
    >>> [str(each) for each in islice(later.dates(), 3)]
    ['2024-02-29', '2025-02-28', '2026-02-28']

    Raises:
        BadInputError: It is no RRULE of days, ends, or leaves more than a year between two.
    """
    made = Recurrence(start, rule.strip().removeprefix("RRULE:"))
    days = list(islice(made.dates(), 13))
    if len(days) < 13:
        raise BadInputError(
            f"the rule {rule!r} comes to an end", remedy="leave out COUNT and UNTIL"
        )
    if (days[0] - start).days > _LONGEST_GAP or any(
        (later - earlier).days > _LONGEST_GAP for earlier, later in pairwise(days)
    ):
        raise BadInputError(
            f"the rule {rule!r} leaves more than a year between two reviews",
            remedy="review at least once a year, for example FREQ=YEARLY",
        )
    return made


def _parsed(rule: Recurrence) -> rrule:
    upper = rule.rule.upper()
    if len(upper) > _LONGEST_RULE or not upper.startswith(_FREQUENCIES) or "\n" in upper:
        raise BadInputError(
            f"the rule {rule.rule[:80]!r} is no recurrence of weeks, months or years",
            remedy="write for example FREQ=YEARLY or FREQ=MONTHLY;INTERVAL=6",
        )
    if any(f"BY{part}=" in upper for part in ("HOUR", "MINUTE", "SECOND")):
        raise BadInputError(
            "a review falls on a day, not at a time", remedy="leave out BYHOUR and its kin"
        )
    try:
        parsed = rrulestr(upper, dtstart=datetime.combine(rule.start, time()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInputError(
            f"the rule {rule.rule!r} cannot be read: {error}",
            remedy="write for example FREQ=YEARLY or FREQ=MONTHLY;INTERVAL=6",
        ) from error
    if not isinstance(parsed, rrule):
        raise BadInputError("one rule is wanted, not a set of rules", remedy="give one RRULE")
    return parsed


def next_due(rule: Recurrence, reviews: Iterable[Review]) -> date:
    """The day of the first review that was not done.

    A review done late counts for the day it was due, so that lateness does not push all
    later ones back. One done without a plan counts for the last day before it.
    """
    done = max((each.due for each in reviews if each.done is not None), default=None)
    for each in islice(rule.dates(), _MOST_DATES):
        if done is None or each > done:
            return each
    raise BadInputError("no review is due any more", remedy="renew the rule of reviews")


class Lateness(StrEnum):
    """How far past its day a review is."""

    ON_TIME = "on_time"
    SOON = "soon"
    OVERDUE = "overdue"
    ESCALATE = "escalate"


def lateness(due: date, today: date) -> Lateness:
    """Soon: within 30 days. Past 14 days it escalates to whoever stands above."""
    if today > due + timedelta(days=14):
        return Lateness.ESCALATE
    if today > due:
        return Lateness.OVERDUE
    return Lateness.SOON if due - today <= timedelta(days=30) else Lateness.ON_TIME


def finish(review: Review, *, done: date, by: str, decision: ReviewDecision, why: str) -> Review:
    """The review with its decision.

    Raises:
        BadInputError: It is done already; nobody or no reason stands behind it; nobody of
            the vendor was talked to and no reason says why.
    """
    if review.done is not None:
        raise BadInputError(
            f"this review was done on {review.done}", remedy="open the next one instead"
        )
    if not by.strip() or not why.strip():
        raise BadInputError("a decision needs a person and a reason", remedy="say who, and why")
    if not review.talks and decision is not ReviewDecision.LEAVE:
        raise BadInputError(
            "no talk with the vendor is on record", remedy="note with whom you spoke, and of what"
        )
    return msgspec.structs.replace(review, done=done, by=by, decision=decision, why=why)


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came to be since the last review. ``on``: its day."""

    on: date
    what: str


def agenda(changes: Iterable[Changed], due: Iterable[Due], *, since: date) -> tuple[str, ...]:
    """What to talk about: what changed since the last review, then what ends next."""
    news = sorted((each for each in changes if each.on >= since), key=lambda each: each.on)
    return (
        *(Sentence("%(day)s: %(what)s", day=each.on, what=each.what) for each in news),
        *(Sentence("by %(day)s: %(what)s", day=e.on, what=e.what) for e in sorted(due)),
    )
