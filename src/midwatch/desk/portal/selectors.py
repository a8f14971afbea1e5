"""What stands on the client's page, read through the viewer's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.access.scope import OPEN_STATES, Scope, Shown
from midwatch.desk.access.watching import DISMISSED, Awake, Heard, KnownList, Watching
from midwatch.desk.portal.answers import Glance, glance
from midwatch.desk.portal.periods import Calendar, Period, local_day, since_of
from midwatch.desk.portal.strips import Strip, axis, drawn
from midwatch.desk.theme import stories
from midwatch.desk.theme.own_alarms import step
from midwatch.desk.theme.templatetags.midwatch import ago, amount, calendar_day
from midwatch.incidents.incident import REFERENCE_LENGTH
from midwatch.paging.standing import Recorded, Standing
from midwatch.reports.amounts import begun
from midwatch.reports.charts import Tick
from midwatch.reports.defusing import defuse
from midwatch.reports.incident_telling import steps
from midwatch.tenants import Tenant
from midwatch.watch.freshness import Freshness
from midwatch.watch.health import CELL
from midwatch.watch.rhythm import HOUR

_MOST_INCIDENTS: Final = 8
_MOST_SINGLE_STRIPS: Final = 8
"""With more sources than these, neighbouring cells that say the same are drawn as one."""
# Yesterday's first hour is as far back on a day that is an hour longer.
_TWO_DAYS: Final = 49 * HOUR
"""When clocks are set back."""
_LOGINS: Final = "credential_attack"


@dataclass(frozen=True, slots=True)
class Told:
    """An incident in plain words. ``mood`` by its priority."""

    shown: Shown
    reference: str
    mood: str
    story: str
    standing: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A source and its strip."""

    heard: Heard
    strip: Strip


@dataclass(frozen=True, slots=True)
class Overview:
    """All of the client's page."""

    tenant: Tenant
    mood: str
    sentence: str
    second: str
    todo: tuple[str, ...]
    glance: Glance
    awake: Awake
    rows: tuple[Row, ...]
    axis: tuple[Tick, ...]
    periods: tuple[Period, ...]
    calendar: Calendar
    waiting: tuple[Told, ...]
    incidents: tuple[Told, ...]
    rules: Freshness
    lists: tuple[KnownList, ...]


def overview(scope: Scope, tenant: str, zone: ZoneInfo) -> Overview:
    """The client's page. ``zone``: the viewer's, for the strip; days are the client's."""
    owner = scope.tenant(tenant)
    watching = Watching(scope)
    heard = watching.heard(tenant)
    standing = watching.standing().get(tenant)
    awake = watching.awake()
    seen = glance(heard, standing, awake)
    found = watching.recorded(tenant, since_of(scope.now, ZoneInfo(owner.zone)))
    calendar = calendar_of(scope, watching, owner, found)
    periods = calendar.periods()
    waiting, incidents = _incidents(scope, tenant, standing)
    rules = watching.rules(tenant)
    inside = _inside(scope, calendar)
    if inside is not None and seen.mood == "quiet":
        seen = replace(seen, mood="look")
    sentence = _sentence(seen, waiting, periods[0], found, inside)
    start = watching.day_start()
    return Overview(
        owner,
        seen.mood,
        sentence,
        _second(heard, awake, scope.now, rules),
        _todo(seen, waiting),
        seen,
        awake,
        rows_of(watching, heard, start, zone),
        axis(start, start + 288 * CELL, zone),
        periods,
        calendar,
        waiting,
        incidents,
        rules,
        tuple(watching.lists(tenant)),
    )


def calendar_of(
    scope: Scope, watching: Watching, owner: Tenant, found: Sequence[Recorded]
) -> Calendar:
    """The client's alerts and refused packets by day."""
    zone = ZoneInfo(owner.zone)
    blocked = watching.blocked(owner.id, since_of(scope.now, zone), scope.now + 1)
    return Calendar(found, blocked, zone, scope.now)


def rows_of(
    watching: Watching, heard: Sequence[Heard], start: int, zone: ZoneInfo
) -> tuple[Row, ...]:
    """The strips of sources over the last 24 hours."""
    singly = len(heard) <= _MOST_SINGLE_STRIPS
    rows = []
    for each in heard:
        counts = watching.counts(each.feed, start, start + 288 * CELL)
        cells = watching.strip(each, start, counts)
        rows.append(Row(each, drawn(cells, counts, start, CELL, zone, singly=singly)))
    return tuple(rows)


def told_of(shown: Shown, now: int) -> Told:
    """An incident in plain words."""
    incident = shown.incident
    mood = "act" if incident.success or incident.priority.value in ("P1", "P2") else "look"
    return Told(
        shown,
        incident.reference,
        mood if incident.open else "quiet",
        begun(stories.story(incident)) + ".",
        begun(stories.standing(incident, now)) + ".",
        tuple(str(step(each)) for each in steps(incident)),
    )


def reference_of(incident: str) -> str:
    """The reference of an incident by its id; empty where there is none."""
    return f"MW-{incident[:REFERENCE_LENGTH]}" if incident else ""


def reads_logins(found: Sequence[Recorded]) -> bool:
    """Whether a log of logins was surely among what was read: a guessed password was seen."""
    return any(each.signal.category == _LOGINS for each in found)


def _incidents(
    scope: Scope, tenant: str, standing: Standing | None
) -> tuple[tuple[Told, ...], tuple[Told, ...]]:
    """(Those that wait for an answer, the latest of the others)."""
    waiting: list[Told] = []
    if standing is not None and standing.waiting:
        opened = scope.incidents(tenant, OPEN_STATES, most=_MOST_INCIDENTS)
        waiting = [told_of(each, scope.now) for each in opened if each.incident.waiting]
    # Those that wait come first.
    most = (standing.waiting if standing is not None else 0) + _MOST_INCIDENTS
    latest = scope.incidents(tenant, most=min(most, 4 * _MOST_INCIDENTS))
    others = [told_of(each, scope.now) for each in latest if not each.incident.waiting]
    return tuple(waiting), tuple(others[:_MOST_INCIDENTS])


def _inside(scope: Scope, calendar: Calendar) -> tuple[Told, int] | None:
    """(What let somebody in and is resolved, not as a mistake; how many days ago), the latest.

    Of today and of yesterday: who reads in the morning asks for the night.
    """
    for days in (0, 1):
        day = calendar.today - timedelta(days=days)
        for reference in dict.fromkeys(
            reference_of(each.incident)
            for each in calendar.signals(day, day)
            if each.signal.success and each.incident
        ):
            shown = scope.incident(reference)
            if not shown.incident.open and shown.incident.disposition not in DISMISSED:
                return told_of(shown, scope.now), days
    return None


def got_in_lately(watching: Watching, tenants: Sequence[Tenant], now: int) -> dict[str, int]:
    """How many of its own days ago (0 or 1) somebody got in, by client, where it is resolved."""
    zones = {each.id: ZoneInfo(each.zone) for each in tenants}
    lately: dict[str, int] = {}
    for tenant, at in watching.break_ins_resolved(now - _TWO_DAYS):
        if tenant in zones:
            days = (local_day(now, zones[tenant]) - local_day(at, zones[tenant])).days
            lately[tenant] = min(days, lately.get(tenant, days))
    return {tenant: max(0, days) for tenant, days in lately.items() if days <= 1}


def _sentence(
    seen: Glance,
    waiting: Sequence[Told],
    today: Period,
    found: Sequence[Recorded],
    inside: tuple[Told, int] | None,
) -> str:
    if seen.key in ("success", "waiting") and waiting:
        grave = next((each for each in waiting if each.shown.incident.success), waiting[0])
        if seen.key == "success" and not grave.shown.incident.success:
            return seen.sentence
        return grave.story
    if seen.key in ("empty", "asleep", "mute"):
        return seen.sentence
    nobody = _("Nobody got in.") if reads_logins(found) else _("No sign that anybody got in.")
    if today.count:
        tried = ngettext(
            "%(n)s attempt today, refused.", "%(n)s attempts today, all refused.", today.count
        ) % {"n": amount(today.count)}
    else:
        tried = _("No attempt was seen today.")
    calm = f"{nobody} {tried}"
    if inside is not None:
        told, days = inside
        calm = (
            _("Somebody got in yesterday, and it is resolved: %(how)s")
            if days
            else _("Somebody got in today, and it is resolved: %(how)s")
        ) % {"how": told.story}
    return calm if seen.key == "quiet" else f"{seen.sentence} {calm}"


def _second(heard: Sequence[Heard], awake: Awake, now: int, rules: Freshness) -> str:
    """Since when, and how we know."""
    spoke = [each.health.last for each in heard if each.health is not None]
    if not heard or not spoke:
        return _("We can tell nothing before a first line has come.")
    if not awake.now:
        if awake.last is None:
            return _("The watch has not been started on this machine.")
        return _("It last said that it is at work %(ago)s. Lines that come wait for it.") % {
            "ago": ago(now - awake.last)
        }
    sources = ngettext("%(n)d source is", "%(n)d sources are", len(heard)) % {"n": len(heard)}
    newest = _(
        "%(sources)s watched; the newest line came %(ago)s and was looked at on arrival."
    ) % {"sources": sources, "ago": ago(now - max(spoke))}
    if rules.newest:
        return (
            newest
            + " "
            + _("The newest rule is of %(date)s.") % {"date": calendar_day(rules.newest)}
        )
    return newest


def _todo(seen: Glance, waiting: Sequence[Told]) -> tuple[str, ...]:
    if seen.key in ("success", "waiting") and waiting:
        found = waiting[0].steps
        return tuple(begun(each) for each in found) or (_("Open the incident and answer it."),)
    return {
        "empty": (_("Add the first source; it takes a few minutes."),),
        "asleep": (_("Start the watch on its machine: midwatch up"),),
        "silent": (_("See whether the device is switched on and reachable."),),
        "mute": (_("Finish setting up the source; its page waits for the first line."),),
    }.get(seen.key, ())


def names_of(heard: Sequence[Heard]) -> str:
    """The names of some sources, for a sentence."""
    return ", ".join(defuse(each.feed.title or each.feed.id, 60) for each in heard)
