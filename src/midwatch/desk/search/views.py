"""Search pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from midwatch.desk.access.acting_events import reveal_event
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope_events import MOST_COUNTED, MOST_EXPORTED, Events, goes_on
from midwatch.desk.access.turns import BusyError
from midwatch.desk.search import services
from midwatch.desk.search.completing import completions, fields
from midwatch.desk.search.drawing import HEIGHT, WIDTH, bars, parts
from midwatch.desk.search.forms import KeepForm, RevealForm
from midwatch.desk.search.question import SPANS, Question, zone_of
from midwatch.desk.search.selectors import saved_search, saved_searches
from midwatch.desk.theme.templatetags.midwatch import zone_named
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.lake.exporting import EXPORTS
from midwatch.lake.search import SearchError
from midwatch.lake.values import SlowError

_REST = frozenset(
    {
        "raw",
        "fields",
        "spool",
        "delivery",
        "line",
        "day",
        "id",
        "time",
        "received",
        "tenant",
        "parsed",
        "dated_by_receipt",
        "masked",
    }
)
"""Of an event, what is shown elsewhere on its page."""


@require_GET
@page(Permission.SEARCH)
def search(request: DeskRequest) -> HttpResponse:
    """A question and what it finds."""
    status = 200
    told: dict[str, Any] = {
        "all_clients": request.scope.tenants(Permission.SEARCH),
        "spans": [(word, name) for word, (_length, name) in SPANS.items()],
        "fields": fields(),
        "forms": EXPORTS,
        "most": MOST_EXPORTED,
        "saved": saved_searches(request.scope),
        "keep_form": KeepForm(request.scope),
        "may_rule": request.viewer.may_somewhere(Permission.TRIAGE),
    }
    question = Question()
    try:
        question = Question.of(request.GET)
        if told["all_clients"]:
            told |= _answered(request, question)
        else:
            told["no_lake"] = True
    except BusyError as error:
        status, told["error"] = 429, error
    except SearchError as error:
        status, told["error"] = 400, error
        spot = error.position - 1
        told["before"], told["at"] = question.text[:spot], question.text[spot : spot + 40]
    except BadInputError as error:
        status, told["error"] = 400, error
    except ConfigurationError:
        told["no_lake"] = True
    told["question"] = question
    told["masked"] = any(request.scope.masks(each.id) for each in told["all_clients"])
    return render(request, "search/search.html", told, status=status)


def _events(request: DeskRequest, question: Question) -> Events:
    zone = zone_named(zone_of(request))
    return Events(request.scope, question.clients, zone)


def _answered(request: DeskRequest, question: Question) -> dict[str, Any]:
    events = _events(request, question)
    asked = events.ask(question.text, *question.bounds(request.now))
    every = request.GET.get("count") == "all"
    try:
        found = events.find(asked, after=question.after, most=None if every else MOST_COUNTED)
    except SlowError:
        if not every:
            raise
        messages.warning(request, _("Counting all of them takes too long. Narrow it by time."))
        found = events.find(asked, after=question.after, most=MOST_COUNTED)
    seen = found.overview
    titles = {each.id: each.title for each in request.scope.tenants(Permission.SEARCH)}
    return {
        "found": found,
        "total": None if seen is None else seen.total,
        "nothing": not found.rows and found.reached is None and not question.after,
        "since": asked.since,
        "until": asked.until,
        "left_out": [titles[each] for each in asked.left_out],
        "several": len(asked.tenants) > 1,
        "titles": titles,
        "bars": [] if seen is None else bars(seen, question),
        "width": WIDTH,
        "height": HEIGHT,
        "facets": [
            (
                field,
                [(each, question.narrowed(field, each.value)) for each in counts],
            )
            for field, counts in ({} if seen is None else seen.facets).items()
        ],
        "count_all": question.address(after=question.after or None, count="all"),
        "older": question.address(after=goes_on(found)) if goes_on(found) else "",
        "newest": question.address() if question.after else "",
    }


@require_GET
@page(Permission.SEARCH)
def complete(request: DeskRequest) -> HttpResponse:
    """What the last word may become, as options of the search's list."""
    question = Question.of(request.GET)
    found = completions(request.GET.get("q", ""), _events(request, question))
    return render(request, "search/completions.html", {"completions": found})


@require_GET
@page(Permission.SEARCH)
def event(request: DeskRequest, event: str) -> HttpResponse:
    """One event, down to its line."""
    try:
        row = Events(request.scope).event(event)
    except ConfigurationError as error:
        raise Http404 from error
    except BusyError as error:
        return render(request, "search/busy.html", {"error": error}, status=429)
    raw = row.values.get("raw", "")
    docs = fields()
    values = [
        (name, value, docs.get(name, ""), Question().narrowed(name, str(value)))
        for name, value in row.values.items()
        if name not in _REST and not isinstance(value, (bytes, list))
    ]
    return render(
        request, "search/event.html",
        {
            "row": row,
            "title": request.scope.tenant(row.tenant, Permission.SEARCH).title,
            "parts": [] if row.masked else parts(str(raw), row.values),
            "values": values,
            "own": row.values.get("fields") or [],
            "form": RevealForm(),
            "may_reveal": row.masked and request.viewer.may(Permission.REVEAL, row.tenant),
            "revealed": not row.masked and request.scope.masks(row.tenant),
        },
    )  # fmt: skip


@require_POST
@page(Permission.REVEAL)
def reveal(request: DeskRequest, event: str) -> HttpResponse:
    """Show one event unmasked for an hour; the client reads that it was, and why."""
    try:
        reveal_event(request.scope, event, request.POST.get("reason", ""))
        messages.success(request, _("Shown for an hour. The client can read that and why."))
    except BadInputError as error:
        messages.error(request, _sentence(error))
    return redirect("search_event", event=event)


@require_GET
@page(Permission.SEARCH)
def export(request: DeskRequest, form: str) -> HttpResponse:
    """The events of a question as a file."""
    if form not in EXPORTS:
        raise Http404
    question = Question.of(request.GET)
    events = _events(request, question)
    try:
        asked = events.ask(question.text, *question.bounds(request.now))
        body, rows, cut = services.take_out(
            events, request.scope, asked, form, request.META.get("REMOTE_ADDR", "")
        )
    except (BadInputError, ConfigurationError) as error:
        messages.error(request, _sentence(error))
        return redirect(reverse("search") + question.address())
    kinds = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
    response = HttpResponse(body, content_type=kinds.get(form, "application/x-ndjson"))
    name = services.file_name(form, request.now)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Midwatch-Rows"] = str(rows)
    response.headers["X-Midwatch-More"] = "true" if cut else "false"
    return response


@require_POST
@page(Permission.SEARCH)
def keep(request: DeskRequest) -> HttpResponse:
    """Keep a question by name."""
    question = Question.of(request.POST)
    form = KeepForm(request.scope, request.POST)
    if form.is_valid():
        try:
            kept = services.keep(
                request.scope, question, form.cleaned_data["title"], form.cleaned_data["tenant"],
                request.META.get("REMOTE_ADDR", ""),
            )  # fmt: skip
            messages.success(request, _("Kept as “%(title)s”.") % {"title": kept.title})
        except BadInputError as error:
            messages.error(request, _sentence(error))
    else:
        messages.error(request, _("Not kept: it needs a name and a client of yours."))
    return redirect(reverse("search") + question.address())


@require_POST
@page(Permission.SEARCH)
def let_go(request: DeskRequest, number: int) -> HttpResponse:
    """Remove a kept search."""
    kept = saved_search(request.scope, number)
    services.let_go(request.scope, kept, request.META.get("REMOTE_ADDR", ""))
    messages.success(request, _("“%(title)s” is gone.") % {"title": kept.title})
    return redirect("search")


def _sentence(error: Exception) -> str:
    cause, remedy = getattr(error, "cause", str(error)), getattr(error, "remedy", "")
    told = f"{cause[:1].upper()}{cause[1:]}"
    return f"{told}: {remedy}." if remedy else f"{told}."
