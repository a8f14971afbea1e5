"""What the pages of a vendor share: who it is, whose, the tabs, and how a form is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.vendors.models import Vendor
from midwatch.desk.vendors.selectors import today_of
from midwatch.kernel import BadInputError
from midwatch.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Opened:
    """A vendor's file that the viewer may read. ``today``: the client's own day."""

    vendor: Vendor
    tenant: Tenant
    today: date
    may_judge: bool

    @property
    def zone(self) -> ZoneInfo:
        """The client's."""
        return ZoneInfo(self.tenant.zone)

    def context(self, tab: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever templates take
        """What every page of the file shows."""
        return {
            "vendor": self.vendor, "file": self.vendor.file, "tenant": self.tenant,
            "today": self.today, "may_judge": self.may_judge, "tab": tab, **more,
        }  # fmt: skip


def open_file(request: DeskRequest, reference: str, *, judging: bool = False) -> Opened:
    """Open a vendor's file, to read or to change.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    vendors = request.scope.vendors
    vendor = vendors.judged(reference) if judging else vendors.one(reference)
    tenant = request.scope.tenant(vendor.tenant, Permission.VENDORS_SEE)
    return Opened(vendor, tenant, today_of(request.scope, tenant.id), vendors.may_judge(vendor))


def acts_of(request: DeskRequest) -> VendorActs:
    """The viewer's acts, with where they come from."""
    return VendorActs(request.scope, address_of(request))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with one form. ``back``: where it leads to; ``button``: what its button says."""

    title: str
    back: str
    second: str = ""
    button: str = ""
    done: str = ""


def answer_form(
    request: DeskRequest, opened: Opened, tab: str, form: forms.Form, sheet: Sheet,
    save: Callable[[dict[str, Any]], object], template: str = "vendors/form.html",
) -> HttpResponse:  # fmt: skip
    """Show the form; take what was typed; tell what is wrong with it, losing nothing."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, sheet.done or _("Saved."))
            return redirect(sheet.back)
    context = opened.context(tab, form=form, sheet=sheet)
    return render(request, template, context)


def do(request: DeskRequest, act: Callable[[], object], done: str, back: str) -> HttpResponse:
    """Do something that a button asked for, and go back."""
    try:
        act()
    except BadInputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(back)
