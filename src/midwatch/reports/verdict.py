"""What the report comes to, before any words: the answer, the mood, what needs a look.

A claim goes only as far as the logs carry it: without a log of logins the answer to "did
anybody get in?" is that it cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from midwatch.kernel import Level
from midwatch.reports.values import Attempt, Report


class Verdict(StrEnum):
    """The answer to the question whether anybody got in.

    ``BLIND``: logs were read, but none that records logins. ``CALM``: nobody even tried.
    ``NOTHING_READ``: there was nothing to read, or nothing of the time asked for.
    """

    BROKEN_IN = "broken_in"
    ATTEMPTS = "attempts"
    CALM = "calm"
    BLIND = "blind"
    NOT_UNDERSTOOD = "not_understood"
    NOTHING_READ = "nothing_read"


class Mood(StrEnum):
    """The three meanings that have a colour and a shape."""

    QUIET = "quiet"
    LOOK = "look"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Look:
    """Something a person should look at: one finding, and the others of the same rule."""

    first: Attempt
    others: tuple[Attempt, ...] = ()


def looks(report: Report) -> tuple[Look, ...]:
    """What needs a look, in the report's order; every success stands alone."""
    groups: dict[tuple[str, int], list[Attempt]] = {}
    for place, attempt in enumerate(report.needs_look):
        key = (attempt.rule_id, place if attempt.success else -1)
        groups.setdefault(key, []).append(attempt)
    return tuple(Look(group[0], tuple(group[1:])) for group in groups.values())


def reads_logins(report: Report) -> bool:
    """Whether any of the logs records logins, so that a success could have been seen."""
    return (
        report.failed_logins > 0
        or report.logins > 0
        or any("authentication" in source.categories for source in report.sources)
    )


def verdict(report: Report) -> Verdict:
    """The answer, as one of six."""
    if report.successes:
        return Verdict.BROKEN_IN
    if report.events == 0:
        empty = report.outside or not report.not_understood
        return Verdict.NOTHING_READ if empty else Verdict.NOT_UNDERSTOOD
    if not reads_logins(report):
        return Verdict.BLIND
    return Verdict.ATTEMPTS if report.attempt_count else Verdict.CALM


def mood(report: Report) -> Mood:
    """How urgent the whole report is."""
    moods = {mood_of(attempt) for attempt in report.needs_look}
    if Mood.ACT in moods:
        return Mood.ACT
    silent = any(source.gaps for source in report.sources)
    sure = verdict(report) in (Verdict.ATTEMPTS, Verdict.CALM)
    return Mood.QUIET if sure and not silent and not moods else Mood.LOOK


def mood_of(attempt: Attempt) -> Mood:
    """How urgent one finding is."""
    if attempt.success or attempt.level is Level.CRITICAL:
        return Mood.ACT
    return Mood.LOOK if attempt.level.rank >= Level.HIGH.rank else Mood.QUIET
