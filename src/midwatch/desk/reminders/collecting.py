"""What is due with one client's vendors today, and who is to be told.

Told are the client's IT contacts; its owners where there is none; the provider's managers where
there is nobody else. An owner who is named for a finding or measure is told of that one too, and
who sent a questionnaire of that one. A review that nobody does goes to the owners as well after
two weeks, and after six to the provider's managers. Of the vendor that the watch itself is
bought from, nobody of the provider's is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from textwrap import shorten

import msgspec
from django.conf import settings
from django.db.models import Q

from midwatch.desk.access.roles import Permission, Role
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.answers.models import Asking, Link, Remark, State
from midwatch.desk.people.models import EVERY_CLIENT, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.reminders.models import Item
from midwatch.desk.vendors.judging import policies
from midwatch.desk.vendors.models import Vendor
from midwatch.desk.vendors.selectors import file_of, with_parts
from midwatch.vendors.contracts import Due, DueKind
from midwatch.vendors.reminders import Reach, drill_due, ends_next, reach, reached
from midwatch.vendors.vendor import VendorState

VENDOR_BEFORE = (7, 0)
"""Days before a questionnaire's day at which who answers is reminded."""
REVIEWER_BEFORE = (0,)
"""Before that day who sent it has nothing to do."""
VENDOR_WEEKS = 4
"""For so many weeks after its day; then it is the reviewer's to talk to them."""
_OVER = (VendorState.REJECTED, VendorState.ENDED)
_STILL = (DueKind.DATA, DueKind.FINDING, DueKind.MEASURE, DueKind.RISK, DueKind.RISK_ENDED)
"""What matters of a vendor that is gone."""
_BACK_WITHIN = timedelta(days=14)
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be told. ``zone``: an IANA name, empty where none was chosen."""

    user: User
    viewer: Viewer
    contact: bool
    owner: bool

    @property
    def whom(self) -> str:
        """How ``Notice`` names them."""
        return f"user:{self.user.pk}"

    @property
    def language(self) -> str:
        """Theirs, else the desk's."""
        known = dict(settings.LANGUAGES)
        return self.viewer.language if self.viewer.language in known else settings.LANGUAGE_CODE


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that is due, and who is to be told of it; nobody: there is nobody."""

    item: Item
    people: tuple[Person, ...]


def people_of(tenant: str, now: int) -> list[Person]:
    """Who may change a client's vendor files now; ``now`` in UTC microseconds."""
    with every_row():
        found = (
            User.objects.filter(
                Q(memberships__tenant=tenant) | Q(memberships__tenant=EVERY_CLIENT),
                memberships__ended=None,
                is_active=True,
            )
            .distinct()
            .order_by("pk")
        )
        viewers = [(user, viewer_of(user, now)) for user in found]
    return [
        Person(user, viewer, Role.CONTACT in held, Role.OWNER in held)
        for user, viewer in viewers
        if viewer.may(Permission.VENDORS_RUN, tenant)
        for held in [{grant.role for grant in viewer.grants if grant.tenant == tenant}]
    ]


def matters(tenant: str, today: date, moment: datetime, now: int) -> list[Matter]:
    """All that has reached a step, earliest first. Call it where only the client's rows are seen.

    ``moment`` and ``now`` are the same time, the latter in UTC microseconds.
    """
    people = people_of(tenant, now)
    found: list[Matter] = []
    for vendor in with_parts(Vendor.objects.filter(tenant=tenant)).prefetch_related("holdings"):
        for due in _dues(vendor, today):
            step = reached(due.on, today)
            if step is not None:
                item = _item(due, step, vendor)
                found.append(Matter(item, _audience(people, vendor, due, today)))
    for asking, due, closed in late_questionnaires(tenant, moment):
        step = reached(due.on, today, REVIEWER_BEFORE)
        if step is not None:
            item = msgspec.structs.replace(
                _item(due, step, asking.vendor), questionnaire=asking.reference, closed=closed
            )
            told = _audience(people, asking.vendor, due, today, asking.created_by_id)
            found.append(Matter(item, told))
    for policy in policies(tenant):
        struct = policy.struct
        if struct.review_by is not None and (step := reached(struct.review_by, today)) is not None:
            due = Due(struct.review_by, "", struct.policy, DueKind.POLICY, struct.title)
            found.append(Matter(_item(due, step, None), _audience(people, None, due, today)))
    return sorted(found, key=lambda each: (each.item.on, each.item.key))


def _dues(vendor: Vendor, today: date) -> Iterator[Due]:
    file = msgspec.structs.replace(
        file_of(vendor), holdings=tuple(each.held for each in vendor.holdings.all())
    )
    over = VendorState(vendor.state) in _OVER
    for due in ends_next(file, today):
        if not over or due.kind in _STILL:
            yield due
    drill = drill_due(vendor.file)
    if drill is not None:
        yield drill


def _item(due: Due, step: int, vendor: Vendor | None) -> Item:
    return Item(
        kind=due.kind, on=due.on, step=step, about=due.about,
        name=shorten(due.name, _LONGEST, placeholder="…"), who=due.who[:_LONGEST],
        vendor="" if vendor is None else vendor.reference,
        vendor_name="" if vendor is None else vendor.name,
    )  # fmt: skip


def _audience(
    people: Sequence[Person],
    vendor: Vendor | None,
    due: Due,
    today: date,
    sender: int | None = None,
) -> tuple[Person, ...]:
    if vendor is not None and vendor.is_provider:
        people = [each for each in people if not each.viewer.provider]
    contacts = [each for each in people if each.contact]
    owners = [each for each in people if each.owner]
    staff = [each for each in people if each.viewer.provider]
    told = contacts or owners or staff
    far = reach(due, today)
    if far >= Reach.OWNERS:
        told = [*told, *owners]
    if far >= Reach.PROVIDER:
        told = [*told, *staff]
    named = due.who.strip().casefold()
    told = [
        *told,
        *(e for e in people if e.user.pk == sender or (named and str(e.user).casefold() == named)),
    ]
    return tuple({each.whom: each for each in told}.values())


# ---------------------------------------------------------------- questionnaires


def late_questionnaires(tenant: str, moment: datetime) -> Iterator[tuple[Asking, Due, bool]]:
    """Questionnaires that wait for a vendor, with the day they are wanted by.

    The last says whether the vendor can open it no more, because its link has ended. One without
    a day is wanted by the day on which its link ends.
    """
    found = Asking.objects.filter(
        tenant=tenant, closed=None, revoked=None, vendor__tenant=tenant
    ).select_related("vendor", "version", "created_by")
    for asking in found:
        on = _wanted_by(asking, moment)
        if on is not None and VendorState(asking.vendor.state) not in _OVER:
            about = asking.reference
            due = Due(on, "", about, DueKind.QUESTIONNAIRE, asking.version.title, asking.name)
            yield asking, due, open_link(asking, moment) is None


def _wanted_by(asking: Asking, moment: datetime) -> date | None:
    state = asking.state(moment)
    ends = None if asking.expires is None else asking.expires.date()
    if state in (State.SENT, State.BEGUN, State.EXPIRED):
        return asking.due or ends
    if state is State.ASKED_BACK:
        last = asking.remarks.filter(kind=Remark.Kind.BACK, settled=None).order_by("-at").first()
        return None if last is None else (last.at + _BACK_WITHIN).date()
    return None


def open_link(asking: Asking, moment: datetime) -> Link | None:
    """The newest link to the whole of it that still opens; None: there is none."""
    links = asking.links.filter(section="", revoked=None, expires__gt=moment)
    return links.order_by("-created").first()
