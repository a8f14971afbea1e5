"""Drafts the note of a shift: what is open, what was done, what to look at. As plain text."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.access.lists import IncidentLists, Narrowed
from midwatch.desk.access.scope import Scope, Shown
from midwatch.desk.access.watching import Watching
from midwatch.desk.theme.own_alarms import concern
from midwatch.desk.theme.templatetags.midwatch import lasting, moment_of
from midwatch.desk.triage.lists import Row, rows_of
from midwatch.desk.triage.runbooks import runbook
from midwatch.desk.triage.selectors import hand_overs, ticks
from midwatch.desk.triage.telling import said_of
from midwatch.incidents.states import MIDWATCH
from midwatch.reports.amounts import clock

HOUR: Final = 3_600_000_000
USUAL: Final = 12 * HOUR
_MOST: Final = 40
_LONGEST: Final = 200


def shift_began(scope: Scope) -> int:
    """When the present shift began: where the last note ends, twelve hours back at most."""
    last = next(iter(hand_overs(scope)), None)
    earliest = scope.now - USUAL
    if last is None:
        return earliest
    return max(earliest, int(last.until.timestamp() * 1_000_000))


def draft(scope: Scope, since: int, zone: ZoneInfo) -> str:
    """The note as we would write it. ``since``: UTC microseconds; ``zone``: the reader's."""
    lists = IncidentLists(scope)
    narrowed = Narrowed()
    counts = lists.counts(narrowed)
    rows = rows_of(scope, lists.rows(narrowed, most=_MOST), lists)
    waiting = [row for row in rows if row.incident.waiting]
    held = [row for row in rows if not row.incident.waiting]
    changed = lists.changed(since)
    parts = [
        _("Shift from %(since)s to %(until)s (%(zone)s)") % {
            "since": _moment(since, zone), "until": _moment(scope.now, zone), "zone": zone.key,
        },
        "",
        _first_line(counts.waiting, counts.all, awake=Watching(scope).awake().now),
        "",
        _("NEEDS A PERSON"),
        *(_open(scope, waiting) or [_("- nothing: every incident is answered")]),
        "",
        _("OPEN, ANSWERED"),
        *(_open(scope, held) or [_("- nothing")]),
        "",
        _("DONE IN THIS SHIFT"),
        *(_done(changed, since, zone) or [_("- nothing was moved")]),
        "",
        _("TO LOOK AT"),
        *(_watch(scope, zone) or [_("- all sources write, the watch itself is well")]),
        "",
        _("BESIDES"),
        "- ",
    ]  # fmt: skip
    if counts.all > len(rows):
        parts.append(_("(%(n)d more are open; see the queue)") % {"n": counts.all - len(rows)})
    return "\n".join(parts)


def _first_line(waiting: int, every: int, *, awake: bool) -> str:
    if not awake:
        stands = _("The watch stands still: nothing is looked at now.")
        return f"{stands} {_first_line(waiting, every, awake=True)}" if every else stands
    if not every:
        return _("All quiet: no incident is open.")
    still = ngettext("%(n)d incident is open", "%(n)d incidents are open", every) % {"n": every}
    if not waiting:
        return _("%(open)s; each is answered.") % {"open": still}
    return _("%(open)s; %(waiting)d wait for an answer.") % {"open": still, "waiting": waiting}


def _moment(micros: int, zone: ZoneInfo) -> str:
    return date_format(moment_of(micros).astimezone(zone), _("j M H:i"))


def _open(scope: Scope, rows: list[Row]) -> list[str]:
    told = []
    for row in rows:
        steps = runbook(row.incident)
        done = len(ticks(scope, row.incident))
        whose = f" · {row.owner.user}" if row.owner else ""
        told.append(
            f"- {row.incident.priority} {row.incident.reference} {row.client}: {row.sentence}"
        )
        told.append(
            f"  {row.standing}{whose} · "
            + _("%(done)d of %(all)d steps done") % {"done": done, "all": len(steps)}
        )
    return told


def _done(changed: list[Shown], since: int, zone: ZoneInfo) -> list[str]:
    entries = [
        (change, shown)
        for shown in changed
        for change in shown.incident.history
        if change.at >= since and change.by != MIDWATCH
    ]
    entries.sort(key=lambda entry: entry[0].at)
    told = [
        f"- {clock(change.at, zone)} {change.by}: {shown.incident.reference} "
        f"{said_of(change, _LONGEST)}"
        for change, shown in entries[-_MOST:]
    ]
    if len(entries) > _MOST:
        more = len(entries) - _MOST
        earlier = ngettext("%(n)d earlier entry", "%(n)d earlier entries", more) % {"n": more}
        told.insert(0, f"- ({earlier})")
    return told


def _watch(scope: Scope, zone: ZoneInfo) -> list[str]:
    names = {tenant.id: tenant.title for tenant in scope.tenants()}
    told = [
        f"- {names.get(each.tenant, _('the watch itself'))}: {concern(each)} "
        + _("(for %(lasting)s)") % {"lasting": lasting(max(0, scope.now - each.since))}
        for each in scope.concerns()
    ]
    if not Watching(scope).awake().now:
        told.insert(0, "- " + _("The watch itself stands still, so nothing is looked at."))
    return told
