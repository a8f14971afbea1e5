"""The client's page, its attempts and its reports."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.watching import Watching
from midwatch.desk.portal.answers import glance, recalling
from midwatch.desk.portal.documents import day_title, document, week_title
from midwatch.desk.portal.people import in_force, last_looks, people_with_access, watchers
from midwatch.desk.portal.periods import Calendar, since_of, time_of
from midwatch.desk.portal.selectors import (
    calendar_of,
    got_in_lately,
    overview,
    reference_of,
)
from midwatch.desk.portal.strips import LEGEND, axis
from midwatch.desk.portal.trend import trend_of
from midwatch.desk.theme.stories import sentence
from midwatch.desk.theme.templatetags.midwatch import zone_named
from midwatch.desk.vendors.selectors import provider_reviews
from midwatch.paging.standing import Recorded
from midwatch.reports.amounts import begun
from midwatch.reports.incident_telling import attempts_beside
from midwatch.tenants import Tenant

_MOST_ROWS: Final = 200
_WEEK: Final = 7
_REPORTS: Final = 14


@page(Permission.SEE)
def portal_home(request: DeskRequest) -> HttpResponse:
    """The viewer's client, or a choice of them."""
    tenants = request.scope.tenants()
    if len(tenants) == 1:
        return redirect("portal", tenants[0].id)
    watching = Watching(request.scope)
    awake, standing, heard = watching.awake(), watching.standing(), watching.heard_of_all()
    inside = got_in_lately(watching, tenants, request.scope.now)
    rows = [
        (tenant, recalling(glance([each for each in heard if each.feed.tenant == tenant.id],
                                  standing.get(tenant.id), awake),
                           inside.get(tenant.id)))
        for tenant in tenants
    ]  # fmt: skip
    return render(request, "portal/home.html", {"rows": rows})


@page(Permission.SEE)
def portal(request: DeskRequest, tenant: str) -> HttpResponse:
    """One page that tells the client the truth."""
    scope = request.scope
    may_read = request.viewer.may(Permission.RECORD, tenant)
    seen = overview(scope, tenant, zone_of_viewer(request))
    held = in_force(scope, tenant)
    return render(
        request,
        "portal/portal.html",
        {
            "seen": seen,
            "tenant": seen.tenant,
            "legend": LEGEND,
            "watchers": watchers(scope, tenant, held),
            "offices": scope.offices(tenant),
            "people": people_with_access(scope, tenant, held) if may_read else None,
            "looks": last_looks(scope, tenant) if may_read else (),
            "trend": trend_of(tenant, seen.calendar),
            "may_change_sources": request.viewer.may(Permission.SOURCES, tenant),
            "may_let_in": request.viewer.may(Permission.PEOPLE, tenant),
            "days": seen.calendar.trend()[::-1][:_WEEK],
            "week": week_of(seen.calendar.today),
            "reviews": provider_reviews(scope, tenant),
        },
    )


@page(Permission.SEE)
def attempts(request: DeskRequest, tenant: str) -> HttpResponse:
    """The attempts of a time, by kind, and each alert with its incident."""
    owner = request.scope.tenant(tenant)
    calendar = calendar_for(request, owner)
    first, last, title = _span(request, calendar)
    found = _attempts(calendar, first, last)
    told = attempts_beside([each.signal for each in found])
    rows = [
        {
            "at": time_of(each),
            "told": begun(sentence(attempt)),
            "count": each.signal.count,
            "reference": reference_of(each.incident),
        }
        for each, attempt in list(zip(found, told, strict=True))[:_MOST_ROWS]
    ]
    days = [calendar.day(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    return render(
        request,
        "portal/attempts.html",
        {
            "tenant": owner,
            "title": title,
            "count": sum(day.attempts for day in days),
            "blocked": sum(day.blocked for day in days),
            "counted": calendar.counted(first, last),
            "rows": rows,
            "all": len(found),
            "span": request.GET.get("span", ""),
            "asked": request.GET.urlencode(),
        },
    )


@page(Permission.SEE)
def reports(request: DeskRequest, tenant: str) -> HttpResponse:
    """The reports there are."""
    owner = request.scope.tenant(tenant)
    calendar = calendar_for(request, owner)
    monday = week_of(calendar.today)
    weeks = []
    while monday >= calendar.first:
        weeks.append((monday, week_title(monday)))
        monday -= timedelta(days=_WEEK)
    days = [(day, day_title(day.date)) for day in calendar.trend()[::-1][:_REPORTS]]
    return render(request, "portal/reports.html", {"tenant": owner, "days": days, "weeks": weeks})


@page(Permission.SEE)
def day_report(request: DeskRequest, tenant: str, day: str) -> HttpResponse:
    """The report of a day (YYYY-MM-DD, of the client's zone)."""
    owner = request.scope.tenant(tenant)
    calendar = calendar_for(request, owner)
    asked = _date(day, calendar)
    return _report(request, owner, calendar, asked, asked)


@page(Permission.SEE)
def week_report(request: DeskRequest, tenant: str, day: str) -> HttpResponse:
    """The report of the week that a day lies in."""
    owner = request.scope.tenant(tenant)
    calendar = calendar_for(request, owner)
    first = week_of(_date(day, calendar))
    if first < calendar.first:
        raise Http404
    return _report(request, owner, calendar, first, first + timedelta(days=_WEEK - 1))


def _report(
    request: DeskRequest, owner: Tenant, calendar: Calendar, first: date, last: date
) -> HttpResponse:
    title = day_title(first) if first == last else week_title(first)
    seen = document(request.scope, owner.id, calendar, first, last, title)
    zone = ZoneInfo(owner.zone)
    ticks = axis(seen.start, min(seen.end, request.now), zone)
    return render(
        request,
        "portal/report.html",
        {
            "tenant": owner,
            "seen": seen,
            "legend": LEGEND,
            "axis": ticks,
            "origins": [(each, begun(sentence(each))) for each in seen.origins],
            "several": first != last,
        },
    )


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def zone_of_viewer(request: DeskRequest) -> ZoneInfo:
    """The viewer's own zone, else their browser's, else UTC."""
    return zone_named(request.viewer.zone or request.COOKIES.get("zone", ""))


def calendar_for(request: DeskRequest, owner: Tenant) -> Calendar:
    """The client's alerts by day, as far as they are needed for counting."""
    watching = Watching(request.scope)
    found = watching.recorded(owner.id, since_of(request.now, ZoneInfo(owner.zone)))
    return calendar_of(request.scope, watching, owner, found)


def attempts_of_span(request: DeskRequest, owner: Tenant) -> list[Recorded]:
    """The attempts of the time that the address names, the latest first."""
    calendar = calendar_for(request, owner)
    first, last, _title = _span(request, calendar)
    return _attempts(calendar, first, last)


def _attempts(calendar: Calendar, first: date, last: date) -> list[Recorded]:
    found = sorted(calendar.signals(first, last), key=time_of, reverse=True)
    return [each for each in found if each.signal.attempt or each.signal.success]


def _span(request: DeskRequest, calendar: Calendar) -> tuple[date, date, str]:
    today = calendar.today
    if day := request.GET.get("day"):
        asked = _date(day, calendar)
        return asked, asked, day_title(asked)
    match request.GET.get("span", "today"):
        case "month":
            return today.replace(day=1), today, _("This month")
        case "week":
            return week_of(today), today, _("This week")
        case "today":
            return today, today, _("Today")
        case _:
            raise Http404


def _date(text: str, calendar: Calendar) -> date:
    """The date, which must lie in what is kept for counting (two months)."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not calendar.first <= found <= calendar.today:
        raise Http404
    return found
