"""Data that vendors hold: the whole inventory, a vendor's part, one item, registers."""

from __future__ import annotations

from datetime import date

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.choosing import holding as holdings
from midwatch.desk.choosing.files import attachment
from midwatch.desk.choosing.flow import picture
from midwatch.desk.choosing.holding import HoldingActs
from midwatch.desk.choosing.holding_forms import (
    HoldingForm,
    NecessityForm,
    ReturnForm,
    proof_title,
)
from midwatch.desk.choosing.words import CATEGORIES, NECESSITIES, concern
from midwatch.desk.people.selectors import masking_staff
from midwatch.desk.theme.templatetags.midwatch import moment_of
from midwatch.kernel import BadInputError
from midwatch.vendors.holdings import DataHolding, Decision, Necessity
from midwatch.vendors.registers import register_workbook

_LONGEST_LEI = 20


@page(Permission.VENDORS_SEE)
def inventory(request: DeskRequest, tenant: str) -> HttpResponse:
    """All that a client's vendors hold, where, and what was really shown."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    found = holdings.items(holdings.holdings(request.scope, tenant), _today(request))
    seen = holdings.looked(request.scope, tenant)
    return render(
        request,
        "choosing/data.html",
        {
            "tenant": owner,
            "items": [shown(each) for each in found],
            "picture": picture(owner.title, found),
            "acts": sum(each.mood == "act" for each in found),
            "looks": sum(each.mood == "look" for each in found),
            "looked": [_compared(each) for each in seen],
            "unmasked": tenant not in masking_staff(),
            "vendors": request.scope.vendors.all(tenant),
            "may_run": request.scope.vendors.may_run(tenant),
        },
    )  # fmt: skip


@page(Permission.VENDORS_SEE)
def register(request: DeskRequest, tenant: str, form: str) -> HttpResponse:
    """The registers that a regulator asks for: ``gdpr.csv``, ``registers.xlsx``, ``flow.svg``."""
    lei = request.GET.get("lei", "").strip()[:_LONGEST_LEI]
    if form == "xlsx":
        tables = holdings.registers(request.scope, tenant, lei)
        return attachment(register_workbook(tables), "registers.xlsx")
    if form == "csv":
        return attachment(
            holdings.registers(request.scope, tenant, lei)[0].csv(), "gdpr-art-30.csv"
        )
    raise Http404


@page(Permission.VENDORS_SEE)
def vendor_holdings(request: DeskRequest, vendor: str) -> HttpResponse:
    """What one vendor holds; more is put on file here."""
    known = request.scope.vendors.one(vendor)
    may_judge = request.scope.vendors.may_judge(known)
    form = HoldingForm(request.POST or None)
    if request.method == "POST":
        if not may_judge:
            raise Http404
        if form.is_valid():
            given = form.values()
            try:
                made = _acts(request).add(
                    vendor,
                    lambda reference, held: DataHolding(
                        id=reference, vendor=held.reference, client=held.tenant, **given
                    ),
                )
            except BadInputError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("On file. Now decide whether the vendor needs it."))
                return redirect("holding", made.reference)
    rows = holdings.items(holdings.of_vendor(request.scope, known), _today(request))
    return render(
        request,
        "choosing/vendor_holdings.html",
        {
            "tenant": request.scope.tenant(known.tenant, Permission.VENDORS_SEE),
            "vendor": known, "items": [shown(each) for each in rows], "form": form,
            "may_judge": may_judge,
        },
    )  # fmt: skip


@page(Permission.VENDORS_SEE)
def holding(request: DeskRequest, holding: str) -> HttpResponse:
    """One item: what it is, what is open, what was decided; decided and returned here."""
    row = holdings.holding(request.scope, holding)
    may_judge = request.scope.vendors.may_judge(row.vendor)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    if request.method == "POST" and not may_judge:
        raise Http404
    needs = NecessityForm(request.POST if step == "decide" else None, prefix="d")
    gone = ReturnForm(
        row.vendor, request.POST if step == "return" else None, prefix="r",
        initial={"returned": row.returned or _today(request), "proof": row.held.proof},
    )  # fmt: skip
    acts = _acts(request)
    try:
        if step == "decide" and needs.is_valid():
            given = needs.cleaned_data
            acts.decide(
                holding,
                Decision(
                    necessity=Necessity(given["necessity"]), by=request.viewer.name,
                    at=request.now, why=given["why"], until=given["until"],
                ),
            )  # fmt: skip
            messages.success(request, _("Decided."))
            return redirect("holding", holding)
        if step == "return" and gone.is_valid():
            given = gone.cleaned_data
            acts.change(
                holding,
                lambda held: msgspec.structs.replace(
                    held, returned=given["returned"], proof=given["proof"]
                ),
            )
            messages.success(request, _("Saved."))
            return redirect("holding", holding)
        if step == "remove":
            vendor = acts.remove(holding)
            messages.success(request, _("It is off the file."))
            return redirect("vendor_holdings", vendor.reference)
    except BadInputError as error:
        messages.error(request, str(error))
    item = holdings.items([row], _today(request))[0]
    return render(
        request,
        "choosing/holding.html",
        {
            "tenant": request.scope.tenant(row.tenant, Permission.VENDORS_SEE),
            "vendor": row.vendor, "item": item, "row": row, "held": row.held,
            "category": CATEGORIES[row.held.category], "needs": needs, "gone": gone,
            "concerns": [concern(each) for each in item.concerns],
            "decisions": [
                (each, NECESSITIES[each.necessity]) for each in reversed(row.held.decisions)
            ],
            "necessity": NECESSITIES[row.held.necessity], "proof": proof_title(row),
            "may_judge": may_judge,
        },
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
def change(request: DeskRequest, holding: str) -> HttpResponse:
    """Change what stands about an item."""
    row = holdings.holding(request.scope, holding, judge=True)
    form = HoldingForm(request.POST or None, initial=HoldingForm.start(row.held))
    if request.method == "POST" and form.is_valid():
        given = form.values()
        try:
            _acts(request).change(holding, lambda held: msgspec.structs.replace(held, **given))
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("holding", holding)
    return render(
        request,
        "choosing/holding_edit.html",
        {
            "tenant": request.scope.tenant(row.tenant, Permission.VENDORS_SEE),
            "vendor": row.vendor, "row": row, "held": row.held, "form": form,
        },
    )  # fmt: skip


def shown(item: holdings.Item) -> dict[str, object]:
    """An item as lists show it."""
    return {
        "row": item.row, "held": item.held, "mood": item.mood,
        "category": CATEGORIES[item.held.category],
        "necessity": NECESSITIES[item.held.necessity],
        "concerns": [concern(each) for each in item.concerns],
    }  # fmt: skip


def _compared(
    each: holdings.Looked,
) -> tuple[holdings.Looked, list[tuple[object, int]], list[object]]:
    """What was shown and is not on file, and what is on file and was never shown."""
    unlisted = [(CATEGORIES[name], times) for name, times in each.drift.shown_not_listed.items()]
    unseen = [
        CATEGORIES[name]
        for name in each.drift.listed_never_shown
        if name in holdings.SHOWN_BY_THE_DESK and each.vendor
    ]
    return each, list(unlisted), list(unseen)


def _acts(request: DeskRequest) -> HoldingActs:
    return HoldingActs(VendorActs(request.scope, address_of(request)))


def _today(request: DeskRequest) -> date:
    return moment_of(request.now).date()
