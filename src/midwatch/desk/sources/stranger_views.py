"""Unknown senders: is one yours? What they sent belongs to nobody until somebody says so."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from midwatch.desk.access.acting_sources import SourceActs
from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.setup import desk_setup
from midwatch.desk.sources.forms import ClaimForm, places
from midwatch.desk.theme.templatetags.midwatch import amount
from midwatch.intake.parcels import Transport
from midwatch.intake.quarantine import SenderKey
from midwatch.kernel import BadInputError, MidwatchError
from midwatch.watch.setup_guides import own_address


@page(Permission.SOURCES)
def strangers(request: DeskRequest) -> HttpResponse:
    """Who sends and is not known."""
    if not request.viewer.may(Permission.SOURCES):
        raise Http404
    found, every = SourceActs(request.scope).strangers()
    return render(
        request,
        "sources/strangers.html",
        {
            "strangers": [
                (
                    each,
                    each.sender.sample[0].decode("utf-8", "replace") if each.sender.sample else "",
                )
                for each in found
            ],
            "all": every,
            "homes": places(request.scope),
            "here": own_address(),
            "port": desk_setup().configuration.syslog.udp,
        },
    )


@page(Permission.SOURCES)
@require_POST
def claim(request: DeskRequest) -> HttpResponse:
    """Make a source of one."""
    form = ClaimForm(request.scope, request.POST)
    key = _key(request)
    if not form.is_valid():
        messages.error(request, _("Say whose it is, and what people call it."))
        return redirect("strangers")
    tenant, _slash, office = form.cleaned_data["place"].partition("/")
    try:
        feed, moved = SourceActs(request.scope, address_of(request)).claim(
            key, tenant, office, form.cleaned_data["title"]
        )
    except MidwatchError as error:
        messages.error(request, str(error))
        return redirect("strangers")
    told = ngettext(
        "%(title)s is a source now, with %(n)s line from before.",
        "%(title)s is a source now, with %(n)s lines from before.",
        moved,
    )
    messages.success(request, told % {"title": feed.title, "n": amount(moved)})
    return redirect("source", tenant, feed.id)


@page(Permission.SOURCES)
@require_POST
def dismiss(request: DeskRequest) -> HttpResponse:
    """Forget one and what it sent."""
    try:
        gone = SourceActs(request.scope, address_of(request)).dismiss(_key(request))
    except BadInputError as error:
        messages.error(request, str(error))
    else:
        told = ngettext(
            "Forgotten, and %(n)s line with it.", "Forgotten, and %(n)s lines with it.", gone
        )
        messages.success(request, told % {"n": amount(gone)})
    return redirect("strangers")


def _key(request: DeskRequest) -> SenderKey:
    try:
        return SenderKey(
            Transport(request.POST.get("transport", "")),
            request.POST.get("address", "")[:64],
            int(request.POST.get("port", "")),
            request.POST.get("host", "")[:255],
        )
    except ValueError as error:
        raise Http404 from error
