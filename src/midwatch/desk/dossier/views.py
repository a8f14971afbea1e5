"""A vendor's whole file: taken along, brought in, held, deleted."""

from __future__ import annotations

import re
import tempfile
from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.telling import told
from midwatch.desk.access.uploads import bounded
from midwatch.desk.dossier.deleting import delete_file, end_hold, hold, what_hinders
from midwatch.desk.dossier.exporting import export_file
from midwatch.desk.dossier.forms import BringFileForm, DeleteForm, EndHoldForm, HoldForm
from midwatch.desk.dossier.importing import Report, import_file
from midwatch.desk.dossier.models import Hold
from midwatch.desk.dossier.words import part_named
from midwatch.desk.vendors.views.frame import Sheet, acts_of, answer_form, open_file
from midwatch.kernel import BadInputError
from midwatch.vendors.dossier import LARGEST, open_package

_SHOWN: Final = 200


@page(Permission.VENDORS_SEE)
def whole_file(request: DeskRequest, vendor: str) -> HttpResponse:
    """What can be done with the file as a whole."""
    opened = open_file(request, vendor)
    vendors = request.scope.vendors
    return render(
        request,
        "dossier/file.html",
        opened.context(
            "file",
            holds=[
                (each, each.holds(opened.today))
                for each in Hold.objects.filter(vendor=opened.vendor)
            ],
            may_delete=vendors.may_delete(opened.vendor),
            hindered=what_hinders(acts_of(request), opened.vendor, opened.today),
            end_form=EndHoldForm(),
        ),
    )


@page(Permission.VENDORS_RUN)
@require_POST
def take(request: DeskRequest, vendor: str) -> HttpResponseBase:
    """The whole file, as a download; that it was taken along stays in the record."""
    opened = open_file(request, vendor, judging=True)
    sink = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        export_file(acts_of(request), vendor, sink)
    except BadInputError as error:
        sink.close()
        messages.error(request, str(error))
        return redirect("vendor_file", vendor)
    sink.seek(0)
    name = re.sub(r"[^a-z0-9]+", "-", opened.vendor.name.lower()).strip("-")[:60] or "vendor"
    answer = FileResponse(
        sink, as_attachment=True, filename=f"{name}-{opened.today}.zip",
        content_type="application/zip",
    )  # fmt: skip
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bounded(LARGEST + 1_000_000)
@page(Permission.VENDORS_RUN)
def bring(request: DeskRequest, tenant: str) -> HttpResponse:
    """Bring a whole file in; what came of it is told part by part."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_RUN)
    form = BringFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            package = open_package(upload.file, (upload.name or "")[:120])
            report = import_file(acts_of(request), owner.id, package)
        except BadInputError as error:
            form.add_error(None, told(error))
        else:
            return _told(request, owner, report, package.manifest)
    return render(request, "dossier/bring.html", {"tenant": owner, "form": form})


def _told(request: DeskRequest, owner: object, report: Report, manifest: object) -> HttpResponse:
    return render(
        request,
        "dossier/brought.html",
        {
            "tenant": owner, "report": report, "manifest": manifest,
            "parts": [(part_named(name), *counts) for name, *counts in report.parts],
            "refused": report.refused[:_SHOWN], "more": max(0, len(report.refused) - _SHOWN),
        },
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
def keep(request: DeskRequest, vendor: str) -> HttpResponse:
    """Say that it must be kept."""
    opened = open_file(request, vendor, judging=True)
    sheet = Sheet(
        _("This file must be kept"), _file(vendor),
        _("While it must, nobody can delete it. Only an owner ends that, with a reason."),
    )  # fmt: skip

    def save(given: dict[str, Any]) -> None:
        hold(acts_of(request), vendor, given["until"], given["why"])

    return answer_form(request, opened, "file", HoldForm(request.POST or None), sheet, save)


@page(Permission.VENDORS_RUN)
@require_POST
def keep_end(request: DeskRequest, vendor: str, hold: int) -> HttpResponse:
    """End that it must be kept."""
    opened = open_file(request, vendor, judging=True)
    sheet = Sheet(_("It need not be kept any more"), _file(vendor))

    def save(given: dict[str, Any]) -> None:
        end_hold(acts_of(request), vendor, hold, given["why"])

    return answer_form(request, opened, "file", EndHoldForm(request.POST), sheet, save)


@page(Permission.VENDORS_RUN)
def delete(request: DeskRequest, vendor: str) -> HttpResponse:
    """Delete it, with its name typed."""
    opened = open_file(request, vendor, judging=True)
    if not request.scope.vendors.may_delete(opened.vendor):
        raise Http404
    hindered = what_hinders(acts_of(request), opened.vendor, opened.today)
    form = DeleteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name = delete_file(acts_of(request), vendor, today=opened.today, **form.cleaned_data)
        except BadInputError as error:
            form.add_error(None, told(error))
        else:
            messages.success(
                request,
                _("The file of %(name)s is deleted. That it was there, who deleted it and why "
                  "stays in the record.") % {"name": name},
            )  # fmt: skip
            return redirect("client_vendors", opened.tenant.id)
    return render(
        request, "dossier/delete.html", opened.context("file", form=form, hindered=hindered)
    )


def _file(vendor: str) -> str:
    return reverse("vendor_file", args=[vendor])
