"""Coming in for the first time: the first manager's link, invitations, the first steps."""

from __future__ import annotations

from typing import Final

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page, public
from midwatch.desk.access.roles import PROVIDER_ROLES, Permission, Role
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.telling import told
from midwatch.desk.audit.services import note
from midwatch.desk.people import inviting, services
from midwatch.desk.people import rescue as rescuing
from midwatch.desk.people.forms import ROLE_WORDS, EnterForm
from midwatch.desk.people.models import Invitation, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.kernel import BadInputError

_GONE: Final = 410


@public("the first manager comes by a link that opens once")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first manager."""
    with every_row():
        if services.open_welcome(token) is None:
            return render(request, "people/closed_door.html", {"first": True}, status=_GONE)
        form = EnterForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                user = services.first_manager(
                    token, form.cleaned_data["email"], form.cleaned_data["name"], form.chosen
                )
            except BadInputError as error:
                form.add_error(None, told(error))
            else:
                note(
                    viewer_of(user, _now(request)), "people.first_manager", subject=user.email,
                    address=address_of(request),
                )  # fmt: skip
                return _go_in(request, user, form.chosen)
    return render(request, "people/welcome.html", {"form": form})


@public("who was invited has no account yet")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Come in by an invitation."""
    found = inviting.open_invitation(token)
    if found is None:
        return render(request, "people/closed_door.html", {"first": False}, status=_GONE)
    there = User.objects.filter(email__iexact=found.email).first()
    knows = there is not None and services.has_a_way_in(there)
    form = EnterForm(
        request.POST if request.method == "POST" and not knows else None,
        email=found.email,
        initial={"name": found.name},
    )
    fault = ""
    if request.method == "POST":
        try:
            if knows and isinstance(request.user, User):
                inviting.accept(token, user=request.user, address=address_of(request))
                return redirect("home")
            if not knows and form.is_valid():
                user = inviting.accept(
                    token, user=None, name=form.cleaned_data["name"], password=form.chosen,
                    address=address_of(request),
                )  # fmt: skip
                return _go_in(request, user, form.chosen)
        except BadInputError as error:
            fault = told(error)
    words = {
        "invitation": found, "client": _client_of(request, found), "form": form, "knows": knows,
        "role": ROLE_WORDS[Role(found.role)], "fault": fault,
        "other": request.user.is_authenticated and request.user != there,
    }  # fmt: skip
    return render(request, "people/invitation.html", words)


@public("who lost every factor comes by a link that was made on the machine, and opens once")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rescue(request: HttpRequest, token: str) -> HttpResponse:
    """Choose anew how to sign in."""
    found = rescuing.rescued(token)
    if found is None:
        return render(request, "people/closed_door.html", {"rescue": True}, status=_GONE)
    form = EnterForm(request.POST or None, email=found.email, initial={"name": found.name})
    form.fields["name"].disabled = True
    fault = ""
    if request.method == "POST" and form.is_valid():
        try:
            user = rescuing.begin_anew(token, form.chosen, address_of(request))
        except BadInputError as error:
            fault = told(error)
        else:
            return _go_in(request, user, form.chosen)
    words = {"form": form, "person": found, "fault": fault}
    return render(request, "people/rescue.html", words)


@page(Permission.SEE)
@require_safe
def first_steps(request: DeskRequest) -> HttpResponse:
    """What a new desk still needs, one step after the other; the sample office is none of it."""
    tenants = [each for each in request.scope.tenants() if not each.demo]
    feeds = [feed for tenant in tenants for feed in request.scope.feeds(tenant.id)]
    heard = any(
        health.last > 0 for tenant in tenants for health in request.scope.health(tenant.id).values()
    )
    steps = [
        ("factor", request.viewer.second_factor, reverse("mfa_index")),
        ("client", bool(tenants), _address("clients")),
        (
            "office",
            any(request.scope.offices(tenant.id) for tenant in tenants),
            _address("clients"),
        ),
        ("source", bool(feeds), _address("sources")),
        ("line", heard, _address("sources")),
    ]
    following = next((name for name, done, _place in steps if not done), "")
    return render(
        request, "people/first_steps.html",
        {"steps": steps, "following": following, "done": sum(done for _n, done, _p in steps)},
    )  # fmt: skip


def _go_in(request: HttpRequest, user: User, password: str | None) -> HttpResponse:
    """Sign the new person in, and on to the way of signing in or the second factor."""
    with every_row():
        method = "password" if password is not None else "link"
        record_authentication(request, user, method, reauthenticated=True)
        perform_login(request, user, email_verification="none")
        held = user.memberships.filter(ended=None, role__in=PROVIDER_ROLES).exists()
    if password is None:
        return redirect("mfa_add_webauthn")
    return redirect("mfa_index" if held else "home")


def _client_of(request: HttpRequest, invited: Invitation) -> str:
    """The client's name, as the inviter sees it; empty where it is for all of them."""
    if not invited.tenant or invited.created_by is None:
        return ""
    now = _now(request)
    return Scope(viewer_of(invited.created_by, now), now).tenant(invited.tenant).title


def _now(request: HttpRequest) -> int:
    now: int = request.now  # type: ignore[attr-defined]  # the middleware puts it there
    return now


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
