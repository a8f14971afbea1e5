"""Data that vendors hold: read as the viewer may, changed, and compared with what was shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import PROVIDER_ROLES, Permission, Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.audit.models import Reveal
from midwatch.desk.choosing.models import Holding
from midwatch.desk.choosing.words import revealed
from midwatch.desk.people.models import User
from midwatch.desk.theme.templatetags.midwatch import moment_of
from midwatch.desk.vendors.models import Vendor, new_reference
from midwatch.kernel import BadInputError
from midwatch.vendors.holdings import (
    DataCategory,
    DataHolding,
    Decision,
    Drift,
    decide,
    drift,
    holding_concerns,
)
from midwatch.vendors.registers import Entry, Table, dora_tables, gdpr_record
from midwatch.vendors.sentences import Sentence

LOOKED_BACK: Final = timedelta(days=365)
"""How far back what was shown is counted."""
_MOST: Final = 500
_MEANS: Final[Mapping[str, DataCategory]] = {
    "user names": DataCategory.EMPLOYEE_RECORDS,
    "machines and internal addresses": DataCategory.LOGS,
    "file names": DataCategory.LOGS,
    "raw lines": DataCategory.LOGS,
}
"""What a look behind the mask shows, as a category of data; whatever else it names is logs."""
_GRAVE: Final = frozenset(
    {
        "said to be returned or deleted, but nothing proves it",
        "%(category)s data is out of bounds, and no written reason allows it",
    }
)
"""Concerns, by their template, that need somebody now."""
SHOWN_BY_THE_DESK: Final = frozenset(_MEANS.values())


@dataclass(frozen=True, slots=True)
class Item:
    """An item with what is open about it."""

    row: Holding
    held: DataHolding
    concerns: tuple[str, ...]

    @property
    def mood(self) -> str:
        """How much it needs somebody."""
        if any(isinstance(e, Sentence) and e.template in _GRAVE for e in self.concerns):
            return "act"
        return "look" if self.concerns else "quiet"


@dataclass(frozen=True, slots=True)
class Looked:
    """How often one vendor's people looked behind the mask. ``vendor`` None: of none on file."""

    vendor: Vendor | None
    who: tuple[str, ...]
    times: int
    fields: tuple[str, ...]
    drift: Drift


def holdings(scope: Scope, tenant: str) -> QuerySet[Holding]:
    """What all of a client's vendors hold.

    Raises:
        Http404: The client is not the viewer's.
    """
    owner = scope.tenant(tenant, Permission.VENDORS_SEE)
    return Holding.objects.filter(tenant=owner.id).select_related("vendor")


def of_vendor(scope: Scope, vendor: Vendor) -> QuerySet[Holding]:
    """What one vendor holds."""
    known = scope.vendors.one(vendor.reference)
    return Holding.objects.filter(vendor=known, tenant=known.tenant).select_related("vendor")


def holding(scope: Scope, reference: str, *, judge: bool = False) -> Holding:
    """One item; to ``judge`` it, or only to read.

    Raises:
        Http404: There is none, or not for this viewer.
    """
    found = Holding.objects.select_related("vendor").filter(reference=reference).first()
    if found is None:
        raise Http404
    vendors = scope.vendors
    (vendors.judged if judge else vendors.one)(found.vendor.reference)
    return found


def items(rows: Iterable[Holding], today: date) -> list[Item]:
    """The items with what is open about each, those that need somebody first."""
    found = [Item(row, held, holding_concerns(held, today)) for row in rows for held in (row.held,)]
    order = ("act", "look", "quiet")
    return sorted(
        found,
        key=lambda each: (order.index(each.mood), each.row.vendor.name.casefold(), each.row.pk),
    )


def looked(scope: Scope, tenant: str) -> list[Looked]:
    """Who looked behind the client's masks within a year, by the vendor they come from.

    Raises:
        Http404: The client is not the viewer's.
    """
    owner = scope.tenant(tenant, Permission.VENDORS_SEE)
    since = moment_of(scope.now) - LOOKED_BACK
    reveals = list(Reveal.objects.filter(tenant=owner.id, at__gte=since))
    vendors = list(scope.vendors.all(tenant))
    mails = dict(
        User.objects.filter(pk__in={each.actor for each in reveals}).values_list("pk", "email")
    )
    by_vendor: dict[int | None, list[Reveal]] = {}
    for each in reveals:
        if each.role not in {*PROVIDER_ROLES, Role.PARTNER}:
            continue  # the client's own people
        found = _vendor_of(each, vendors, mails.get(each.actor, ""))
        by_vendor.setdefault(found.pk if found else None, []).append(each)
    by_key = {each.pk: each for each in vendors}
    kept: dict[int, list[DataHolding]] = {}
    for row in Holding.objects.filter(tenant=owner.id):
        kept.setdefault(row.vendor_id, []).append(row.held)
    told = []
    for key, looks in by_vendor.items():
        shown = Counter(category for each in looks for category in _categories(each))
        told.append(
            Looked(
                by_key.get(key) if key is not None else None,
                tuple(sorted({scope.actor(tenant, each.name) if scope.masks(tenant) else each.name
                              for each in looks})),
                len(looks),
                tuple(sorted({revealed(str(field)) for each in looks for field in each.fields})),
                drift(kept.get(key, []) if key is not None else [], shown),
            )
        )  # fmt: skip
    return sorted(told, key=lambda each: (each.vendor is not None, -each.times))


def entries(scope: Scope, tenant: str) -> list[Entry]:
    """All of a client's vendors with what they do and hold, for registers."""
    kept: dict[int, list[DataHolding]] = {}
    for row in holdings(scope, tenant):
        kept.setdefault(row.vendor_id, []).append(row.held)
    rows = scope.vendors.all(tenant).prefetch_related("services", "contracts")
    return [
        Entry(
            vendor=each.file,
            services=tuple(service.struct for service in each.services.all()),
            contracts=tuple(contract.struct for contract in each.contracts.all()),
            holdings=tuple(kept.get(each.pk, ())),
        )
        for each in rows
    ]


def registers(scope: Scope, tenant: str, lei: str) -> tuple[Table, ...]:
    """The record of processing, and the tables of the register of information."""
    owner = scope.tenant(tenant, Permission.VENDORS_SEE)
    found = entries(scope, tenant)
    today = moment_of(scope.now).date()
    return (gdpr_record(owner.title, found, today), *dora_tables(lei, found))


class HoldingActs:
    """One viewer's acts on data that vendors hold."""

    def __init__(self, acts: VendorActs) -> None:
        self._acts = acts

    @transaction.atomic
    def add(self, vendor: str, make: Callable[[str, Vendor], DataHolding]) -> Holding:
        """Put an item on file. ``make`` gives it by its id and its vendor.

        Raises:
            BadInputError: There are too many.
        """
        held = self._acts.held(vendor)
        if held.holdings.count() >= _MOST:
            raise BadInputError(
                _("too much is on file about this vendor"), remedy=_("join some of it")
            )
        row = Holding(tenant=held.tenant, vendor=held, reference=new_reference())
        row.put(make(row.reference, held))
        row.save()
        self._acts.keep("vendor.holding", held, holding=row.reference, category=row.category)
        return row

    @transaction.atomic
    def change(self, reference: str, how: Callable[[DataHolding], DataHolding]) -> Holding:
        """Change an item.

        Raises:
            BadInputError: What ``how`` raises.
        """
        row = self._held(reference)
        row.put(how(row.held))
        row.save()
        self._acts.keep("vendor.holding", row.vendor, holding=reference, category=row.category)
        return row

    @transaction.atomic
    def decide(self, reference: str, decision: Decision) -> Holding:
        """Say whether the vendor needs it.

        Raises:
            BadInputError: It decides nothing, or nobody or no reason stands behind it.
        """
        row = self._held(reference)
        row.put(decide(row.held, decision))
        row.save()
        self._acts.keep("vendor.necessity", row.vendor, holding=reference, necessity=row.necessity)
        return row

    @transaction.atomic
    def remove(self, reference: str) -> Vendor:
        """Take an item off the file: it was put there by mistake."""
        row = self._held(reference)
        row.delete()
        self._acts.keep("vendor.holding_remove", row.vendor, holding=reference)
        return row.vendor

    def _held(self, reference: str) -> Holding:
        asked = holding(self._acts.scope, reference, judge=True)
        return Holding.objects.select_related("vendor").select_for_update().get(pk=asked.pk)


def _categories(reveal: Reveal) -> set[DataCategory]:
    return {_MEANS.get(str(each), DataCategory.LOGS) for each in reveal.fields or ("raw lines",)}


def _vendor_of(reveal: Reveal, vendors: list[Vendor], mail: str) -> Vendor | None:
    """Whose people that was: the provider's own, or who writes from the vendor's domain."""
    if reveal.role in PROVIDER_ROLES:
        return next((each for each in vendors if each.is_provider), None)
    domain = mail.rpartition("@")[2].casefold()
    return next((each for each in vendors if domain and domain in _domains(each)), None)


def _domains(vendor: Vendor) -> set[str]:
    file = vendor.file
    found = {each.mail.rpartition("@")[2].casefold() for each in file.contacts if each.mail}
    host = urlsplit(file.website).hostname or ""
    return found | ({host.removeprefix("www.")} if host else set())
