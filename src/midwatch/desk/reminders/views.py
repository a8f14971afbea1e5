"""What was mailed to whom about a client's vendors, and what did not leave."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.reminders.collecting import people_of
from midwatch.desk.reminders.models import Look, Notice
from midwatch.desk.reminders.sending import mail_works, troubles
from midwatch.desk.reminders.words import STANDINGS, place_of, sentence
from midwatch.desk.theme.templatetags.midwatch import moment_of

_A_PAGE: Final = 30


@page(Permission.VENDORS_SEE)
def reminders(request: DeskRequest, tenant: str) -> HttpResponse:
    """What was sent, the newest first; before it what did not leave."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    pages = Paginator(Notice.objects.filter(tenant=owner.id).order_by("-created", "-id"), _A_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    moment = moment_of(request.now)
    return render(
        request,
        "reminders/reminders.html",
        {
            "tenant": owner,
            "rows": [
                {
                    "notice": each,
                    "standing": STANDINGS[each.standing],
                    "told": [
                        (item, sentence(item), place_of(item, owner.id)) for item in each.told
                    ],
                }
                for each in shown
            ],
            "page": shown,
            "readers": _readers(owner.id, request.now),
            "may_run": request.scope.vendors.may_run(owner.id),
            **state_of(owner.id, moment),
        },
    )


def _readers(tenant: str, now: int) -> list[str]:
    people = people_of(tenant, now)
    told = [each for each in people if each.contact] or [each for each in people if each.owner]
    return [str(each.user) for each in told or people]


def state_of(tenant: str, moment: datetime) -> dict[str, object]:
    """Whether reminders leave: what is wrong with them, and when was last looked."""
    look = Look.objects.filter(tenant=tenant).first()
    return {
        "look": look,
        "late": look is not None and look.is_late(moment),
        "mail_works": mail_works(),
        "stuck": troubles(tenant, moment),
    }
