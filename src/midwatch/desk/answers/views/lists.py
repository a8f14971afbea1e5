"""Which questionnaires there are, and where each stands."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.answers.models import Asking, State
from midwatch.desk.answers.selectors import askings, of_vendor

_ROWS: Final = 60


@page(Permission.VENDORS_SEE)
@require_safe
def questionnaires(request: DeskRequest) -> HttpResponse:
    """Those of all the viewer's clients."""
    tenants = request.scope.vendors.tenants()
    if len(tenants) == 1:
        return redirect("client_questionnaires", tenants[0].id)
    names = {each.id: each.title for each in tenants}
    return _listed(request, askings(request.scope), {"names": names})


@page(Permission.VENDORS_SEE)
@require_safe
def client_questionnaires(request: DeskRequest, tenant: str) -> HttpResponse:
    """One client's."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    return _listed(request, askings(request.scope, tenant), {"tenant": owner})


@page(Permission.VENDORS_SEE)
@require_safe
def vendor_questionnaires(request: DeskRequest, vendor: str) -> HttpResponse:
    """One vendor's, and the files that were brought of it."""
    known = request.scope.vendors.one(vendor)
    may_judge = request.scope.vendors.may_judge(known)
    words = {
        "vendor": known,
        "tenant": request.scope.tenant(known.tenant, Permission.VENDORS_SEE),
        "may_judge": may_judge,
        "brought": known.brought.defer("body", "frozen") if may_judge else (),
    }
    return _listed(request, of_vendor(request.scope, known), words)


def _listed(request: DeskRequest, found: QuerySet[Asking], more: dict[str, object]) -> HttpResponse:
    now = timezone.now()
    pages = Paginator(found, _ROWS).get_page(request.GET.get("page"))
    waiting = sum(each.state(now) is State.HANDED_IN for each in found)
    late = sum(
        each.due is not None
        and each.due < timezone.localdate()
        and each.state(now) in (State.SENT, State.BEGUN)
        for each in found
    )
    return render(
        request, "answers/list.html",
        {"askings": pages.object_list, "pages": pages, "waiting": waiting, "late": late,
         "count": pages.paginator.count, **more},
    )  # fmt: skip
