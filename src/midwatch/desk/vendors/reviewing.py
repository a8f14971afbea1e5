"""Reviews that recur, drills of the breach contacts, and the calendar that tells of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
from django.core.mail import send_mail
from django.db import transaction
from django.http import Http404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.audit.services import note
from midwatch.desk.people.tokens import new_token
from midwatch.desk.vendors.models import CalendarLink, Drill, Review, Vendor, new_reference
from midwatch.kernel import BadInputError
from midwatch.vendors.reviews import Review as ReviewStruct
from midwatch.vendors.reviews import ReviewDecision, Talk, finish, next_due, recurrence
from midwatch.vendors.vendor import Contact, ContactRole
from midwatch.vendors.vendor import Vendor as VendorFile

DRILL_LASTS: Final = timedelta(days=7)
_LONG_AGO: Final = date(1970, 1, 1)


@transaction.atomic
def agree(acts: VendorActs, reference: str, start: date, rule: str) -> Vendor:
    """Agree by which rule reviews fall due.

    Raises:
        BadInputError: The rule cannot be read, ends, or leaves more than a year between two.
    """
    vendor = acts.held(reference)
    vendor.recurrence = msgspec.to_builtins(recurrence(start, rule))
    vendor.save()
    acts.keep("vendor.rule", vendor, rule=rule)
    return vendor


def due_day(vendor: Vendor) -> date | None:
    """When the next review is due; None: none was agreed."""
    if vendor.rule is None:
        return None
    return next_due(vendor.rule, [each.struct for each in vendor.reviews.all()])


@transaction.atomic
def open_review(acts: VendorActs, reference: str, today: date, agenda: tuple[str, ...]) -> Review:
    """Begin the review that is due next, or one out of turn where no rule was agreed.

    Raises:
        BadInputError: One is open already.
    """
    vendor = acts.held(reference)
    if vendor.reviews.filter(done=None).exists():
        raise BadInputError(_("a review is open already"), remedy=_("finish that one first"))
    made = Review(tenant=vendor.tenant, vendor=vendor, reference=new_reference())
    made.put(
        ReviewStruct(
            id=made.reference, vendor=vendor.reference, due=due_day(vendor) or today, agenda=agenda
        )
    )
    made.save()
    acts.keep("vendor.review_open", vendor, due=str(made.due))
    return made


@transaction.atomic
def add_talk(acts: VendorActs, reference: str, number: int, talk: Talk) -> Review:
    """Put a talk on record.

    Raises:
        BadInputError: The review is done.
    """
    vendor = acts.held(reference)
    review = own(vendor, Review, number)
    known = review.struct
    if known.done is not None:
        raise BadInputError(_("this review is done"), remedy=_("open the next one"))
    review.put(msgspec.structs.replace(known, talks=(*known.talks, talk)))
    review.save()
    acts.keep("vendor.talk", vendor, on=str(talk.on))
    return review


@transaction.atomic
def decide(
    acts: VendorActs, reference: str, number: int, today: date, decision: ReviewDecision, why: str
) -> Review:  # fmt: skip
    """Finish a review with its decision.

    Raises:
        BadInputError: It is done, has no reason, or nobody was talked to.
    """
    vendor = acts.held(reference)
    review = own(vendor, Review, number)
    review.put(
        finish(
            review.struct, done=today, by=acts.scope.viewer.name, decision=decision, why=why.strip()
        )
    )
    review.save()
    acts.keep("vendor.review", vendor, decision=decision.value)
    return review


def last_done(vendor: Vendor) -> date:
    """The day of the last review that was done; long ago where there is none."""
    found = vendor.reviews.exclude(done=None).order_by("-done").first()
    return _LONG_AGO if found is None or found.done is None else found.done


# ---------------------------------------------------------------- drills


@dataclass(frozen=True, slots=True)
class Sent:
    """A drill and its link, told this once. ``mailed``: whether it left by mail."""

    drill: Drill
    link: str
    mailed: bool


@transaction.atomic
def send_drill(
    acts: VendorActs, reference: str, number: int, *, client: str, url: str, mail_is_set_up: bool
) -> Sent:  # fmt: skip
    """Send a drill message to a contact (``number`` in the list, from 1).

    ``client``: the firm's name, as the message says it. ``url``: the desk's own.

    Raises:
        Http404: There is no such contact.
    """
    vendor = acts.held(reference)
    contact = contact_of(vendor, number)
    token, digest = new_token()
    now = datetime.fromtimestamp(acts.scope.now / 1_000_000, UTC)
    made = Drill.objects.create(
        tenant=vendor.tenant, vendor=vendor, contact=contact.name, mail=contact.mail,
        digest=digest, sent_by=acts.scope.viewer.name, sent=now, expires=now + DRILL_LASTS,
    )  # fmt: skip
    acts.keep("vendor.drill", vendor, contact=contact.name)
    link = f"{url}/drill/{token}/"
    mailed = mail_is_set_up and bool(contact.mail)
    if mailed:
        words = {"client": client, "vendor": vendor, "contact": contact, "link": link}
        send_mail(
            _("Exercise: would you have read this after a breach?"),
            render_to_string("vendors/drill_mail.txt", words),
            None,
            [contact.mail],
        )
    return Sent(made, link, mailed)


def contact_of(vendor: Vendor, number: int) -> Contact:
    """A contact by its place in the list, from 1.

    Raises:
        Http404: There is none.
    """
    contacts = vendor.file.contacts
    if not 1 <= number <= len(contacts):
        raise Http404
    return contacts[number - 1]


@transaction.atomic
def answer_drill(drill: Drill, by: str, now: int) -> Drill:
    """Somebody opened the link and said they are there. ``now``: UTC microseconds.

    Raises:
        BadInputError: It was answered already, or is over.
    """
    held = Drill.objects.select_for_update().get(pk=drill.pk)
    moment = datetime.fromtimestamp(now / 1_000_000, UTC)
    if held.answered is not None or moment > held.expires:
        raise BadInputError(
            _("this exercise is over"), remedy=_("nothing needs to be done any more")
        )
    held.answered, held.by = moment, " ".join(by.split())[:120]
    held.save()
    vendor = Vendor.objects.select_for_update().get(pk=held.vendor_id)
    minutes = max(0, int((moment - held.sent).total_seconds() // 60))
    vendor.put(_tested(vendor, held.contact, held.mail, now, minutes))
    vendor.save()
    return held


@transaction.atomic
def note_call(acts: VendorActs, reference: str, number: int, minutes: int) -> Vendor:
    """Somebody tried a contact by telephone and was answered after so many minutes.

    Raises:
        Http404: There is no such contact.
    """
    vendor = acts.held(reference)
    contact = contact_of(vendor, number)
    vendor.put(_tested(vendor, contact.name, contact.mail, acts.scope.now, minutes))
    vendor.save()
    acts.keep("vendor.call", vendor, contact=contact.name, minutes=minutes)
    return vendor


def _tested(vendor: Vendor, name: str, mail: str, now: int, minutes: int) -> VendorFile:
    file = vendor.file
    contacts = tuple(
        msgspec.structs.replace(each, tested=now, answered_in=minutes)
        if (each.name, each.mail) == (name, mail)
        else each
        for each in file.contacts
    )
    return msgspec.structs.replace(file, contacts=contacts, revision=file.revision + 1)


def breach_contacts(vendor: Vendor) -> list[tuple[int, Contact]]:
    """Whom to call after a breach, with their place in the list; who answers at night first."""
    found = [
        (number, each)
        for number, each in enumerate(vendor.file.contacts, 1)
        if each.role is ContactRole.BREACH
    ]
    return sorted(found, key=lambda pair: not pair[1].round_the_clock)


# ---------------------------------------------------------------- calendar


@transaction.atomic
def make_calendar(acts: VendorActs, tenant: str, url: str) -> str:
    """The secret address of a client's calendar, told this once."""
    owner = acts.scope.tenant(tenant, Permission.VENDORS_SEE)
    token, digest = new_token()
    CalendarLink.objects.create(tenant=owner.id, owner_id=acts.scope.viewer.id, digest=digest)
    note(
        acts.scope.viewer, "vendor.calendar", tenant=owner.id, subject="calendar",
        address=acts.address,
    )  # fmt: skip
    return f"{url}/calendar/{token}/vendors.ics"


@transaction.atomic
def end_calendar(acts: VendorActs, tenant: str, number: int) -> None:
    """Close a calendar's address: one's own, or any by who may change the vendor files.

    Raises:
        Http404: There is none, or it is somebody else's.
    """
    owner = acts.scope.tenant(tenant, Permission.VENDORS_SEE)
    found = CalendarLink.objects.filter(tenant=owner.id, pk=number, ended=None)
    if not acts.scope.vendors.may_run(owner.id):
        found = found.filter(owner=acts.scope.viewer.id)
    if not found.update(ended=datetime.fromtimestamp(acts.scope.now / 1_000_000, UTC)):
        raise Http404
    note(
        acts.scope.viewer, "vendor.calendar_end", tenant=owner.id, subject="calendar",
        address=acts.address,
    )  # fmt: skip
