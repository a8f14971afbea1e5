"""Who has access: the pages of a client's people, of the provider's, and of one's own tokens."""

from __future__ import annotations

from typing import Final

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.mail import BadHeaderError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.telling import told
from midwatch.desk.audit.services import note
from midwatch.desk.people import api_tokens, inviting, memberships, selectors
from midwatch.desk.people.forms import PERMISSION_WORDS, AccessForm, InviteForm, TokenForm
from midwatch.desk.people.models import EVERY_CLIENT, Membership
from midwatch.desk.setup import desk_setup
from midwatch.kernel import BadInputError

_ONCE: Final = "people.shown_once"
"""Where a link or token waits in the session for the one page that shows it."""


@page(Permission.PEOPLE)
@require_safe
def people(request: DeskRequest) -> HttpResponse:
    """The provider's people, and the clients; for a client's owner, that client's people."""
    tenants = request.scope.tenants(Permission.PEOPLE)
    if not request.viewer.may(Permission.STAFF):
        if len(tenants) == 1:
            return redirect("people_of", tenant=tenants[0].id)
        return render(request, "people/people.html", {"tenants": tenants})
    return _page_of(request, EVERY_CLIENT, {"tenants": tenants})


@page(Permission.PEOPLE)
@require_safe
def people_of(request: DeskRequest, tenant: str) -> HttpResponse:
    """Who has access to one client."""
    found = request.scope.tenant(tenant, Permission.PEOPLE)
    return _page_of(
        request, tenant,
        {"client": found, "masks_staff": selectors.masks_staff(tenant)},
    )  # fmt: skip


@page(Permission.STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite_staff(request: DeskRequest) -> HttpResponse:
    """Let in one of the provider's people."""
    if not request.viewer.may(Permission.STAFF):
        raise Http404
    return _invite(request, EVERY_CLIENT)


@page(Permission.PEOPLE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: DeskRequest, tenant: str) -> HttpResponse:
    """Let somebody in to one client."""
    return _invite(request, tenant)


@page(Permission.PEOPLE)
@require_POST
def revoke(request: DeskRequest, invitation: int) -> HttpResponse:
    """Close the door before anybody came."""
    found = selectors.invitation_of(request.viewer, invitation)
    try:
        inviting.revoke(request.viewer, found, address_of(request))
        messages.success(request, _("The invitation of %s no longer opens.") % found.email)
    except BadInputError as error:
        messages.error(request, told(error))
    return _back(found.tenant)


@page(Permission.PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: DeskRequest, membership: int) -> HttpResponse:
    """One person's access: change it."""
    found = selectors.membership_of(request.viewer, membership)
    form = AccessForm(
        request.POST or None, viewer=request.viewer, tenant=found.tenant,
        initial=AccessForm.of(found),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            memberships.change(
                request.viewer, found, form.chosen_role, until=form.ends,
                purpose=form.cleaned_data.get("purpose", ""),
                reveals=form.cleaned_data.get("reveals"), address=address_of(request),
            )  # fmt: skip
        except BadInputError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("The access of %s was changed.") % found.user)
            return _back(found.tenant)
    return render(
        request, "people/access.html",
        {"membership": found, "form": form, "client": _client(request, found)},
    )  # fmt: skip


@page(Permission.SEE)
@require_POST
def end(request: DeskRequest, membership: int) -> HttpResponse:
    """Take somebody's access away, or leave."""
    found = selectors.membership_of(request.viewer, membership)
    try:
        memberships.end(request.viewer, found, address_of(request))
    except BadInputError as error:
        messages.error(request, told(error))
        return _back(found.tenant)
    if found.user_id == request.viewer.id:
        return redirect("home")
    messages.success(request, _("%s no longer has access.") % found.user)
    return _back(found.tenant)


@page(Permission.PEOPLE)
@require_POST
def masking(request: DeskRequest, tenant: str) -> HttpResponse:
    """The client's choice whether the provider's people see its names."""
    masks = request.POST.get("masks") == "yes"
    try:
        memberships.mask_staff(request.viewer, tenant, masks=masks, address=address_of(request))
    except BadInputError as error:
        messages.error(request, told(error))
    else:
        messages.success(
            request,
            _("The provider's people now see codes instead of your names.")
            if masks
            else _("The provider's people now see your names."),
        )
    return _back(tenant)


@page(Permission.SEE)
@never_cache
@require_safe
def tokens(request: DeskRequest) -> HttpResponse:
    """One's own tokens."""
    held = [
        (token, [PERMISSION_WORDS[Permission(each)] for each in token.permissions])
        for token in selectors.tokens_of(request.viewer)
    ]
    once = request.session.pop(_ONCE, None)
    return render(
        request, "people/tokens.html",
        {"held": held, "form": TokenForm(viewer=request.viewer), "once": once},
    )  # fmt: skip


@page(Permission.SEE)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth brings no types
def make_token(request: DeskRequest) -> HttpResponse:
    """A new token, shown on the next page and never again."""
    form = TokenForm(request.POST, viewer=request.viewer)
    if form.is_valid():
        try:
            _token, text = api_tokens.make_token(
                request.viewer, form.cleaned_data["name"],
                [Permission(each) for each in form.cleaned_data["permissions"]], form.lasts,
                address_of(request),
            )  # fmt: skip
        except BadInputError as error:
            form.add_error(None, told(error))
        else:
            request.session[_ONCE] = text
            return redirect("tokens")
    return render(request, "people/tokens.html", {"form": form, "held": []}, status=422)


@page(Permission.SEE)
@require_POST
def revoke_token(request: DeskRequest, token: int) -> HttpResponse:
    """A token opens nothing any more."""
    found = selectors.token_of(request.viewer, token)
    api_tokens.revoke_token(request.viewer, found, address_of(request))
    messages.success(request, _("The token %s opens nothing any more.") % found.name)
    return redirect("tokens")


@page(Permission.SEE)
@require_POST
def end_session(request: DeskRequest, session: int) -> HttpResponse:
    """Sign one of one's own browsers out."""
    found = UserSession.objects.filter(pk=session, user=request.viewer.id).first()
    if found is None:
        raise Http404
    found.end()
    note(request.viewer, "sign_in.end", subject=str(found.ip), address=address_of(request))
    messages.success(request, _("That browser is signed out."))
    return redirect("usersessions_list")


def _page_of(request: DeskRequest, tenant: str, more: dict[str, object]) -> HttpResponse:
    words = {
        "accesses": selectors.accesses(request.viewer, tenant),
        "invitations": selectors.open_invitations(request.viewer, tenant),
        "staff": tenant == EVERY_CLIENT,
        "once": request.session.pop(_ONCE, None),
    }
    return render(request, "people/people.html", words | more)


def _invite(request: DeskRequest, tenant: str) -> HttpResponse:
    client = request.scope.tenant(tenant, Permission.PEOPLE) if tenant else None
    form = InviteForm(request.POST or None, viewer=request.viewer, tenant=tenant)
    if request.method == "POST" and form.is_valid():
        by_mail = bool(desk_setup().configuration.mail.host) and "link" not in request.POST
        asked = inviting.Asked(
            form.cleaned_data["email"], form.chosen_role, tenant, form.cleaned_data["name"],
            form.cleaned_data.get("purpose", ""), form.cleaned_data.get("reveals"), form.ends,
        )  # fmt: skip
        try:
            made = inviting.invite(
                request.viewer, asked, desk_setup().url, by_mail=by_mail,
                address=address_of(request),
            )  # fmt: skip
        except BadInputError as error:
            form.add_error(None, told(error))
        except (OSError, BadHeaderError) as error:
            form.add_error(
                None, _("The mail could not be sent (%s). Show me the link instead.") % error
            )
        else:
            if by_mail:
                messages.success(request, _("The invitation is on its way to %s.") % asked.email)
            else:
                request.session[_ONCE] = made.link
            return _back(tenant)
    return render(request, "people/invite.html", {"form": form, "client": client})


def _client(request: DeskRequest, membership: Membership) -> object:
    return request.scope.tenant(membership.tenant) if membership.tenant else None


def _back(tenant: str) -> HttpResponse:
    return redirect("people_of", tenant=tenant) if tenant else redirect("people")
