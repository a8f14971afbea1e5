"""Service facts: what this watch says of itself, and what providers gave."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page, public
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.service_facts import own_facts, own_key, signed, watched_since
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.audit.services import note
from midwatch.desk.choosing.facts import brought, compare_key, file_facts, told_of
from midwatch.desk.choosing.files import attachment
from midwatch.desk.choosing.words import asked
from midwatch.desk.setup import desk_setup
from midwatch.kernel import BadInputError
from midwatch.vendors.service_facts import LARGEST, facts_concerns, fingerprint_of

_DAYS: Final = (7, 30, 70)
_USUAL: Final = 30


class FileForm(forms.Form):
    """A file of service facts."""

    file = forms.FileField(
        label=gettext_lazy("The provider's file"),
        help_text=gettext_lazy("As its Midwatch wrote it, unchanged; it ends in .json."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )


@page(Permission.SEE)
def client_facts(request: DeskRequest, tenant: str) -> HttpResponse:
    """What the watch recorded of its service for a client."""
    owner = request.scope.tenant(tenant)
    return _own(request, tenant, {"tenant": owner})


@page(Permission.CLIENTS)
def all_facts(request: DeskRequest) -> HttpResponse:
    """The same of all clients together, without naming one: for who may become a client."""
    return _own(request, None, {})


@page(Permission.SEE)
def client_file(request: DeskRequest, tenant: str) -> HttpResponse:
    """The facts of one client as a signed file."""
    request.scope.tenant(tenant)
    return _file(request, tenant)


@page(Permission.CLIENTS)
def all_file(request: DeskRequest) -> HttpResponse:
    """The facts of all clients together as a signed file."""
    return _file(request, None)


@public("whoever holds a signed file must be able to compare the key that signed it")
def key(request: HttpRequest) -> HttpResponse:
    """The public key of this installation."""
    found = own_key()
    return render(
        request,
        "choosing/key.html",
        {"key": found, "fingerprint": fingerprint_of(found),
         "provider": desk_setup().configuration.desk.provider},
    )  # fmt: skip


@page(Permission.VENDORS_SEE)
def vendor_facts(request: DeskRequest, vendor: str) -> HttpResponse:
    """The facts that a provider gave; a file is verified and filed here."""
    known = request.scope.vendors.one(vendor)
    may_judge = request.scope.vendors.may_judge(known)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if not may_judge:
            raise Http404
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                # One byte more than is allowed is read, and refused there.
                file_facts(_acts(request), vendor, file.read(LARGEST + 1), str(file.name))
            except BadInputError as error:
                form.add_error("file", str(error))
            else:
                messages.success(request, _("The signature fits. It is filed as evidence."))
                return redirect("vendor_facts", vendor)
    return render(
        request,
        "choosing/vendor_facts.html",
        {
            "tenant": request.scope.tenant(known.tenant, Permission.VENDORS_SEE),
            "vendor": known,
            "seen": [
                (each, fingerprint_of(each.row.key)) for each in brought(request.scope, known)
            ],
            "form": form,
            "may_judge": may_judge,
        },
    )


@page(Permission.VENDORS_RUN)
@require_POST
def compare(request: DeskRequest, vendor: str, number: int) -> HttpResponse:
    """Keep that the key was compared with the provider by another way."""
    try:
        compare_key(_acts(request), vendor, number, request.POST.get("how", ""))
        messages.success(request, _("Kept. What this key signs counts as observed from now on."))
    except BadInputError as error:
        messages.error(request, str(error))
    return redirect("vendor_facts", vendor)


def _own(request: DeskRequest, tenant: str | None, more: dict[str, object]) -> HttpResponse:
    days = _days(request)
    found = own_facts(request.scope, tenant, days)
    own = own_key()
    since = watched_since(request.scope, tenant)
    return render(
        request,
        "choosing/own_facts.html",
        {
            **more, "facts": found, "told": told_of(found), "days": days, "choices": _DAYS,
            "concerns": [asked(each) for each in facts_concerns(found, request.now)], "key": own,
            "fingerprint": fingerprint_of(own),
            "watched": None if since is None else max(0, request.now - since),
            "nameless": not desk_setup().configuration.desk.provider,
        },
    )  # fmt: skip


def _file(request: DeskRequest, tenant: str | None) -> HttpResponse:
    found = own_facts(request.scope, tenant, _days(request))
    note(
        request.viewer, "facts.export", tenant=tenant or "", subject="service facts",
        detail={"days": found.days}, address=address_of(request),
    )  # fmt: skip
    return attachment(signed(found), f"service-facts-{found.days}-days.json")


def _days(request: DeskRequest) -> int:
    text = request.GET.get("days", "")
    return int(text) if text in {str(each) for each in _DAYS} else _USUAL


def _acts(request: DeskRequest) -> VendorActs:
    return VendorActs(request.scope, address_of(request))
