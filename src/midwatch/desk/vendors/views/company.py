"""Who the vendor is: services, contacts, owners, places, insurance, references; exercises."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page, public
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.people.tokens import digest_of
from midwatch.desk.setup import desk_setup
from midwatch.desk.vendors.forms import ServiceForm
from midwatch.desk.vendors.forms_judging import CallForm, DrillAnswerForm
from midwatch.desk.vendors.models import Drill, Service
from midwatch.desk.vendors.reviewing import answer_drill, contact_of, note_call, send_drill
from midwatch.desk.vendors.sections import (
    SECTIONS,
    initial_of,
    remove_row,
    row_of,
    rows_of,
    save_row,
    section_named,
)
from midwatch.desk.vendors.services import remove_service, save_service
from midwatch.desk.vendors.views.frame import Sheet, acts_of, answer_form, do, open_file
from midwatch.kernel import BadInputError
from midwatch.vendors.tiers import tier_of
from midwatch.vendors.vendor import contact_gaps, ownership_gaps


@page(Permission.VENDORS_SEE)
def company(request: DeskRequest, vendor: str) -> HttpResponse:
    """Who it is, and all that is known about it."""
    opened = open_file(request, vendor)
    file = opened.vendor.file
    return render(
        request,
        "vendors/company.html",
        opened.context(
            "company",
            services=[(each, tier_of(each.struct)) for each in opened.vendor.services.all()],
            sections=[
                (each, list(enumerate(rows_of(file, each), 1)), f"vendors/rows/{each.name}.html")
                for each in SECTIONS.values()
            ],
            contact_gaps=contact_gaps(file, request.now),
            ownership_gaps=ownership_gaps(file),
            drills=opened.vendor.drills.all()[:5],
        ),
    )


def _company(vendor: str, part: str = "") -> str:
    return reverse("vendor_company", args=[vendor]) + (f"#{part}" if part else "")


# ---------------------------------------------------------------- services


@page(Permission.VENDORS_RUN)
def service(request: DeskRequest, vendor: str, service: int | None = None) -> HttpResponse:
    """Add a service, or change one."""
    opened = open_file(request, vendor, judging=True)
    initial: dict[str, Any] = {}
    if service is not None:
        known = own(opened.vendor, Service, service).body
        initial = {**known, "seen": known.get("data", "none")}
    form = ServiceForm(request.POST or None, initial=initial)

    def save(given: dict[str, Any]) -> None:
        given["data"] = given.pop("seen")
        save_service(acts_of(request), vendor, service, given)

    sheet = Sheet(
        _("Add a service") if service is None else _("Change a service"),
        _company(vendor, "services"),
        _("From these facts follows how much could go wrong, before anything is done about it."),
    )
    return answer_form(request, opened, "company", form, sheet, save)


@page(Permission.VENDORS_RUN)
@require_POST
def service_remove(request: DeskRequest, vendor: str, service: int) -> HttpResponse:
    """Take a service off the file."""
    open_file(request, vendor, judging=True)
    return do(
        request,
        lambda: remove_service(acts_of(request), vendor, service),
        _("Removed."),
        _company(vendor, "services"),
    )


# ---------------------------------------------------------------- lists


@page(Permission.VENDORS_RUN)
def row(request: DeskRequest, vendor: str, section: str, number: int | None = None) -> HttpResponse:
    """Add an entry to a list of the file, or change one."""
    opened = open_file(request, vendor, judging=True)
    kind = section_named(section)
    initial = {} if number is None else initial_of(row_of(opened.vendor.file, kind, number))
    form = kind.form(request.POST or None, initial=initial)
    sheet = Sheet(
        str(kind.one) if number is None else _("Change this entry"), _company(vendor, kind.name)
    )
    return answer_form(
        request, opened, "company", form, sheet,
        lambda given: save_row(acts_of(request), vendor, kind, number, given),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def row_remove(request: DeskRequest, vendor: str, section: str, number: int) -> HttpResponse:
    """Remove an entry."""
    open_file(request, vendor, judging=True)
    kind = section_named(section)
    return do(
        request,
        lambda: remove_row(acts_of(request), vendor, kind, number),
        _("Removed."),
        _company(vendor, kind.name),
    )


# ---------------------------------------------------------------- exercises


@page(Permission.VENDORS_RUN)
def contact(request: DeskRequest, vendor: str, number: int) -> HttpResponse:
    """Try a contact: by a message, or by telephone."""
    opened = open_file(request, vendor, judging=True)
    known = contact_of(opened.vendor, number)
    form = CallForm(request.POST or None)
    sheet = Sheet(
        _("Try whom you would call"), _company(vendor, "contacts"),
        _("A number nobody has tried is a hope, not a contact."), _("Keep"),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        note_call(acts_of(request), vendor, number, form.cleaned_data["minutes"])
        messages.success(request, _("Kept: somebody answered."))
        return redirect(sheet.back)
    context = opened.context(
        "company", contact=known, number=number, form=form, sheet=sheet, mail_is_set_up=_mails()
    )
    return render(request, "vendors/contact.html", context)


@page(Permission.VENDORS_RUN)
@require_POST
def drill(request: DeskRequest, vendor: str, number: int) -> HttpResponse:
    """Send an exercise to a contact; its words are shown, and its link only now."""
    opened = open_file(request, vendor, judging=True)
    sent = send_drill(
        acts_of(request), vendor, number, client=opened.tenant.title, url=desk_setup().url,
        mail_is_set_up=_mails(),
    )  # fmt: skip
    context = opened.context("company", sent=sent, contact=contact_of(opened.vendor, number))
    return render(request, "vendors/drill_sent.html", context)


def _mails() -> bool:
    return bool(getattr(settings, "EMAIL_HOST", "")) and bool(desk_setup().configuration.mail.host)


@public("whoever gets an exercise has no account; the link is its secret")
def drill_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Say that somebody is there. Only a press of the button answers: programs open links too."""
    now: int = request.now  # type: ignore[attr-defined]  # the middleware puts it there
    with every_row():
        found = Drill.objects.filter(digest=digest_of(token)).select_related("vendor").first()
        if found is None:
            raise Http404
        form = DrillAnswerForm(request.POST or None)
        error = ""
        if request.method == "POST" and form.is_valid():
            try:
                found = answer_drill(found, form.cleaned_data["by"], now)
            except BadInputError as fault:
                error = str(fault)
    over = found.answered is None and found.expires.timestamp() * 1_000_000 < now
    context = {"drill": found, "form": form, "error": error, "over": over}
    return render(request, "vendors/drill_answer.html", context)
