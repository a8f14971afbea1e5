"""The queue, the list of incidents and its twins, the night view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from midwatch.desk.access.casefile import CaseFile
from midwatch.desk.access.lists import IncidentLists, Narrowed
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.rows import rows
from midwatch.desk.access.rows import rows_of as rows_of_viewer
from midwatch.desk.access.stores import one_look
from midwatch.desk.access.watching import Watching
from midwatch.desk.theme.own_alarms import concern
from midwatch.desk.triage.exports import csv_lines, json_pieces
from midwatch.desk.triage.lists import PER_PAGE, STATES, Asked, Row, asked, rows_of
from midwatch.desk.triage.selectors import assigned_to
from midwatch.desk.triage.telling import pane_of
from midwatch.incidents import Priority

_MOST_EXPORTED: Final = 10_000
_AT_NIGHT: Final = 5


@page(Permission.TRIAGE)
def queue(request: DeskRequest) -> HttpResponse:
    """What needs a person now."""
    shown = _list(request, asked(request.GET))
    opened = request.GET.get("open", "")
    if opened:
        case = CaseFile(request.scope, opened)
        listed = any(row.incident.id == case.incident.id for row in shown["rows"])
        shown |= pane_of(request.scope, case) | {"open": case.incident.reference, "in_list": listed}
    return render(request, "triage/queue.html", shown)


@page(Permission.TRIAGE)
def news(request: DeskRequest) -> HttpResponse:
    """How many incidents called for somebody since the list was made; nothing else moves."""
    questions = asked(request.GET)
    since = request.GET.get("since", "")
    moment = int(since) if since.isascii() and since.isdigit() and len(since) < 18 else request.now
    narrowed = questions.narrowed(request.scope)
    count = IncidentLists(request.scope).news(narrowed, moment)
    return render(request, "triage/news.html", {"count": count, "asked": questions})


@page(Permission.SEE)
def incidents(request: DeskRequest) -> HttpResponse:
    """All incidents of the viewer's clients."""
    return render(request, "triage/incidents.html", _list(request, asked(request.GET, state="all")))


@page(Permission.SEE)
def incidents_csv(request: DeskRequest) -> StreamingHttpResponse:
    """The same list for a spreadsheet."""
    response = _streamed(csv_lines(_all(request)), "text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="incidents.csv"'
    return response


@page(Permission.SEE)
def incidents_json(request: DeskRequest) -> StreamingHttpResponse:
    """The same list for a program."""
    return _streamed(json_pieces(_all(request)), "application/json")


@page(Permission.TRIAGE)
def night(request: DeskRequest) -> HttpResponse:
    """Dark, large, few: for a screen on the wall and tired eyes."""
    lists = IncidentLists(request.scope)
    narrowed = Narrowed(waiting=True)
    counts = lists.counts(narrowed)
    rows = rows_of(request.scope, lists.rows(narrowed, most=_AT_NIGHT), lists)
    told = {
        "theme": "dark",
        "rows": rows,
        "counts": counts,
        "more": max(0, counts.waiting - len(rows)),
        "concerns": [concern(each) for each in request.scope.concerns()[:3]],
        "asleep": not Watching(request.scope).awake().now,
    }
    part = "triage/night_part.html" if _is_part(request) else "triage/night.html"
    return render(request, part, told)


def _list(request: DeskRequest, questions: Asked) -> dict[str, Any]:
    scope = request.scope
    lists = IncidentLists(scope)
    narrowed = questions.narrowed(scope)
    counts = lists.counts(narrowed)
    last = max(1, -(-counts.all // PER_PAGE))
    number = min(questions.page, last)
    found = lists.rows(narrowed, most=PER_PAGE, skip=(number - 1) * PER_PAGE)
    mine = lists.counts(replace(Narrowed(), only=assigned_to(scope))).all
    return {
        "rows": rows_of(scope, found, lists),
        "counts": counts,
        "mine_count": mine,
        "asked": questions,
        "page": number,
        "pages": last,
        "tenants": scope.tenants(),
        "states": [(name, words) for name, (words, _states) in STATES.items()],
        "priorities": [(each.value, counts.by_priority[each]) for each in Priority],
        "since": request.now,
        "asleep": not Watching(scope).awake().now,
    }


def _all(request: DeskRequest) -> Iterator[Row]:
    """All rows, made while they are sent. What is wrong with the question is told before."""
    scope = request.scope
    lists = IncidentLists(scope)
    pieces = lists.pieces(asked(request.GET, state="all").narrowed(scope), most=_MOST_EXPORTED)
    first = list(islice(pieces, 1))

    def told() -> Iterator[Row]:
        # The middleware is done by now: what this viewer may read is said once more.
        with rows(rows_of_viewer(request.viewer)), one_look():
            for found in chain(first, pieces):
                yield from rows_of(scope, found)

    return told()


def _streamed(pieces: Iterator[str], kind: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_together(pieces), content_type=kind)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _together(pieces: Iterator[str]) -> Iterator[str]:
    """Some of them at a time: a row alone is too little to send."""
    while some := "".join(islice(pieces, 200)):
        yield some


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
