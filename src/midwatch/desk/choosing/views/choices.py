"""Choices: the list, one choice side by side, its needs and candidates."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.choosing.answered import percent
from midwatch.desk.choosing.forms import BeginForm, CandidateForm, FrameForm, NeedForm
from midwatch.desk.choosing.models import Choice
from midwatch.desk.choosing.selectors import Seen
from midwatch.desk.choosing.selectors import choice as one_choice
from midwatch.desk.choosing.selectors import choices as every_choice
from midwatch.desk.choosing.services import ChoiceActs, new_need_id
from midwatch.desk.choosing.table import HUES, arithmetic, scored, told_of
from midwatch.kernel import BadInputError

_NEW: Final = "new"
WEIGHT: Final = "w."
"""What the names of supposed weights begin with."""


@page(Permission.VENDORS_SEE)
def choices(request: DeskRequest) -> HttpResponse:
    """The choices of all the viewer's clients."""
    tenants = request.scope.vendors.tenants()
    if len(tenants) == 1:
        return redirect("client_choices", tenants[0].id)
    titles = {each.id: each.title for each in tenants}
    rows = [(each, titles[each.tenant]) for each in every_choice(request.scope)]
    return render(request, "choosing/choices.html", {"rows": rows, "tenants": tenants})


@page(Permission.VENDORS_SEE)
def client_choices(request: DeskRequest, tenant: str) -> HttpResponse:
    """One client's choices; a new one is begun here."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    may_run = request.scope.vendors.may_run(tenant)
    form = BeginForm(request.POST or None)
    if request.method == "POST":
        if not may_run:
            raise Http404
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = ChoiceActs(request.scope, address_of(request)).begin(
                    tenant, given["title"], form.version,
                    currency=given["currency"], exposure=given["exposure"],
                )  # fmt: skip
            except BadInputError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Begun. Look at the needs, then add candidates."))
                return redirect("choice_needs", made.reference)
    rows = [(each, "") for each in every_choice(request.scope, tenant)]
    return render(
        request,
        "choosing/choices.html",
        {"tenant": owner, "rows": rows, "form": form, "may_run": may_run},
    )


@page(Permission.VENDORS_SEE)
def choice(request: DeskRequest, choice: str) -> HttpResponse:
    """The candidates side by side."""
    found = one_choice(request.scope, choice)
    seen = Seen(request.scope, found)
    kept = seen.comparison
    weights, trouble = supposed_weights(request, seen)
    shown = kept if trouble else seen.supposed(weights)
    return render(
        request,
        "choosing/choice.html",
        {
            **frame(request, found),
            "seen": seen,
            "told": told_of(seen, shown, kept) if shown and kept else None,
            "chosen": seen.chosen,
            "weights": _shown_weights(seen, weights),
            "supposed": bool(weights) and not trouble,
            "trouble": trouble,
            "query": request.GET.urlencode(),
        },
    )


@page(Permission.VENDORS_SEE)
def explain(request: DeskRequest, choice: str, vendor: str) -> HttpResponse:
    """How one candidate's fit came about, line by line."""
    found = one_choice(request.scope, choice)
    seen = Seen(request.scope, found)
    known = seen.named(vendor)
    weights, trouble = supposed_weights(request, seen)
    comparison = seen.comparison if trouble else seen.supposed(weights)
    assert comparison is not None  # noqa: S101  # a candidate was found above
    result = next(each for each in comparison.results if each.candidate.name == known.compared.name)
    return render(
        request,
        "choosing/explain.html",
        {
            **frame(request, found), "seen": seen, "known": known, "result": result,
            "sums": arithmetic(comparison, result), "fit": percent(result.fit),
            "weights": sum(each.need.weight for each in result.needs)
            + comparison.needs.weight_price,
            "scored": scored(result), "supposed": bool(weights),
        },
    )  # fmt: skip


@page(Permission.VENDORS_SEE)
def needs(request: DeskRequest, choice: str) -> HttpResponse:
    """What is needed, with weights and must-haves."""
    found = one_choice(request.scope, choice)
    wanted = found.wanted
    start = {
        "title": found.title, "currency": wanted.currency, "exposure": wanted.exposure,
        "price": wanted.weight_price,
    }  # fmt: skip
    form = FrameForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            ChoiceActs(request.scope, address_of(request)).set_frame(choice, **form.cleaned_data)
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("choice_needs", choice)
    return render(
        request,
        "choosing/needs.html",
        {**frame(request, found), "needs": wanted, "form": form, "version": found.frozen},
    )


@page(Permission.VENDORS_RUN)
def need(request: DeskRequest, choice: str, need: str) -> HttpResponse:
    """One need: changed, added (``new``), or taken away."""
    found = one_choice(request.scope, choice, run=True)
    known = next((each for each in found.wanted.need if each.id == need), None)
    if known is None and need != _NEW:
        raise Http404
    start = (
        {"weight": 3, "least": 100}
        if known is None
        else {
            "title": known.title, "weight": known.weight, "must": known.must,
            "least": int(known.least * 100), "questions": list(known.questions),
        }
    )  # fmt: skip
    form = NeedForm(found.frozen, request.POST or None, initial=start)
    acts = ChoiceActs(request.scope, address_of(request))
    try:
        if request.method == "POST" and "drop" in request.POST and known is not None:
            acts.drop_need(choice, known.id)
            messages.success(request, _("The need is gone."))
            return redirect("choice_needs", choice)
        if request.method == "POST" and form.is_valid():
            name = known.id if known is not None else new_need_id(found.wanted)
            acts.set_need(choice, form.need(name))
            messages.success(request, _("Saved."))
            return redirect("choice_needs", choice)
    except BadInputError as error:
        form.add_error(None, str(error))
    return render(
        request, "choosing/need.html", {**frame(request, found), "form": form, "known": known}
    )


@page(Permission.VENDORS_SEE)
def candidates(request: DeskRequest, choice: str) -> HttpResponse:
    """Who may be chosen, and at what price."""
    found = one_choice(request.scope, choice)
    seen = Seen(request.scope, found)
    names = [(each.reference, each.name) for each in request.scope.vendors.all(found.tenant)]
    form = CandidateForm(names, request.POST or None, initial={"currency": seen.needs.currency})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            ChoiceActs(request.scope, address_of(request)).set_candidate(
                choice, given["vendor"], given["price"], given["currency"]
            )
        except BadInputError as error:
            if found.decision is not None:  # the page has no form any more to tell it in
                messages.error(request, str(error))
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("choice_candidates", choice)
    return render(
        request,
        "choosing/candidates.html",
        {**frame(request, found), "seen": seen, "form": form, "names": names},
    )


@page(Permission.VENDORS_RUN)
@require_POST
def drop_candidate(request: DeskRequest, choice: str, vendor: str) -> HttpResponse:
    """Take a candidate away."""
    try:
        ChoiceActs(request.scope, address_of(request)).drop_candidate(choice, vendor)
        messages.success(request, _("It is no candidate any more."))
    except BadInputError as error:
        messages.error(request, str(error))
    return redirect("choice_candidates", choice)


def frame(request: DeskRequest, choice: Choice) -> dict[str, object]:
    """What every page of a choice shows. A decided one is changed no more, its vendors are."""
    may_judge = request.scope.vendors.may_run(choice.tenant)
    return {
        "choice": choice,
        "made": choice.made,
        "tenant": request.scope.tenant(choice.tenant, Permission.VENDORS_SEE),
        "may_judge": may_judge,
        "may_run": may_judge and choice.decision is None,
    }


def supposed_weights(request: DeskRequest, seen: Seen) -> tuple[dict[str, int], str]:
    """The weights that a reader tries out, as far as they differ; and what is wrong with them."""
    own = {each.id: each.weight for each in seen.needs.need} | {"price": seen.needs.weight_price}
    found = {}
    for name, weight in own.items():
        text = request.GET.get(WEIGHT + name, "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and len(text) <= 3):
            return {}, _("A weight is a whole number from 0 to 999.")
        if int(text) != weight:
            found[name] = int(text)
    if not any((own | found).values()):
        return {}, _("At least one weight must be more than 0.")
    return found, ""


def _shown_weights(seen: Seen, supposed: dict[str, int]) -> list[tuple[str, str, int, int, int]]:
    """(name of the field, title, weight that is kept, weight that is tried, shade in the bars)."""
    rows = [(each.id, each.title, each.weight) for each in seen.needs.need]
    rows.append(("price", _("Price"), seen.needs.weight_price))
    return [
        (WEIGHT + name, title, weight, supposed.get(name, weight), number % HUES)
        for number, (name, title, weight) in enumerate(rows)
    ]
