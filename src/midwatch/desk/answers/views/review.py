"""The reviewer's page: the vendor's answers, the verdicts beside them, and the arithmetic."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.answers.links import mail_works
from midwatch.desk.answers.models import Asking, Paper
from midwatch.desk.answers.papers import as_download
from midwatch.desk.answers.selectors import Row, Whole, may_read_notes
from midwatch.desk.answers.selectors import asking as asking_of
from midwatch.desk.answers.words import JUDGEMENTS
from midwatch.desk.vendors.words import choices
from midwatch.vendors.evidence import EvidenceKind
from midwatch.vendors.questionnaires import Reply
from midwatch.vendors.questionnaires.formats import own_workbook

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_GAPS: Final = 8
_SHOWN: Final = ("all", "open", "bad")


@page(Permission.VENDORS_SEE)
@require_safe
def review(request: DeskRequest, asking: str) -> HttpResponse:
    """Where it stands, its score, and one section's answers at a time."""
    known = asking_of(request.scope, asking)
    whole = Whole(known)
    number = _number(request.GET.get("part", ""), len(whole.parts))
    shown = request.GET.get("show", "all")
    shown = shown if shown in _SHOWN else "all"
    part = whole.parts[number - 1]
    may_judge = request.scope.vendors.may_judge(known.vendor)
    return render(
        request, "answers/review.html",
        {
            **_about(request, known, whole),
            "parts": list(enumerate(whole.parts, 1)),
            "part": part,
            "number": number,
            "rows": [each for each in part.rows if _wanted(each, shown)],
            "shown": shown,
            "score": whole.score,
            "gaps": whole.score.gaps[:_GAPS],
            "contradictions": whole.contradictions,
            "may_judge": may_judge,
            "judging": may_judge and known.handed_in is not None and known.closed is None,
            "judgements": [(each.value, word) for each, word in JUDGEMENTS.items()],
            "kinds": choices(EvidenceKind),
            "links": known.links.all() if may_judge else (),
            "mail": mail_works(),
            "notes": may_read_notes(request.scope, known.vendor),
        },
    )  # fmt: skip


@page(Permission.VENDORS_SEE)
@require_safe
def score(request: DeskRequest, asking: str) -> HttpResponse:
    """Every line of the sum."""
    known = asking_of(request.scope, asking)
    whole = Whole(known)
    found = whole.score
    sections: dict[str, list[object]] = {}
    for line in found.lines:
        sections.setdefault(line.section, []).append(line)
    sums = {title: (points, possible) for title, points, possible in found.sections()}
    return render(
        request, "answers/score.html",
        {
            **_about(request, known, whole),
            "score": found,
            "sections": [(title, *sums[title], lines) for title, lines in sections.items()],
        },
    )  # fmt: skip


@page(Permission.VENDORS_SEE)
@require_safe
def workbook(request: DeskRequest, asking: str) -> HttpResponse:
    """The answers as a workbook."""
    known = asking_of(request.scope, asking)
    whole = Whole(known)
    data = own_workbook(whole.version, whole.submission, vendor=known.vendor.name)
    return as_workbook(data, f"questionnaire-{known.reference}.xlsx")


@page(Permission.VENDORS_SEE)
@require_safe
def paper(request: DeskRequest, asking: str, paper: str) -> HttpResponse:
    """A file that was given with an answer."""
    known = asking_of(request.scope, asking)
    found = Paper.objects.filter(asking=known, reference=paper).first()
    if found is None:
        raise Http404
    return as_download(found)


def as_workbook(data: bytes, name: str) -> HttpResponse:
    """A workbook to be kept by the browser."""
    response = HttpResponse(data, content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=name
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _about(request: DeskRequest, asking: Asking, whole: Whole) -> dict[str, object]:
    return {
        "asking": asking,
        "vendor": asking.vendor,
        "tenant": request.scope.tenant(asking.tenant, Permission.VENDORS_SEE),
        "whole": whole,
        "late": asking.due is not None
        and asking.due < timezone.localdate()
        and asking.handed_in is None,
    }


def _number(text: str, most: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 and 1 <= int(text) <= most else 1


def _wanted(row: Row, shown: str) -> bool:
    if shown == "open":
        return row.verdict is None and row.answered
    if shown == "bad":
        unanswered = row.asked and row.answer.reply is Reply.UNANSWERED
        worse = Reply.YES if row.question.no_is_good else Reply.NO
        return unanswered or row.answer.reply in (worse, Reply.NOT_APPLICABLE) or row.open_back
    return True
