"""Money: statements typed in or brought as a table, what they say together, promises kept."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.vendors.forms_filing import StatementForm, StatementsFileForm
from midwatch.desk.vendors.forms_judging import PromiseForm, SightingForm
from midwatch.desk.vendors.models import Statement
from midwatch.desk.vendors.papers import plain_name
from midwatch.desk.vendors.selectors import health_of
from midwatch.desk.vendors.services import (
    remove_statement,
    save_promise,
    save_sighting,
    save_statements,
)
from midwatch.desk.vendors.views.frame import Opened, Sheet, acts_of, answer_form, do, open_file
from midwatch.kernel import BadInputError
from midwatch.vendors.cadence import (
    CadenceClaim,
    CadenceKind,
    CadenceObservation,
    Kept,
    compare_cadence,
)
from midwatch.vendors.evidence import Assurance
from midwatch.vendors.finance import read_statements, statement_problems, template_bytes

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@page(Permission.VENDORS_SEE)
def money(request: DeskRequest, vendor: str) -> HttpResponse:
    """What the statements say, and what was promised and seen."""
    opened = open_file(request, vendor)
    health = health_of(opened.vendor, opened.today)
    return render(
        request,
        "vendors/money.html",
        opened.context(
            "money",
            health=health,
            ends=[] if health is None else [end for end, _value in health.trends[0].values],
            statements=[
                (each, each.struct, statement_problems(each.struct))
                for each in opened.vendor.statements.all()
            ],
            promises=_held(opened, request.now),
            form=StatementsFileForm(),
        ),
    )


def _held(opened: Opened, now: int) -> list[Kept]:
    """Each promise beside what was seen since it was put on file, or since the first sighting."""
    seen = [each.struct for each in opened.vendor.sightings.all()]
    held = []
    for each in opened.vendor.promises.all():
        claim = each.struct
        times = [one.at for one in seen if one.kind is claim.kind]
        made = int(each.created.timestamp() * 1_000_000)
        held.append(compare_cadence(claim, seen, start=min([made, *times]), now=now))
    return held


@page(Permission.VENDORS_RUN)
def statement(request: DeskRequest, vendor: str, statement: int | None = None) -> HttpResponse:
    """Type a statement in, or put one right."""
    opened = open_file(request, vendor, judging=True)
    known = None if statement is None else own(opened.vendor, Statement, statement)
    form = StatementForm(request.POST or None, known=None if known is None else known.struct)

    def save(given: dict[str, Any]) -> None:
        del given
        save_statements(acts_of(request), vendor, [form.statement()])
        if known is not None and known.end != form.cleaned_data["end"]:
            remove_statement(acts_of(request), vendor, known.pk)

    sheet = Sheet(
        _("Figures of a period"),
        reverse("vendor_money", args=[vendor]),
        _("Leave empty what is not known. Nothing is taken for zero."),
    )
    return answer_form(request, opened, "money", form, sheet, save, "vendors/statement.html")


@page(Permission.VENDORS_RUN)
@require_POST
def statement_remove(request: DeskRequest, vendor: str, statement: int) -> HttpResponse:
    """Take a statement off the file."""
    open_file(request, vendor, judging=True)
    return do(
        request,
        lambda: remove_statement(acts_of(request), vendor, statement),
        _("Removed."),
        reverse("vendor_money", args=[vendor]),
    )


@page(Permission.VENDORS_RUN)
@require_POST
def statements_file(request: DeskRequest, vendor: str) -> HttpResponse:
    """Statements as a table: all of it is taken, or nothing."""
    open_file(request, vendor, judging=True)
    form = StatementsFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors.get("file", ()))))
        return redirect("vendor_money", vendor)
    uploaded = form.cleaned_data["file"]
    try:
        found = read_statements(uploaded.read(), plain_name(uploaded.name or ""))
        saved = save_statements(acts_of(request), vendor, found)
    except BadInputError as error:
        messages.error(request, str(error))
    else:
        ends = ", ".join(str(each.end) for each in saved)
        messages.success(request, _("Figures taken over, to %(days)s.") % {"days": ends})
    return redirect("vendor_money", vendor)


@page(Permission.VENDORS_SEE)
def statements_template(request: DeskRequest, form: str) -> HttpResponse:
    """An empty table to fill in."""
    del request
    if form not in _TYPES:
        raise Http404
    answer = HttpResponse(template_bytes(form), content_type=_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="statements.{form}"'
    return answer


# ---------------------------------------------------------------- promises


@page(Permission.VENDORS_RUN)
def promise(request: DeskRequest, vendor: str) -> HttpResponse:
    """Put a promise on file."""
    opened = open_file(request, vendor, judging=True)
    sheet = Sheet(
        _("What was promised"),
        reverse("vendor_money", args=[vendor]) + "#promises",
        _("A promise of an interval is kept when no gap was longer."),
    )
    return answer_form(
        request, opened, "money", PromiseForm(request.POST or None), sheet,
        lambda given: save_promise(
            acts_of(request), vendor,
            CadenceClaim(
                kind=CadenceKind(given["kind"]), every_hours=given["every_hours"],
                source=given["source"].strip(),
            ),
        ),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
def sighting(request: DeskRequest, vendor: str) -> HttpResponse:
    """Say that it happened."""
    opened = open_file(request, vendor, judging=True)

    def save(given: dict[str, Any]) -> None:
        at = datetime.combine(given["on"], time(), opened.zone).astimezone(UTC)
        save_sighting(
            acts_of(request),
            vendor,
            CadenceObservation(
                kind=CadenceKind(given["kind"]),
                at=int(at.timestamp() * 1_000_000),
                assurance=Assurance(given["assurance"]),
                source=given["source"].strip(),
            ),
        )

    sheet = Sheet(_("What was seen"), reverse("vendor_money", args=[vendor]) + "#promises")
    form = SightingForm(request.POST or None, initial={"on": opened.today})
    return answer_form(request, opened, "money", form, sheet, save)
