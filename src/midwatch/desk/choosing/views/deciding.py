"""The decision between candidates, and the comparison as a paper and a workbook."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.choosing.files import attachment
from midwatch.desk.choosing.forms import DecisionForm
from midwatch.desk.choosing.printing import board_html, pdf_of
from midwatch.desk.choosing.selectors import Seen
from midwatch.desk.choosing.selectors import choice as one_choice
from midwatch.desk.choosing.services import ChoiceActs
from midwatch.desk.choosing.table import told_of
from midwatch.desk.choosing.views.choices import frame, supposed_weights
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.vendors.comparing import comparison_workbook, rows_of, rows_of_terms
from midwatch.vendors.spreadsheets import csv_bytes


@page(Permission.VENDORS_RUN)
def decide(request: DeskRequest, choice: str) -> HttpResponse:
    """Choose one of them, for good."""
    found = one_choice(request.scope, choice, run=True)
    if found.decision is not None:
        return redirect("choice", choice)
    seen = Seen(request.scope, found)
    comparison = seen.comparison
    if comparison is None:
        messages.error(request, _("There is no candidate yet."))
        return redirect("choice_candidates", choice)
    names = [
        (seen.of(each).row.vendor.reference, each.candidate.name) for each in comparison.results
    ]
    form = DecisionForm(names, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ChoiceActs(request.scope, address_of(request)).decide(
                choice, **form.cleaned_data
            )
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s is chosen.") % {"name": made.chosen})
            return redirect("choice", choice)
    return render(
        request,
        "choosing/decide.html",
        {**frame(request, found), "form": form, "told": told_of(seen, comparison, comparison)},
    )


@page(Permission.VENDORS_SEE)
def export(request: DeskRequest, choice: str, form: str) -> HttpResponse:
    """The comparison to take along: ``pdf`` for a board, ``xlsx`` and ``csv`` to go on with."""
    found = one_choice(request.scope, choice)
    seen = Seen(request.scope, found)
    kept = seen.comparison
    if kept is None or form not in ("pdf", "xlsx", "csv"):
        raise Http404
    weights, trouble = supposed_weights(request, seen)
    shown = kept if trouble else seen.supposed(weights)
    assert shown is not None  # noqa: S101  # a comparison is there
    name = f"comparison-{found.reference}"
    if form == "xlsx":
        return attachment(comparison_workbook(shown, found.made), f"{name}.xlsx")
    if form == "csv":
        names = ["", *(each.candidate.name for each in shown.results)]
        return attachment(csv_bytes(names, [*rows_of(shown), *rows_of_terms(shown)]), f"{name}.csv")
    paper = board_html(
        request,
        {
            **frame(request, found), "seen": seen, "told": told_of(seen, shown, kept),
            "comparison": shown, "supposed": bool(weights) and not trouble,
        },
    )  # fmt: skip
    try:
        return attachment(pdf_of(paper), f"{name}.pdf")
    except ConfigurationError as error:
        messages.error(request, str(error))
        return redirect("choice", choice)
