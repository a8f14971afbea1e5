"""Reviews, what to talk about in them, and the calendar that reminds of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page, public
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.rows import every_row, rows, rows_of
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.people.tokens import digest_of
from midwatch.desk.setup import desk_setup
from midwatch.desk.vendors.forms_judging import OWN_RULE, DecisionForm, RuleForm, TalkForm
from midwatch.desk.vendors.models import CalendarLink, Review, Vendor
from midwatch.desk.vendors.reviewing import (
    add_talk,
    agree,
    decide,
    due_day,
    end_calendar,
    last_done,
    make_calendar,
    open_review,
)
from midwatch.desk.vendors.selectors import changes, later_dues, risk_of, today_of, with_parts
from midwatch.desk.vendors.told import told
from midwatch.desk.vendors.views.frame import Opened, Sheet, acts_of, answer_form, do, open_file
from midwatch.kernel import BadInputError
from midwatch.vendors.calendar_feed import Noted, Series, calendar_bytes
from midwatch.vendors.contracts import DueKind
from midwatch.vendors.reviews import ReviewDecision, Talk, agenda, lateness
from midwatch.vendors.vendor import VendorState

_SHOWN_DAYS = 120


@page(Permission.VENDORS_SEE)
def reviews(request: DeskRequest, vendor: str) -> HttpResponse:
    """When the next is due, what to talk about, and what was decided before."""
    opened = open_file(request, vendor)
    due = due_day(opened.vendor)
    risk = risk_of(opened.vendor)
    return render(
        request,
        "vendors/reviews.html",
        opened.context(
            "reviews",
            due=due,
            late=None if due is None else lateness(due, opened.today),
            rule=opened.vendor.rule,
            months=None if risk is None else risk.review_months,
            agenda=_agenda(opened),
            open=opened.vendor.reviews.filter(done=None).first(),
            done=[(e, e.struct) for e in opened.vendor.reviews.exclude(done=None)],
        ),
    )


def _agenda(opened: Opened) -> tuple[str, ...]:
    points = agenda(
        changes(opened.vendor, opened.zone),
        later_dues(opened.vendor, opened.today, _SHOWN_DAYS),
        since=last_done(opened.vendor),
    )
    return tuple(map(told, points))


@page(Permission.VENDORS_RUN)
def review_rule(request: DeskRequest, vendor: str) -> HttpResponse:
    """Agree how often."""
    opened = open_file(request, vendor, judging=True)
    rule = opened.vendor.rule
    initial: dict[str, Any] = {"start": opened.today, "every": "FREQ=YEARLY"}
    risk = risk_of(opened.vendor)
    if risk is not None and risk.review_months == 6:
        initial["every"] = "FREQ=MONTHLY;INTERVAL=6"
    if rule is not None:
        usual = {name for name, _words in RuleForm.base_fields["every"].choices}  # type: ignore[attr-defined]  # a choice field
        known = rule.rule in usual
        initial = {
            "start": rule.start, "every": rule.rule if known else OWN_RULE,
            "rule": "" if known else rule.rule,
        }  # fmt: skip
    form = RuleForm(request.POST or None, initial=initial)
    sheet = Sheet(
        _("How often you look again"),
        _reviews(vendor),
        _("At least once a year: “some time” is how a vendor stops improving unseen."),
    )
    return answer_form(
        request, opened, "reviews", form, sheet,
        lambda given: agree(acts_of(request), vendor, given["start"], form.chosen),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def review_open(request: DeskRequest, vendor: str) -> HttpResponse:
    """Begin the next review with its agenda."""
    opened = open_file(request, vendor, judging=True)
    try:
        made = open_review(acts_of(request), vendor, opened.today, _agenda(opened))
    except BadInputError as error:
        messages.error(request, str(error))
        return redirect("vendor_reviews", vendor)
    return redirect("vendor_review", vendor, made.pk)


@page(Permission.VENDORS_SEE)
def review(request: DeskRequest, vendor: str, review: int) -> HttpResponse:
    """One review: agenda, talks, decision."""
    opened = open_file(request, vendor)
    known = own(opened.vendor, Review, review)
    return render(
        request,
        "vendors/review.html",
        opened.context(
            "reviews",
            review=known,
            struct=known.struct,
            talk_form=TalkForm(initial={"on": opened.today}, prefix="talk"),
            decision_form=DecisionForm(prefix="decision"),
        ),
    )


@page(Permission.VENDORS_RUN)
@require_POST
def review_talk(request: DeskRequest, vendor: str, review: int) -> HttpResponse:
    """Put a talk on record."""
    opened = open_file(request, vendor, judging=True)
    own(opened.vendor, Review, review)
    form = TalkForm(request.POST, prefix="talk")
    back = reverse("vendor_review", args=[vendor, review])
    sheet = Sheet(_("A talk on record"), back)
    return answer_form(
        request, opened, "reviews", form, sheet,
        lambda given: add_talk(
            acts_of(request), vendor, review, Talk(by=request.viewer.name, **given)
        ),
    )  # fmt: skip


@page(Permission.VENDORS_RUN)
@require_POST
def review_decide(request: DeskRequest, vendor: str, review: int) -> HttpResponse:
    """Finish it."""
    opened = open_file(request, vendor, judging=True)
    own(opened.vendor, Review, review)
    form = DecisionForm(request.POST, prefix="decision")
    sheet = Sheet(_("What it came to"), reverse("vendor_review", args=[vendor, review]))
    return answer_form(
        request, opened, "reviews", form, sheet,
        lambda given: decide(
            acts_of(request), vendor, review, opened.today,
            ReviewDecision(given["decision"]), given["why"],
        ),
    )  # fmt: skip


def _reviews(vendor: str) -> str:
    return reverse("vendor_reviews", args=[vendor])


# ---------------------------------------------------------------- calendar


@page(Permission.VENDORS_SEE)
def calendar(request: DeskRequest, tenant: str) -> HttpResponse:
    """All days of a client's vendors, and the address under which a calendar reads them."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    return _calendar(request, owner.id, "")


@page(Permission.VENDORS_SEE)
@require_POST
def calendar_make(request: DeskRequest, tenant: str) -> HttpResponse:
    """A new address; shown only in this answer."""
    link = make_calendar(acts_of(request), tenant, desk_setup().url)
    return _calendar(request, tenant, link)


@page(Permission.VENDORS_SEE)
@require_POST
def calendar_end(request: DeskRequest, tenant: str, link: int) -> HttpResponse:
    """Close an address."""
    return do(
        request,
        lambda: end_calendar(acts_of(request), tenant, link),
        _("Closed: whoever reads it gets nothing from now on."),
        reverse("vendor_calendar", args=[tenant]),
    )


def _calendar(request: DeskRequest, tenant: str, link: str) -> HttpResponse:
    today = today_of(request.scope, tenant)
    found = [
        (due, each)
        for each in with_parts(request.scope.vendors.all(tenant))
        for due in later_dues(each, today)
    ]
    links = CalendarLink.objects.filter(tenant=tenant, ended=None).select_related("owner")
    if not request.scope.vendors.may_run(tenant):
        links = links.filter(owner=request.viewer.id)
    return render(
        request,
        "vendors/calendar.html",
        {
            "tenant": request.scope.tenant(tenant, Permission.VENDORS_SEE),
            "dues": sorted(found, key=lambda pair: pair[0]),
            "today": today,
            "link": link,
            "links": links,
        },
    )


@public("calendar programs cannot sign in; the address is its secret")
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The days as iCalendar, as long as whoever made the address may read them."""
    now: int = request.now  # type: ignore[attr-defined]  # the middleware puts it there
    with every_row():
        link = CalendarLink.objects.filter(digest=digest_of(token), ended=None).first()
        if link is None or not link.owner.is_active:
            raise Http404
        viewer = viewer_of(link.owner, now)
    with rows(rows_of(viewer)):
        scope = Scope(viewer, now)
        owner = scope.tenant(link.tenant, Permission.VENDORS_SEE)
        moment = datetime.fromtimestamp(now / 1_000_000, UTC)
        today = moment.astimezone(ZoneInfo(owner.zone)).date()
        vendors = list(with_parts(scope.vendors.all(owner.id)))
        stamped = int(moment.replace(minute=0, second=0, microsecond=0).timestamp() * 1_000_000)
        with translation.override(link.owner.language or settings.LANGUAGE_CODE):
            data = calendar_bytes(
                _("Vendors of %(client)s") % {"client": owner.title},
                [
                    Noted(due, each.reference, _of(each, due.what))
                    for each in vendors
                    for due in later_dues(each, today)
                    if due.kind is not DueKind.REVIEW
                ],
                [series for each in vendors if (series := _series(each)) is not None],
                stamped=stamped,
            )
        CalendarLink.objects.filter(pk=link.pk).update(used=moment)
    answer = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _of(vendor: Vendor, what: str) -> str:
    """A calendar shows the days of all vendors together, so each says whose it is."""
    words = told(what)
    return words if vendor.name in words else f"{vendor.name}: {words}"


def _series(vendor: Vendor) -> Series | None:
    """The vendor's reviews as they recur; none where it is gone or nothing was agreed."""
    if vendor.rule is None or vendor.state in (VendorState.REJECTED, VendorState.ENDED):
        return None
    done = tuple(each.due for each in vendor.reviews.all() if each.done is not None)
    text = _("Review of %(vendor)s") % {"vendor": vendor.name}
    return Series(vendor.reference, text, vendor.rule, done)
