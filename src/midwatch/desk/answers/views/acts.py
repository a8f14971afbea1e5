"""What a reviewer does to one questionnaire: each a form, a change, and back to where it was."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.telling import told
from midwatch.desk.answers import judging
from midwatch.kernel import BadInputError


@page(Permission.VENDORS_RUN)
@require_POST
def judge(request: DeskRequest, asking: str) -> HttpResponse:
    """A verdict beside an answer."""
    given = request.POST
    return _done(
        request, asking, _("The verdict is kept."),
        lambda: judging.judge(
            request.scope, address_of(request), asking, given.get("question", ""),
            given.get("judgement", ""), given.get("why", ""),
        ),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def note(request: DeskRequest, asking: str) -> HttpResponse:
    """A note among ourselves."""
    given = request.POST
    return _done(
        request, asking, _("The note is kept; the vendor does not see it."),
        lambda: judging.remark(
            request.scope, address_of(request), asking, given.get("question", ""),
            given.get("text", ""),
        ),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def back(request: DeskRequest, asking: str) -> HttpResponse:
    """A question back to the vendor."""
    given = request.POST
    return _done(
        request, asking, _("Asked back. The vendor sees it behind its link."),
        lambda: judging.ask_back(
            request.scope, address_of(request), asking, given.get("question", ""),
            given.get("text", ""),
        ),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def settle(request: DeskRequest, asking: str, number: int) -> HttpResponse:
    """A question back that need not be answered any more."""
    return _done(
        request, asking, _("The question back is settled."),
        lambda: judging.settle(request.scope, address_of(request), asking, number),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def file(request: DeskRequest, asking: str, paper: str) -> HttpResponse:
    """A paper goes among the vendor's evidence."""
    return _done(
        request, asking, _("Filed among the vendor's papers. Add its dates there."),
        lambda: judging.file_as_evidence(
            request.scope, address_of(request), asking, paper, request.POST.get("kind", "")
        ),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def reopen(request: DeskRequest, asking: str) -> HttpResponse:
    """Open it again."""
    return _done(
        request, asking, _("It is open again."),
        lambda: judging.reopen(request.scope, address_of(request), asking),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def close(request: DeskRequest, asking: str) -> HttpResponse:
    """Close the review with what is concluded."""
    return _done(
        request, asking, _("The review is closed; the score stands as it is."),
        lambda: judging.close(
            request.scope, address_of(request), asking, request.POST.get("conclusion", "")
        ),
    )  # fmt: skip


def _done(request: DeskRequest, asking: str, words: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except BadInputError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, words)
    given = request.POST
    kept = {name: given[name][:8] for name in ("part", "show") if given.get(name)}
    place = f"{reverse('questionnaire', args=[asking])}{'?' if kept else ''}{urlencode(kept)}"
    anchor = given.get("anchor", "")
    return redirect(f"{place}#q{anchor}" if anchor.isdecimal() else place)
