"""A search as a rule: shown first, tried on the last thirty days, then put in force."""

from __future__ import annotations

import re
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope_events import Events
from midwatch.desk.search.drawing import HEIGHT, WIDTH, bars
from midwatch.desk.search.forms import RuleForm
from midwatch.desk.search.question import Question
from midwatch.desk.search.rule_text import Draft, rule_text
from midwatch.desk.search.services import put_rule
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.lake.search import All, Query, Term, all_of, parse, written

DAYS: Final = 30
_DAY: Final = 86_400_000_000


@require_http_methods(["GET", "POST"])
@page(Permission.TRIAGE)
def rule(request: DeskRequest) -> HttpResponse:
    """The rule of a search; by ``keep`` it is put in force."""
    posted = request.method == "POST"
    question = Question.of(request.POST if posted else request.GET)
    first = {"tenant": next(iter(question.clients), None), "title": request.GET.get("title", "")}
    form = RuleForm(request.scope, request.POST if posted else None, initial=first)
    told: dict[str, Any] = {"form": form, "question": question}
    if posted and form.is_valid():
        tenant = form.cleaned_data["tenant"]
        try:
            draft = _draft(request, question, form)
            if "keep" in request.POST:
                name = f"desk-{_plain(form.cleaned_data['title'])}-{request.now // 1_000_000}"
                put_rule(
                    request.scope, tenant, name, draft.text, request.META.get("REMOTE_ADDR", "")
                )
                messages.success(
                    request, _("The rule is in force within a minute, for this client only.")
                )
                return redirect(reverse("search") + question.address())
            told |= {"draft": draft} | _tried(request, question, tenant)
        except (BadInputError, ConfigurationError) as error:
            told["error"] = error
    return render(request, "search/rule.html", told, status=400 if "error" in told else 200)


def _draft(request: DeskRequest, question: Question, form: RuleForm) -> Draft:
    held = form.cleaned_data
    if request.scope.masks(held["tenant"]):
        raise BadInputError(
            _("this client masks its names for you, and a rule would need them"),
            remedy=_("ask somebody of theirs"),
        )
    return rule_text(
        parse(question.text), held["tenant"], held["title"], held["level"], request.viewer.name,
        counting=form.counting(), now=request.now,
    )  # fmt: skip


def _tried(request: DeskRequest, question: Question, tenant: str) -> dict[str, Any]:
    """The events that the rule would have found in the last thirty days, by day."""
    events = Events(request.scope, [tenant])
    since = request.now - DAYS * _DAY
    asked = events.ask(_timeless(question.text), since)
    seen = events.count(asked)
    return {
        "seen": seen,
        "bars": bars(seen, question),
        "days": DAYS,
        "width": WIDTH,
        "height": HEIGHT,
    }


def _timeless(text: str) -> str:

    query = parse(text)
    parts = query.parts if isinstance(query, All) else (query,)
    kept: list[Query] = [
        part
        for part in parts
        if not (isinstance(part, Term) and part.name.lower() in ("since", "until", "time"))
    ]
    return written(all_of(*kept)) if kept else ""


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "search"
