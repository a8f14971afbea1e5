"""The firm's own small set of policies, with the measures that came of findings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.vendors.forms_judging import PolicyForm
from midwatch.desk.vendors.judging import approve_policy, newest_policy, policies, write_policy
from midwatch.desk.vendors.models import Measure, Policy
from midwatch.desk.vendors.selectors import today_of
from midwatch.desk.vendors.starters import STARTERS
from midwatch.desk.vendors.views.frame import acts_of
from midwatch.kernel import BadInputError


@page(Permission.VENDORS_SEE)
def policy_set(request: DeskRequest, tenant: str) -> HttpResponse:
    """All policies of a client, the newest version of each."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    found = policies(owner.id)
    return render(
        request,
        "vendors/policies.html",
        {
            "tenant": owner,
            "policies": [(each, each.struct) for each in found],
            "today": today_of(request.scope, owner.id),
            "may_run": request.scope.vendors.may_run(owner.id),
            "starters": STARTERS,
        },
    )


@page(Permission.VENDORS_SEE)
def policy(request: DeskRequest, tenant: str, policy: str) -> HttpResponse:
    """One policy, as it stands now, with its versions and measures."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    known = newest_policy(owner.id, policy)
    measures = Measure.objects.filter(tenant=owner.id, policy=policy).select_related(
        "finding__vendor"
    )
    struct = known.struct
    return render(
        request,
        "vendors/policy.html",
        {
            "tenant": owner,
            "policy": known,
            "struct": struct,
            "versions": [
                (each, each.struct)
                for each in Policy.objects.filter(tenant=owner.id, policy=policy)
            ],
            "measures": [(each, each.struct) for each in measures],
            "may_run": request.scope.vendors.may_run(owner.id),
            "own": struct.author == request.viewer.name,
        },
    )


@page(Permission.VENDORS_RUN)
def policy_write(request: DeskRequest, tenant: str, policy: str = "") -> HttpResponse:
    """Write a policy, or its next version."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_RUN)
    initial: dict[str, Any] = {}
    if policy:
        known = newest_policy(owner.id, policy).struct
        initial = {"title": known.title, "text": known.text, "review_by": known.review_by}
    form = PolicyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = write_policy(
                acts_of(request), owner.id, policy, given["title"], given["text"],
                given["review_by"],
            )  # fmt: skip
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Written. It is in force once somebody else approves it."))
            return redirect("policy", owner.id, made.policy)
    context = {"tenant": owner, "form": form, "policy": policy}
    return render(request, "vendors/policy_write.html", context)


@page(Permission.VENDORS_RUN)
@require_POST
def policy_approve(request: DeskRequest, tenant: str, policy: str) -> HttpResponse:
    """Approve the newest version; nobody approves what they wrote."""
    try:
        approve_policy(acts_of(request), tenant, policy)
    except BadInputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Approved: it is in force."))
    return redirect("policy", tenant, policy)


@page(Permission.VENDORS_RUN)
@require_POST
def policy_begin(request: DeskRequest, tenant: str) -> HttpResponse:
    """Begin with the usual ones, where there is none yet."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_RUN)
    if not policies(owner.id):
        for title, text in STARTERS:
            write_policy(acts_of(request), owner.id, "", str(title), str(text), None)
        messages.success(request, _("Five drafts are there. Put your own words in, and approve."))
    return redirect("policies", owner.id)
