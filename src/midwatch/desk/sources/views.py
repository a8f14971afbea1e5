"""Sources: the list, the wizard that adds one, and each by itself."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.acting_sources import SourceActs
from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.watching import Watching, may_name_addresses
from midwatch.desk.portal.selectors import rows_of
from midwatch.desk.portal.strips import LEGEND, axis
from midwatch.desk.portal.views import zone_of_viewer
from midwatch.desk.setup import desk_setup
from midwatch.desk.sources.forms import NewSourceForm, SourceForm, TokenSourceForm
from midwatch.desk.sources.products import by_title, product_named, products, title_of
from midwatch.desk.sources.selectors import COLUMNS, listed, plain, totals
from midwatch.desk.theme.tables import table
from midwatch.kernel import BadInputError
from midwatch.tenants import Feed, MarkKind
from midwatch.watch.first_line import FirstLine
from midwatch.watch.health import CELL
from midwatch.watch.rhythm import MINUTE
from midwatch.watch.setup_guides import guide_for

ANY: Final = "any"
"""Stands in an address for a product that each line tells."""
_SHOWN_FIRST: Final = 14
_ROWS: Final = 60
_CELLS: Final = 288
_PATIENCE: Final = 2 * MINUTE


@page(Permission.SEE)
def sources(request: DeskRequest) -> HttpResponse:
    """The sources of all the viewer's clients."""
    tenants = request.scope.tenants()
    if len(tenants) == 1:
        return redirect("client_sources", tenants[0].id)
    wanted = request.GET.get("q", "")[:100].casefold()
    every = listed(request.scope)
    found = [
        each
        for each in every
        if wanted in f"{each.client} {each.heard.feed.title} {each.product}".casefold()
    ]
    allowed = request.viewer.may(Permission.SOURCES)
    pages = Paginator(found, _ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "sources/sources.html",
        {
            "sources": pages.object_list,
            "pages": pages,
            "totals": totals(every),
            "wanted": wanted,
            "several": True,
            "tenants": tenants,
            "strangers": SourceActs(request.scope).count_strangers() if allowed else 0,
            "may_claim": allowed,
        },
    )


@page(Permission.SEE)
def sources_twin(request: DeskRequest, form: str) -> HttpResponse:
    """The sources of all the viewer's clients, for spreadsheets and programs."""
    return table(form, "sources", COLUMNS, map(plain, listed(request.scope)))


@page(Permission.SEE)
def client_twin(request: DeskRequest, tenant: str, form: str) -> HttpResponse:
    """One client's sources, for spreadsheets and programs."""
    return table(form, "sources", COLUMNS, map(plain, listed(request.scope, tenant)))


@page(Permission.SEE)
def client_sources(request: DeskRequest, tenant: str) -> HttpResponse:
    """One client's sources."""
    found = listed(request.scope, tenant)
    return render(
        request,
        "sources/sources.html",
        {
            "tenant": request.scope.tenant(tenant),
            "sources": found,
            "totals": totals(found),
            "offices": request.scope.offices(tenant),
            "may_change": request.viewer.may(Permission.SOURCES, tenant),
        },
    )


@page(Permission.SOURCES)
def choose(request: DeskRequest, tenant: str) -> HttpResponse:
    """First step of the wizard: which product."""
    wanted = request.GET.get("q", "")[:60].strip()
    text = wanted.casefold()
    found = [each for each in by_title() if text in f"{each.title} {each.name}".casefold()]
    return render(
        request,
        "sources/choose.html",
        {
            "tenant": request.scope.tenant(tenant, Permission.SOURCES),
            "wanted": wanted,
            "first": products()[:_SHOWN_FIRST],
            "found": found if wanted else (),
            "all": by_title(),
            "any": ANY,
        },
    )


@page(Permission.SOURCES)
def add(request: DeskRequest, tenant: str, product: str) -> HttpResponse:
    """Second step: what it is called, and by what it is told. A token is shown only once."""
    owner = request.scope.tenant(tenant, Permission.SOURCES)
    chosen = None if product == ANY else product_named(product)
    if product != ANY and chosen is None:
        raise Http404
    offices = request.scope.offices(tenant)
    addressed = may_name_addresses(request.scope, tenant)
    title = _("Source") if chosen is None else chosen.title
    initial = {
        "title": title,
        "way": "token" if chosen is not None and chosen.by_token else "address",
    }
    kind = NewSourceForm if addressed else TokenSourceForm
    form = kind(offices, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        told = isinstance(form, NewSourceForm) and given["way"] == "address"
        try:
            feed, token = SourceActs(request.scope, address_of(request)).add(
                tenant, given["office"], given["title"],
                form.given_addresses if told and isinstance(form, NewSourceForm) else (),
                given.get("host", "") if told else "",
            )  # fmt: skip
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            if token:  # kept nowhere, so this answer is the only one that has it
                return _one(request, feed, token, product)
            return redirect(f"{reverse('source', args=[tenant, feed.id])}?guide={product}")
    return render(
        request,
        "sources/add.html",
        {"tenant": owner, "form": form, "title": title, "addressed": addressed},
    )


@page(Permission.SEE)
def source(request: DeskRequest, tenant: str, feed: str) -> HttpResponse:
    """One source: how it does, and what to type into it."""
    return _one(request, _of(request, tenant, feed), "", request.GET.get("guide", ""))


@page(Permission.SEE)
def line(request: DeskRequest, tenant: str, feed: str) -> HttpResponse:
    """The newest line and what was understood of it; asked again and again until one came."""
    return render(request, "sources/line.html", _line(request, _of(request, tenant, feed)))


@page(Permission.SOURCES)
def edit(request: DeskRequest, tenant: str, feed: str) -> HttpResponse:
    """Change a source."""
    known = _of(request, tenant, feed, Permission.SOURCES)
    addresses = [mark for mark in known.marks if mark.kind is MarkKind.ADDRESS]
    addressed = may_name_addresses(request.scope, tenant)
    form = SourceForm(
        request.scope.offices(tenant),
        request.POST or None,
        initial={
            "title": known.title, "office": known.office, "product": known.product,
            "zone": known.zone, "silence": known.silence,
            "addresses": " ".join(mark.value for mark in addresses),
            "host": next((mark.host for mark in addresses), ""),
        },
    )  # fmt: skip
    if not addressed:
        del form.fields["addresses"], form.fields["host"]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        acts = SourceActs(request.scope, address_of(request))
        try:
            if addressed and {"addresses", "host"} & set(form.changed_data):
                acts.readdress(feed, form.given_addresses, given["host"])
            acts.change(
                feed, title=given["title"], product=given["product"], office=given["office"],
                zone=given["zone"], silence=given["silence"],
            )  # fmt: skip
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("source", tenant, feed)
    return render(
        request,
        "sources/edit.html",
        {"tenant": request.scope.tenant(tenant), "feed": known, "form": form},
    )


@page(Permission.SOURCES)
@require_POST
def pause(request: DeskRequest, tenant: str, feed: str) -> HttpResponse:
    """Alarm its silence no more, or again."""
    known = _of(request, tenant, feed, Permission.SOURCES)
    changed = SourceActs(request.scope, address_of(request)).pause(feed, paused=not known.paused)
    told = (
        _("Its silence is not alarmed now; its lines are taken all the same.")
        if changed.paused
        else _("Its silence is alarmed again.")
    )
    messages.success(request, told)
    return redirect("source", tenant, feed)


@page(Permission.SOURCES)
@require_POST
def token(request: DeskRequest, tenant: str, feed: str) -> HttpResponse:
    """A new token, shown only once."""
    _of(request, tenant, feed, Permission.SOURCES)
    changed, made = SourceActs(request.scope, address_of(request)).renew_token(feed)
    return _one(request, changed, made, "")


@page(Permission.SOURCES)
def remove(request: DeskRequest, tenant: str, feed: str) -> HttpResponse:
    """Forget a source, after asking."""
    known = _of(request, tenant, feed, Permission.SOURCES)
    if request.method != "POST":
        told = {"tenant": request.scope.tenant(tenant), "feed": known}
        return render(request, "sources/remove.html", told)
    SourceActs(request.scope, address_of(request)).remove(feed)
    messages.success(
        request, _("%(title)s is forgotten. What it sent is kept.") % {"title": known.title}
    )
    return redirect("client_sources", tenant)


def _of(
    request: DeskRequest, tenant: str, feed: str, permission: Permission = Permission.SEE
) -> Feed:
    found = request.scope.feed(feed, permission)
    if found.tenant != tenant:
        raise Http404
    return found


def _one(request: DeskRequest, feed: Feed, token: str, guide: str) -> HttpResponse:
    """``guide``: the product whose words are shown; else what the source is."""
    watching = Watching(request.scope)
    heard = watching.heard_one(feed)
    zone = zone_of_viewer(request)
    start = watching.day_start()
    found = next(
        each for each in listed(request.scope, feed.tenant) if each.heard.feed.id == feed.id
    )
    may_change = request.viewer.may(Permission.SOURCES, feed.tenant)
    line = _line(request, feed)
    marks = [] if request.scope.masks(feed.tenant) else feed.marks
    return render(
        request,
        "sources/source.html",
        {
            "tenant": request.scope.tenant(feed.tenant),
            "feed": heard.feed,
            "found": found,
            "rows": rows_of(watching, [heard], start, zone),
            "axis": axis(start, start + _CELLS * CELL, zone),
            "legend": LEGEND,
            "token": token,
            "guide": guide_for(_guided(guide, feed, line), desk_setup().configuration, token=token)
            if may_change
            else "",
            "guides": by_title(),
            "guided": _guided(guide, feed, line),
            "product": title_of(feed.product),
            "addresses": [mark for mark in marks if mark.kind is MarkKind.ADDRESS],
            "files": [mark for mark in marks if mark.kind is MarkKind.PATH],
            "tokens": any(mark.kind is MarkKind.TOKEN for mark in marks),
            "certificates": any(mark.kind is MarkKind.CERTIFICATE for mark in marks),
            "may_change": may_change,
            **line,
        },
    )


def _guided(asked: str, feed: Feed, line: dict[str, object]) -> str:
    """The product whose words are shown: what was asked for, else what it is or was seen to be."""
    newest = line["newest"]
    seen = newest.fields.get("source", "") if isinstance(newest, FirstLine) else ""
    return next((name for name in (asked, feed.product, seen) if product_named(name)), "")


def _line(request: DeskRequest, feed: Feed) -> dict[str, object]:
    watching = Watching(request.scope)
    heard = watching.heard_one(feed)
    newest = watching.newest_line(heard)
    return {
        "feed": heard.feed,
        "tenant": request.scope.tenant(feed.tenant),
        "heard": heard,
        "newest": newest,
        "known_as": "" if newest is None else title_of(newest.fields.get("source", "")),
        "long": request.now - feed.created > _PATIENCE,
        "awake": watching.awake(),
    }
