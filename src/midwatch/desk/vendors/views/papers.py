"""Papers: filed, read, given out; SOC reports with a form of their own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.uploads import bounded
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.vendors.forms_filing import PaperForm, SocForm
from midwatch.desk.vendors.models import Paper
from midwatch.desk.vendors.papers import (
    LARGEST_REQUEST,
    Brought,
    add_paper,
    bytes_of,
    change_paper,
    remove_paper,
    review_soc,
)
from midwatch.desk.vendors.views.frame import Sheet, acts_of, answer_form, do, open_file
from midwatch.kernel import BadInputError
from midwatch.vendors.evidence import (
    SAS70_FINDING,
    Assurance,
    Evidence,
    EvidenceKind,
    report_named,
    soc_concerns,
    validity,
)


@page(Permission.VENDORS_SEE)
def papers(request: DeskRequest, vendor: str) -> HttpResponse:
    """All papers, the newest version of each, what has ended first."""
    opened = open_file(request, vendor)
    every = list(opened.vendor.papers.all())
    current = [
        (each, each.struct, validity(each.struct, opened.today), _doubts(each, opened.today))
        for each in every
        if each.newer_id is None
    ]
    current.sort(key=lambda row: (row[0].expires is None, row[0].expires or opened.today))
    return render(
        request,
        "vendors/papers.html",
        opened.context(
            "papers", papers=current, replaced=[e for e in every if e.newer_id is not None]
        ),
    )


def _doubts(paper: Paper, today: date) -> int:
    return 0 if paper.review is None else len(soc_concerns(paper.review, today))


@page(Permission.VENDORS_SEE)
def paper(request: DeskRequest, vendor: str, filed: int) -> HttpResponse:
    """One paper, with its review where it is a SOC report."""
    opened = open_file(request, vendor)
    known = own(opened.vendor, Paper, filed)
    review = known.review
    return render(
        request,
        "vendors/paper.html",
        opened.context(
            "papers",
            paper=known,
            struct=known.struct,
            validity=validity(known.struct, opened.today),
            review=review,
            concerns=() if review is None else soc_concerns(review, opened.today),
            older=known.older.first(),
            is_soc=known.sort == EvidenceKind.SOC_REPORT,
            retired=_retired(known),
        ),
    )


def _retired(paper: Paper) -> str:
    """What to know where the paper bears the name of a report nobody issues any more."""
    try:
        found = report_named(f"{paper.title} {paper.struct.scope}").finding
    except BadInputError:
        return ""
    return found and SAS70_FINDING


@bounded(LARGEST_REQUEST)
@page(Permission.VENDORS_RUN)
def paper_add(request: DeskRequest, vendor: str) -> HttpResponse:
    """File a paper."""
    opened = open_file(request, vendor, judging=True)
    current = list(opened.vendor.papers.filter(newer=None))
    initial = {"received": opened.today, "replaces": request.GET.get("replaces", "")}
    form = PaperForm(request.POST or None, request.FILES or None, papers=current, initial=initial)

    def save(given: dict[str, Any]) -> None:
        uploaded = given["file"]
        add_paper(
            acts_of(request),
            vendor,
            Brought(
                kind=EvidenceKind(given["kind"]),
                title=given["title"],
                received=given["received"],
                data=b"" if uploaded is None else uploaded.read(),
                file_name="" if uploaded is None else uploaded.name or "",
                effective=given["effective"],
                expires=given["expires"],
                scope=given["scope"],
                issuer=given["issuer"],
                assurance=Assurance(given["assurance"]) if given["assurance"] else None,
                replaces=given["replaces"],
            ),
        )

    sheet = Sheet(
        _("File a paper"),
        reverse("vendor_papers", args=[vendor]),
        _("The day it speaks of, the day it came and the day it ends are three dates."),
        _("File it"),
        _("Filed, with its fingerprint."),
    )
    return answer_form(request, opened, "papers", form, sheet, save, "vendors/upload.html")


@page(Permission.VENDORS_RUN)
def paper_change(request: DeskRequest, vendor: str, filed: int) -> HttpResponse:
    """Put right what stands about a paper."""
    opened = open_file(request, vendor, judging=True)
    known = own(opened.vendor, Paper, filed)
    struct = known.struct
    form = PaperForm(
        request.POST or None,
        papers=[],
        initial={
            "kind": struct.kind.value, "title": struct.title, "received": struct.received,
            "effective": struct.effective, "expires": struct.expires, "issuer": struct.issuer,
            "scope": struct.scope, "assurance": struct.assurance.value,
        },
    )  # fmt: skip
    for name in ("file", "replaces"):
        del form.fields[name]

    def save(given: dict[str, Any]) -> None:
        changed = Evidence(
            id=struct.id, vendor=struct.vendor, kind=EvidenceKind(given["kind"]),
            title=given["title"].strip(), sha256=struct.sha256, received=given["received"],
            assurance=Assurance(given["assurance"] or struct.assurance.value),
            effective=given["effective"], expires=given["expires"],
            scope=given["scope"].strip(), issuer=given["issuer"].strip(),
        )  # fmt: skip
        change_paper(acts_of(request), vendor, filed, changed)

    sheet = Sheet(_("Change what stands about it"), _paper(vendor, filed))
    return answer_form(request, opened, "papers", form, sheet, save)


@page(Permission.VENDORS_RUN)
@require_POST
def paper_remove(request: DeskRequest, vendor: str, filed: int) -> HttpResponse:
    """Remove a paper and its file."""
    open_file(request, vendor, judging=True)
    return do(
        request,
        lambda: remove_paper(acts_of(request), vendor, filed),
        _("The paper is removed; that it was there stands in the record."),
        reverse("vendor_papers", args=[vendor]),
    )


@page(Permission.VENDORS_SEE)
def paper_file(request: DeskRequest, vendor: str, filed: int) -> HttpResponse:
    """The file, as it was filed: a download of no type, which no browser opens."""
    opened = open_file(request, vendor)
    known = own(opened.vendor, Paper, filed)
    try:
        data = bytes_of(known)
    except BadInputError as error:
        messages.error(request, str(error))
        return redirect(_paper(vendor, filed))
    answer = HttpResponse(data, content_type="application/octet-stream")
    name = known.struct.file_name.encode("ascii", "ignore").decode().replace('"', "") or "file"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@page(Permission.VENDORS_RUN)
def soc(request: DeskRequest, vendor: str, filed: int) -> HttpResponse:
    """Read a SOC report: scope, period, opinion, exceptions, who was carved out."""
    opened = open_file(request, vendor, judging=True)
    known = own(opened.vendor, Paper, filed)
    form = SocForm(request.POST or None, known=known.review)
    sheet = Sheet(
        _("Read a SOC report"),
        _paper(vendor, filed),
        _("Its cover proves little. These are the lines that decide."),
    )
    return answer_form(
        request, opened, "papers", form, sheet,
        lambda _given: review_soc(acts_of(request), vendor, filed, form.review(known.reference)),
    )  # fmt: skip


def _paper(vendor: str, filed: int) -> str:
    return reverse("vendor_paper", args=[vendor, filed])
