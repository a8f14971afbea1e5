"""Bringing a questionnaire that the vendor filled in for somebody else, and using it for ours."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.telling import told
from midwatch.desk.access.uploads import bounded
from midwatch.desk.answers import importing
from midwatch.desk.answers.forms import BringForm
from midwatch.desk.answers.models import Asking, State
from midwatch.desk.answers.papers import read_upload
from midwatch.desk.answers.selectors import brought as brought_of
from midwatch.desk.answers.selectors import of_vendor
from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import Reply

_MOST = 40


@bounded(2 * importing.LARGEST + 1_000_000)
@page(Permission.VENDORS_RUN)
def bring(request: DeskRequest, vendor: str) -> HttpResponse:
    """Choose the file."""
    known = request.scope.vendors.judged(vendor)
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            second = form.cleaned_data.get("answers")
            made = importing.bring(
                request.scope, address_of(request), vendor,
                _read(form.cleaned_data["file"]), _read(second) if second else None,
            )  # fmt: skip
        except BadInputError as error:
            form.add_error(None, told(error))
        else:
            if isinstance(made, Asking):
                messages.success(request, _("Our own workbook: its answers are here."))
                return redirect("questionnaire", made.reference)
            return redirect("questionnaire_file", made.reference)
    return render(request, "answers/bring.html", {"vendor": known, "form": form})


@page(Permission.VENDORS_RUN)
@require_safe
def brought(request: DeskRequest, brought: str) -> HttpResponse:
    """What is in it, and what it gives for our questions."""
    kept = brought_of(request.scope, brought)
    imported = kept.imported
    now = timezone.now()
    counts = [
        (word, imported.count(reply))
        for reply, word in (
            (Reply.YES, _("yes")), (Reply.NO, _("no")), (Reply.STATED, _("stated")),
            (Reply.NOT_APPLICABLE, _("does not apply")), (Reply.UNANSWERED, _("unanswered")),
        )
        if imported.count(reply)
    ]  # fmt: skip
    counts += [
        (word, number)
        for word, number in ((_("controls"), imported.controls), (_("advice"), len(imported.tips)))
        if number
    ]
    texts = {each.id: each.text for each in imported.questions}
    uses = []
    for version, found in importing.usable(imported):
        known = {each.question for each in found.answers}
        uses.append(
            (
                version,
                [(version.question(each.question), each) for each in found.answers],
                [each for each in found.hints if each.ours not in known][:_MOST],
            )
        )
    return render(
        request, "answers/brought.html",
        {
            "kept": kept, "vendor": kept.vendor, "imported": imported, "counts": counts,
            "uses": uses, "texts": texts, "remarks": imported.remarks[:_MOST],
            "left": importing.left_over(imported),
            "open": [
                each for each in of_vendor(request.scope, kept.vendor)
                if each.state(now) in (State.SENT, State.BEGUN)
            ],
        },
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def use(request: DeskRequest, brought: str) -> HttpResponse:
    """Make a questionnaire of it, fill one that is open, or keep it to be sent."""
    kept = brought_of(request.scope, brought)
    given = request.POST
    address = address_of(request)
    try:
        if given.get("keep"):
            version = importing.keep_as_questionnaire(request.scope, address, brought)
            messages.success(
                request, _("%(title)s can be sent now.") % {"title": version.title[:120]}
            )
            return redirect("questionnaire_send", kept.vendor.reference)
        if given.get("asking"):
            asking, done = importing.use_for(request.scope, address, brought, given["asking"])
            told_n = ngettext("%(n)d answer was added.", "%(n)d answers were added.", done)
            messages.success(request, told_n % {"n": done})
        else:
            asking = importing.use_anew(request.scope, address, brought, given.get("template", ""))
            messages.success(request, _("A questionnaire was made of it; judge each answer."))
    except BadInputError as error:
        messages.error(request, told(error))
        return redirect("questionnaire_file", brought)
    return redirect("questionnaire", asking.reference)


def _read(upload: UploadedFile[bytes]) -> tuple[str, bytes]:
    return upload.name or "", read_upload(upload, importing.LARGEST)
