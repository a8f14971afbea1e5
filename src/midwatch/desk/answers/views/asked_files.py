"""Files behind a link: evidence given with an answer, and the workbook down and up."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from midwatch.desk.access.telling import told
from midwatch.desk.access.uploads import bounded
from midwatch.desk.answers import answering
from midwatch.desk.answers.models import Paper
from midwatch.desk.answers.papers import LARGEST_REQUEST, as_download, plain_name, read_upload
from midwatch.desk.answers.views.asked import Opened, by_link, place_of
from midwatch.desk.answers.views.review import as_workbook
from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import translations
from midwatch.vendors.questionnaires.formats import own_workbook, read_own

_WORKBOOK: Final = 5_000_000


@bounded(LARGEST_REQUEST)
@require_POST
@by_link(inside=True)
def give(opened: Opened) -> HttpResponse:
    """A file with an answer."""
    request = opened.request
    question = request.POST.get("question", "")
    number = _number(opened, question)
    try:
        made = answering.give_paper(opened.link, question, _chosen(request))
    except BadInputError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, _("%(name)s is with them.") % {"name": made.name})
    return redirect(place_of(opened.token, number, question))


@require_safe
@by_link(inside=True)
def paper(opened: Opened, paper: str) -> HttpResponse:
    """A file that was given."""
    found = _paper(opened, paper)
    return as_download(found)


@require_POST
@by_link(inside=True)
def remove(opened: Opened, paper: str) -> HttpResponse:
    """Take a file away."""
    found = _paper(opened, paper)
    question = found.question
    try:
        name = answering.take_paper_away(opened.link, paper)
    except BadInputError as error:
        messages.error(opened.request, told(error))
    else:
        messages.success(opened.request, _("%(name)s was taken away.") % {"name": name})
    return redirect(place_of(opened.token, _number(opened, question), question))


@require_safe
@by_link(inside=True)
def workbook(opened: Opened) -> HttpResponse:
    """The questionnaire with the answers so far as a workbook, for those who prefer one."""
    if opened.link.section:
        raise Http404
    whole = opened.whole
    data = own_workbook(whole.version, whole.submission, vendor=whole.asking.vendor.name)
    return as_workbook(data, f"questionnaire-{whole.asking.reference}.xlsx")


@bounded(_WORKBOOK + 1_000_000)
@require_POST
@by_link(inside=True)
def bring(opened: Opened) -> HttpResponse:
    """The workbook, filled in. What is empty in it leaves what is there."""
    if opened.link.section:
        raise Http404
    try:
        upload = _chosen(opened.request)
        name = plain_name(upload.name or "")
        _version, submission = read_own(
            read_upload(upload, _WORKBOOK),
            name,
            [opened.whole.version, *translations(opened.whole.version)],
        )
        changed, refused = answering.take_over(
            opened.link, submission.answers.values(), _("workbook %(name)s") % {"name": name}
        )
    except BadInputError as error:
        messages.error(opened.request, told(error))
    else:
        words = ngettext(
            "%(n)d answer was taken from it.", "%(n)d answers were taken from it.", changed
        )
        messages.success(opened.request, words % {"n": changed})
        if refused:
            words = ngettext(
                "%(n)d answer differs and cannot be changed now.",
                "%(n)d answers differ and cannot be changed now.",
                refused,
            )
            messages.warning(opened.request, words % {"n": refused})
    return opened.to("asked")


def _chosen(request: HttpRequest) -> UploadedFile[bytes]:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise BadInputError(_("no file was chosen"), remedy=_("choose one, then give it"))
    return upload


def _paper(opened: Opened, reference: str) -> Paper:
    found = Paper.objects.filter(asking=opened.whole.asking, reference=reference).first()
    section = None if found is None else opened.whole.version.section_of(found.question)
    hidden = section is None or opened.link.section not in ("", section.id)
    if found is None or hidden:
        raise Http404
    return found


def _number(opened: Opened, question: str) -> int:
    for number, part in enumerate(opened.whole.parts, 1):
        if any(row.question.id == question for row in part.rows):
            if opened.link.section not in ("", part.id):
                break
            return number
    raise Http404
