"""Findings, the steps they take, and the measures they become."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.vendors.forms_judging import MeasureForm, RaiseForm, StepForm
from midwatch.desk.vendors.judging import (
    Raised,
    add_finding,
    add_measure,
    finish_measure,
    policies,
    reopen_expired,
    step,
)
from midwatch.desk.vendors.models import Finding
from midwatch.desk.vendors.selectors import OPEN_FINDINGS
from midwatch.desk.vendors.views.frame import Sheet, acts_of, answer_form, do, open_file
from midwatch.kernel import Level
from midwatch.vendors.findings import FindingOrigin, FindingState, Step

_PREFILLED = ("title", "level", "origin", "about", "detail")


@page(Permission.VENDORS_SEE)
def findings(request: DeskRequest, vendor: str) -> HttpResponse:
    """What is open, what is accepted, what was put right."""
    opened = open_file(request, vendor)
    reopen_expired(opened.vendor.findings.all(), opened.today, request.now)
    every = list(opened.vendor.findings.prefetch_related("measures"))
    return render(
        request,
        "vendors/findings.html",
        opened.context(
            "findings",
            open=[each for each in every if each.state in OPEN_FINDINGS],
            accepted=[each for each in every if each.state == FindingState.ACCEPTED],
            done=[each for each in every if each.state == FindingState.VERIFIED],
        ),
    )


@page(Permission.VENDORS_SEE)
def finding(request: DeskRequest, vendor: str, finding: int) -> HttpResponse:
    """One finding, its history and its measures."""
    opened = open_file(request, vendor)
    known = own(opened.vendor, Finding, finding)
    reopen_expired([known], opened.today, request.now)
    titles = {each.policy: each.title for each in policies(opened.tenant.id)}
    return render(
        request,
        "vendors/finding.html",
        opened.context(
            "findings",
            finding=known,
            struct=known.struct,
            late=known.due is not None
            and known.due < opened.today
            and known.state in OPEN_FINDINGS,
            measures=[
                (each, each.struct, titles.get(each.policy, "")) for each in known.measures.all()
            ],
            policies=titles,
        ),
    )


@page(Permission.VENDORS_RUN)
def finding_add(request: DeskRequest, vendor: str) -> HttpResponse:
    """Raise a finding; other pages fill in what they found."""
    opened = open_file(request, vendor, judging=True)
    told = {name: request.GET[name][:400] for name in _PREFILLED if name in request.GET}
    form = RaiseForm(request.POST or None, initial=told)

    def save(given: dict[str, Any]) -> None:
        add_finding(
            acts_of(request),
            vendor,
            Raised(
                title=given["title"], level=Level(given["level"]),
                origin=FindingOrigin(given["origin"]), detail=given["detail"],
                about=given["about"], owner=given["owner"], due=given["due"],
            ),
        )  # fmt: skip

    sheet = Sheet(
        _("Raise a finding"),
        reverse("vendor_findings", args=[vendor]),
        _("Nothing is closed by silence: it is put right and verified, or accepted for a time."),
    )
    return answer_form(request, opened, "findings", form, sheet, save)


@page(Permission.VENDORS_RUN)
def finding_step(request: DeskRequest, vendor: str, finding: int) -> HttpResponse:
    """Take it one step on."""
    opened = open_file(request, vendor, judging=True)
    known = own(opened.vendor, Finding, finding)
    reopen_expired([known], opened.today, request.now)
    struct = known.struct
    form = StepForm(
        request.POST or None,
        state=struct.state,
        initial={"owner": struct.owner, "due": struct.due, "to": request.GET.get("to")},
    )

    def save(given: dict[str, Any]) -> None:
        taken = Step(
            to=FindingState(given["to"]), by=request.viewer.name, at=request.now,
            why=given["why"].strip(), owner=given["owner"].strip(), due=given["due"],
            until=given["until"], proof=given["proof"].strip(),
        )  # fmt: skip
        step(acts_of(request), vendor, finding, taken)

    sheet = Sheet(
        _("Take it one step on"),
        _finding(vendor, finding),
        _("Whoever puts it right cannot verify it too."),
    )
    return answer_form(request, opened, "findings", form, sheet, save)


@page(Permission.VENDORS_RUN)
def measure_add(request: DeskRequest, vendor: str, finding: int) -> HttpResponse:
    """Write a measure against it into a policy of the firm's own."""
    opened = open_file(request, vendor, judging=True)
    known = own(opened.vendor, Finding, finding)
    there = policies(opened.tenant.id)
    form = MeasureForm(request.POST or None, policies=there, initial={"owner": known.struct.owner})

    def save(given: dict[str, Any]) -> None:
        add_measure(
            acts_of(request), vendor, finding, given["policy"], given["text"], given["owner"],
            given["due"],
        )  # fmt: skip

    sheet = Sheet(
        _("Write a measure"),
        _finding(vendor, finding),
        _("It becomes part of your own policy, citing this finding, and waits for approval."),
    )
    if not there:
        return render(
            request,
            "vendors/no_policy.html",
            opened.context("findings", sheet=sheet, finding=known),
        )
    return answer_form(request, opened, "findings", form, sheet, save)


@page(Permission.VENDORS_RUN)
@require_POST
def measure_done(request: DeskRequest, vendor: str, measure: int) -> HttpResponse:
    """Say that a measure is done."""
    opened = open_file(request, vendor, judging=True)
    found = opened.vendor.findings.filter(measures=measure).first()
    if found is None:
        raise Http404
    return do(
        request,
        lambda: finish_measure(acts_of(request), vendor, measure, opened.today),
        _("Kept. The finding itself is verified by somebody else."),
        _finding(vendor, found.pk),
    )


def _finding(vendor: str, finding: int) -> str:
    return reverse("vendor_finding", args=[vendor, finding])
