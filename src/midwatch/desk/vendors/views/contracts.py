"""Contracts: what a breach would find in them."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.vendors.forms import told_yes_no
from midwatch.desk.vendors.forms_filing import ClausesForm, ContractForm
from midwatch.desk.vendors.models import Contract
from midwatch.desk.vendors.services import remove_contract, save_clauses, save_contract
from midwatch.desk.vendors.views.frame import Opened, Sheet, acts_of, answer_form, do, open_file
from midwatch.desk.vendors.words import word
from midwatch.vendors.contracts import ClauseKind, Strength, contract_concerns, contract_dates

_UNREAD: Final = "nobody looked for a clause on %(clause)s"
"""So many of these are one line on the page."""
_TOLD: Final = frozenset({ClauseKind.BREACH_NOTICE, ClauseKind.DIRECT_NOTICE})
"""What is missing of these is a concern of its own."""


@page(Permission.VENDORS_SEE)
def contracts(request: DeskRequest, vendor: str) -> HttpResponse:
    """All contracts, each with what it leaves open."""
    opened = open_file(request, vendor)
    told = [_told(opened, each) for each in opened.vendor.contracts.all()]
    return render(request, "vendors/contracts.html", opened.context("contracts", contracts=told))


def _told(opened: Opened, contract: Contract) -> dict[str, Any]:
    struct = contract.struct
    concerns = contract_concerns(
        struct, exposure=contract.exposed, insurance=opened.vendor.file.insurance,
        today=opened.today,
    )  # fmt: skip
    read = {each.kind for each in struct.clauses if each.strength is not Strength.NOT_READ}
    return {
        "row": contract,
        "struct": struct,
        "concerns": [each for each in concerns if getattr(each, "template", "") != _UNREAD],
        "unread": [word(kind) for kind in ClauseKind if kind not in read | _TOLD],
        "dates": contract_dates(struct, opened.today),
        "notice": struct.clause(ClauseKind.BREACH_NOTICE),
        "direct": struct.clause(ClauseKind.DIRECT_NOTICE),
        "clauses": [each for each in struct.clauses if each.strength is not Strength.NOT_READ],
    }


@page(Permission.VENDORS_SEE)
def contract(request: DeskRequest, vendor: str, contract: int) -> HttpResponse:
    """One contract, clause by clause."""
    opened = open_file(request, vendor)
    known = own(opened.vendor, Contract, contract)
    return render(
        request, "vendors/contract.html", opened.context("contracts", **_told(opened, known))
    )


@page(Permission.VENDORS_RUN)
def contract_edit(request: DeskRequest, vendor: str, contract: int | None = None) -> HttpResponse:
    """Add a contract, or change one."""
    opened = open_file(request, vendor, judging=True)
    initial: dict[str, Any] = {}
    if contract is not None:
        row = own(opened.vendor, Contract, contract)
        known = row.struct
        initial = {
            "title": known.title, "start": known.start, "end": known.end,
            "notice_days": known.notice_days, "renews_months": known.renews_months,
            "yearly_price": known.yearly_price, "currency": known.currency,
            "capped": told_yes_no(known.capped), "cap": known.cap, "exposure": row.exposed,
        }  # fmt: skip
    form = ContractForm(request.POST or None, initial=initial)

    def save(given: dict[str, Any]) -> None:
        told = dict(given)
        save_contract(acts_of(request), vendor, contract, told, told.pop("exposure"))

    sheet = Sheet(
        _("Add a contract") if contract is None else _("Change a contract"),
        reverse("vendor_contracts", args=[vendor]),
        _("This is no legal advice. It asks what a breach will ask."),
    )
    return answer_form(request, opened, "contracts", form, sheet, save)


@page(Permission.VENDORS_RUN)
def clauses(request: DeskRequest, vendor: str, contract: int) -> HttpResponse:
    """How its clauses were read."""
    opened = open_file(request, vendor, judging=True)
    known = own(opened.vendor, Contract, contract)
    form = ClausesForm(request.POST or None, known=known.struct)
    sheet = Sheet(
        _("Read its clauses"),
        reverse("vendor_contract", args=[vendor, contract]),
        _("Present, weak, absent; and on which page. “Promptly” is no time."),
    )
    return answer_form(
        request, opened, "contracts", form, sheet,
        lambda _given: save_clauses(acts_of(request), vendor, contract, form.clauses()),
        "vendors/clauses.html",
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def contract_remove(request: DeskRequest, vendor: str, contract: int) -> HttpResponse:
    """Take a contract off the file."""
    open_file(request, vendor, judging=True)
    return do(
        request,
        lambda: remove_contract(acts_of(request), vendor, contract),
        _("Removed."),
        reverse("vendor_contracts", args=[vendor]),
    )
