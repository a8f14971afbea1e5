"""The record: who did what, and who looked at what."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.audit.forms import RecordForm
from midwatch.desk.audit.selectors import Line, lines
from midwatch.desk.audit.twins import as_csv, as_rows
from midwatch.desk.audit.words import in_words

_A_PAGE: Final = 100
_AN_EXPORT: Final = 50_000


@page(Permission.RECORD)
@require_safe
def record(request: DeskRequest) -> HttpResponse:
    """The newest lines, older ones page by page."""
    form = _form(request)
    found = _found(request, form, _A_PAGE + 1)
    titles = {each.id: each.title for each in request.scope.tenants(Permission.RECORD)}
    shown = found[:_A_PAGE]
    return render(
        request, "audit/record.html",
        {
            "form": form,
            "lines": [(line, in_words(line.verb), titles.get(line.tenant, "")) for line in shown],
            "several": len(titles) > 1,
            "older": shown[-1].at.isoformat() if len(found) > _A_PAGE else None,
            "query": request.GET.urlencode(),
        },
    )  # fmt: skip


@page(Permission.RECORD)
@require_safe
def record_csv(request: DeskRequest) -> HttpResponse:
    """The same as a table."""
    text = as_csv(_found(request, _form(request), _AN_EXPORT))
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="record.csv"'},
    )


@page(Permission.RECORD)
@require_safe
def record_json(request: DeskRequest) -> HttpResponse:
    """The same for programs."""
    return JsonResponse({"lines": as_rows(_found(request, _form(request), _AN_EXPORT))})


def _form(request: DeskRequest) -> RecordForm:
    return RecordForm(request.GET, tenants=request.scope.tenants(Permission.RECORD))


def _found(request: DeskRequest, form: RecordForm, most: int) -> list[Line]:
    question = form.question()
    if not form.is_valid():
        return []
    try:
        before = datetime.fromisoformat(request.GET.get("before", "").replace(" ", "+"))
    except ValueError:
        return lines(request.scope, question, most)
    return lines(request.scope, question, most, before if before.tzinfo else None)
