"""The tables of the client's page, for spreadsheets and programs: its days, its attempts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpResponse

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.portal.periods import time_of
from midwatch.desk.portal.selectors import reference_of
from midwatch.desk.portal.views import attempts_of_span, calendar_for
from midwatch.desk.theme.tables import table
from midwatch.paging.standing import Recorded
from midwatch.reports.amounts import begun, rfc3339
from midwatch.reports.incident_telling import attempts_beside
from midwatch.reports.telling import sentence

_DAYS: Final = ("day", "attempts", "blocked")
_ATTEMPTS: Final = ("time", "kind", "what", "count", "got_in", "incident")


@page(Permission.SEE)
def days(request: DeskRequest, tenant: str, form: str) -> HttpResponse:
    """Attempts and blocked packets by day, the latest first, as far as they are counted."""
    calendar = calendar_for(request, request.scope.tenant(tenant))
    rows = (
        {"day": each.date.isoformat(), "attempts": each.attempts, "blocked": each.blocked}
        for each in calendar.days()[::-1]
    )
    return table(form, "days", _DAYS, rows)


@page(Permission.SEE)
def attempts(request: DeskRequest, tenant: str, form: str) -> HttpResponse:
    """Every attempt of the page's time, the latest first."""
    found = attempts_of_span(request, request.scope.tenant(tenant))
    return table(form, "attempts", _ATTEMPTS, _told(found))


def _told(found: list[Recorded]) -> Iterator[dict[str, object]]:
    attempts = attempts_beside([each.signal for each in found])
    for each, told in zip(found, attempts, strict=True):
        yield {
            "time": rfc3339(time_of(each)),
            "kind": each.signal.kind,
            "what": begun(sentence(told)),
            "count": each.signal.count,
            "got_in": each.signal.success,
            "incident": reference_of(each.incident),
        }
