"""Reports of a day and of a week, from what the watch recorded: on a quiet day too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.access.scope import Scope
from midwatch.desk.access.watching import Heard, Watching
from midwatch.desk.portal.periods import Calendar, Day, instant
from midwatch.desk.portal.selectors import Told, reads_logins, reference_of, told_of
from midwatch.desk.portal.strips import Strip, drawn
from midwatch.desk.theme.stories import sentence
from midwatch.desk.theme.templatetags.midwatch import amount
from midwatch.reports.amounts import begun
from midwatch.reports.recorded import AttemptCount, attempts_of
from midwatch.reports.values import Attempt
from midwatch.watch.health import CELL, CELLS_KEPT
from midwatch.watch.rhythm import HOUR

_MOST_INCIDENTS: Final = 25
_MOST_ORIGINS: Final = 20


@dataclass(frozen=True, slots=True)
class Covered:
    """A source in the report's time: its strip (None: not kept so long), and its lines."""

    heard: Heard
    strip: Strip | None
    lines: int
    parsed: int

    @property
    def share(self) -> str:
        """How much of it was understood."""
        return f"{self.parsed / self.lines:.0%}" if self.lines else "–"


@dataclass(frozen=True, slots=True)
class Document:
    """A report. ``complete``: whether its time is over."""

    title: str
    mood: str
    sentence: str
    second: str
    first: date
    last: date
    start: int
    end: int
    complete: bool
    counted: AttemptCount
    blocked: int
    days: tuple[Day, ...]
    origins: tuple[Attempt, ...]
    incidents: tuple[Told, ...]
    covered: tuple[Covered, ...]


def document(
    scope: Scope, tenant: str, calendar: Calendar, first: date, last: date, title: str
) -> Document:
    """The report of the days from one to another, both included."""
    owner = scope.tenant(tenant)
    zone = ZoneInfo(owner.zone)
    start, end = instant(first, zone), instant(last + timedelta(days=1), zone)
    found = calendar.signals(first, last)
    counted = calendar.counted(first, last)
    days = tuple(
        calendar.day(first + timedelta(days=number))
        for number in range((min(last, calendar.today) - first).days + 1)
    )
    covered = tuple(_covered(scope, tenant, start, min(end, scope.now), zone))
    attempts = attempts_of(each.signal for each in found)
    successes = [each for each in attempts if each.success]
    sums = sum(each.attempts for each in days)
    return Document(
        title,
        _mood(successes, covered),
        _sentence(successes, sums, counted.origins, covered, sure=reads_logins(found)),
        _second(covered),
        first,
        last,
        start,
        end,
        end <= scope.now,
        counted,
        sum(each.blocked for each in days),
        days,
        tuple(each for each in attempts if each.attempt)[:_MOST_ORIGINS],
        tuple(_incidents(scope, [each.incident for each in found])),
        covered,
    )


def day_title(day: date) -> str:
    """``Monday, 22 November 2026``."""
    return date_format(day, _("l, j F Y"))


def week_title(first: date) -> str:
    """``Week 47: 16 to 22 November 2026``."""
    last = first + timedelta(days=6)
    return _("Week %(number)d: %(first)s to %(last)s") % {
        "number": first.isocalendar().week,
        "first": date_format(first, _("j F")),
        "last": date_format(last, _("j F Y")),
    }


def _mood(successes: Sequence[Attempt], covered: Sequence[Covered]) -> str:
    if successes:
        return "act"
    silent = any(each.strip is not None and each.strip.silences for each in covered)
    return "look" if silent or not any(each.lines for each in covered) else "quiet"


def _sentence(
    successes: Sequence[Attempt], attempts: int, origins: int, covered: Sequence[Covered],
    *, sure: bool,
) -> str:  # fmt: skip
    if successes:
        return _("Somebody got in: %(how)s.") % {"how": begun(sentence(successes[0]))}
    if not any(each.lines for each in covered) and not attempts:
        return _("Nothing can be said of this time: no source sent a line.")
    nobody = _("Nobody got in.") if sure else _("No sign that anybody got in.")
    if not attempts:
        return f"{nobody} " + _("Nobody even tried, as far as these logs tell.")
    tried = ngettext("%(n)s attempt", "%(n)s attempts", attempts) % {"n": amount(attempts)}
    if origins:
        tried = _("%(tried)s from %(places)s") % {
            "tried": tried,
            "places": ngettext("%(n)s address", "%(n)s addresses", origins)
            % {"n": amount(origins)},
        }
    return f"{nobody} " + _("%(tried)s, all refused.") % {"tried": tried}


def _second(covered: Sequence[Covered]) -> str:
    lines = sum(each.lines for each in covered)
    if not lines:
        return _("Add a source, or see why none has sent anything.")
    speaking = sum(1 for each in covered if each.lines)
    understood = sum(each.parsed for each in covered) / lines
    sources = ngettext("%(n)d source", "%(n)d sources", speaking) % {"n": speaking}
    return _("%(sources)s sent %(lines)s lines, of which %(share)s were understood.") % {
        "sources": sources,
        "lines": amount(lines),
        "share": f"{understood:.1%}",
    }


def _covered(scope: Scope, tenant: str, start: int, end: int, zone: ZoneInfo) -> list[Covered]:
    watching = Watching(scope)
    kept = start >= scope.now - CELLS_KEPT * CELL and end - start <= 25 * HOUR
    found = []
    for heard in watching.heard(tenant):
        strip = None
        if kept:
            counts = watching.counts(heard.feed, start, end)
            cells = watching.strip(heard, start, counts)
            strip = drawn(cells, counts, start, CELL, zone, singly=False)
        lines, parsed = watching.shares(heard.feed, start, end + HOUR - 1)
        found.append(Covered(heard, strip, lines, parsed))
    return found


def _incidents(scope: Scope, ids: Sequence[str]) -> list[Told]:
    references = [reference_of(each) for each in dict.fromkeys(filter(None, ids))]
    return [
        told_of(scope.incident(reference), scope.now) for reference in references[:_MOST_INCIDENTS]
    ]
