"""Reads kept searches."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.search.models import EVERY_CLIENT, SavedSearch


def saved_searches(scope: Scope) -> QuerySet[SavedSearch]:
    """The searches this viewer may read.

    Of a client whose names are masked for them: their own, and those without names.
    """
    tenants = [each.id for each in scope.tenants(Permission.SEARCH)]
    masked = [each for each in tenants if scope.masks(each)]
    shared = Q(tenant__in=[each for each in tenants if each not in masked])
    shared |= Q(tenant__in=masked) & (Q(masked=True) | Q(owner=scope.viewer.id))
    if scope.viewer.everywhere:
        shared |= Q(tenant=EVERY_CLIENT) & (Q(owner=scope.viewer.id) if masked else ~Q(pk=None))
    return SavedSearch.objects.filter(shared).select_related("owner")


def saved_search(scope: Scope, number: int) -> SavedSearch:
    """One of them.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    found = saved_searches(scope).filter(pk=number).first()
    if found is None:
        raise Http404
    return found
