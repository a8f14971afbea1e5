"""Sending a questionnaire, looking at it first, a new link, a code by telephone, taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.telling import told
from midwatch.desk.answers import sending
from midwatch.desk.answers.forms import SendForm
from midwatch.desk.answers.links import mail_works
from midwatch.desk.answers.selectors import asking as asking_of
from midwatch.desk.answers.selectors import of_vendor
from midwatch.desk.answers.speaking import own_first
from midwatch.kernel import BadInputError
from midwatch.vendors.questionnaires import own_in
from midwatch.vendors.questionnaires.library import SHORT


@page(Permission.VENDORS_RUN)
def send(request: DeskRequest, vendor: str) -> HttpResponse:
    """Choose what is sent to whom. A link that is not mailed is shown this once."""
    known = request.scope.vendors.judged(vendor)
    found = own_first(sending.versions(request.scope, known.tenant))
    short = next(each for each in own_in(get_language() or "") if each.id == SHORT)
    mail = mail_works()
    contact = next((each for each in known.file.contacts if each.mail), None)
    initial = {
        "template": short.digest,
        "name": contact.name if contact else "",
        "email": contact.mail if contact else "",
    }
    form = SendForm(found, request.POST or None, mail=mail, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            asking, made = sending.send(request.scope, address_of(request), vendor, form.wish())
        except BadInputError as error:
            form.add_error(None, told(error))
        else:
            if form.cleaned_data.get("by_mail"):
                messages.success(request, _("Sent to %(to)s.") % {"to": asking.email})
                return redirect("questionnaire", asking.reference)
            return render(
                request, "answers/link.html",
                {"asking": asking, "vendor": known, "made": made, "mail": mail},
            )  # fmt: skip
    return render(
        request, "answers/send.html",
        {
            "vendor": known, "form": form, "versions": found, "mail": mail,
            "earlier": of_vendor(request.scope, known).exclude(handed_in=None).count(),
        },
    )  # fmt: skip


@page(Permission.VENDORS_SEE)
@require_safe
def preview(request: DeskRequest, vendor: str) -> HttpResponse:
    """Every question with why it is asked, what good is, and its weight."""
    known = request.scope.vendors.one(vendor)
    found = sending.versions(request.scope, known.tenant)
    wanted = request.GET.get("of", "")
    version = next((each for each in found if each.digest == wanted), None)
    if version is None:
        raise Http404
    return render(request, "answers/preview.html", {"vendor": known, "version": version})


@page(Permission.VENDORS_RUN)
@require_POST
def link(request: DeskRequest, asking: str) -> HttpResponse:
    """A new link, shown once or mailed; those before open nothing any more."""
    by_mail = bool(request.POST.get("by_mail"))
    try:
        made = sending.new_link(request.scope, address_of(request), asking, by_mail=by_mail)
    except BadInputError as error:
        messages.error(request, told(error))
        return redirect("questionnaire", asking)
    known = asking_of(request.scope, asking)
    if by_mail:
        messages.success(request, _("A new link went to %(to)s.") % {"to": known.email})
        return redirect("questionnaire", asking)
    return render(
        request, "answers/link.html",
        {"asking": known, "vendor": known.vendor, "made": made, "mail": mail_works()},
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def code(request: DeskRequest, asking: str, number: int) -> HttpResponse:
    """A code to be told by telephone, shown this once."""
    try:
        chosen, made = sending.code_to_tell(request.scope, address_of(request), asking, number)
    except BadInputError as error:
        messages.error(request, told(error))
        return redirect("questionnaire", asking)
    known = asking_of(request.scope, asking)
    return render(
        request, "answers/code.html",
        {"asking": known, "vendor": known.vendor, "link": chosen, "code": made},
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def revoke(request: DeskRequest, asking: str) -> HttpResponse:
    """Take it back."""
    sending.revoke(request.scope, address_of(request), asking)
    messages.success(
        request, _("Taken back: its links open nothing any more. What was answered is kept.")
    )
    return redirect("questionnaire", asking)
