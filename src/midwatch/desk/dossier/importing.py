"""Brings a vendor's whole file in: what was taken, what was there, what was refused and where.

A file of another installation is a stranger's word. Ids are given anew. Facts are verified again
and are claims until somebody here compares the key. Links do not come along: a questionnaire that
is still open gets a new one from a reviewer. Where the client has a vendor of that name, what is
missing there is added, and nothing that stands there is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.dossier.parts import PARTS
from midwatch.desk.vendors.models import Vendor, new_reference
from midwatch.desk.vendors.services import retier
from midwatch.kernel import BadInputError, MidwatchError
from midwatch.vendors.dossier import Package, Records, Refused
from midwatch.vendors.reviews import recurrence
from midwatch.vendors.vendor import Move
from midwatch.vendors.vendor import Vendor as VendorFile

_LISTS: Final = (
    "owners", "investments", "sites", "contacts", "insurance", "references", "fourth_parties",
)  # fmt: skip
_MOST_VENDORS: Final = 2_000
_MOST_ROWS: Final = 200


@dataclass
class Report:
    """What came of it. ``taken`` and ``there`` count records by the name of their part."""

    vendor: Vendor
    created: bool
    taken: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)

    @property
    def parts(self) -> list[tuple[str, int, int, int]]:
        """(part, taken, there already, refused) in the order of the file."""
        lost = Counter(each.place.partition("[")[0].partition("/")[0] for each in self.refused)
        names = dict.fromkeys([*PARTS, *self.taken, *self.there, *lost])
        rows = [(name, self.taken[name], self.there[name], lost[name]) for name in names]
        return [row for row in rows if any(row[1:])]


@dataclass
class Bringing:
    """One import under way: where it goes, what is in the package, and who has which id now."""

    acts: VendorActs
    vendor: Vendor
    package: Package
    report: Report
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def records(self) -> Records:
        """What is in the package."""
        return self.package.records

    def now_called(self, old: str) -> str:
        """The id that was given anew; empty where what it named was not taken."""
        return self.ids.get(old, "")


@transaction.atomic
def import_file(acts: VendorActs, tenant: str, package: Package) -> Report:
    """Bring a package in, for a client; kept in the record.

    Raises:
        Http404: The client is not the viewer's to keep files for.
        BadInputError: It is the file of whom the watch is bought from, and the viewer is theirs;
            or there are too many vendors.
    """
    owner = acts.scope.tenant(tenant, Permission.VENDORS_RUN)
    told = package.records.vendor
    name = " ".join(told.name.split())[:200]
    if not name:
        raise BadInputError(_("a vendor needs a name"), remedy=_("say what it is called"))
    if package.records.is_provider and acts.scope.viewer.provider:
        raise _not_yours()
    there = Vendor.objects.filter(tenant=owner.id)
    known = there.filter(name__iexact=name).first()
    if known is not None and not acts.scope.vendors.may_judge(known):
        raise _not_yours()
    if known is None and there.count() >= _MOST_VENDORS:
        raise BadInputError(
            _("there are too many vendors on file"), remedy=_("put an end to some first")
        )
    vendor = _begin(acts, owner.id, name, package) if known is None else acts.held(known.reference)
    report = Report(vendor, known is None, refused=list(package.refused))
    bringing = Bringing(acts, vendor, package, report)
    bringing.ids[told.id] = vendor.reference
    if known is not None:
        _add_rows(bringing)
    _agree(bringing)
    for part, take in PARTS.items():
        _bring(bringing, part, take)
    retier(vendor)
    acts.keep(
        "vendor.import_file", vendor, records=package.manifest.records,
        made=package.manifest.made, taken=sum(report.taken.values()),
        there=sum(report.there.values()), refused=len(report.refused),
    )  # fmt: skip
    return report


def _not_yours() -> BadInputError:
    return BadInputError(
        _("this is the file of whom the watch itself is bought from"),
        remedy=_("only the client's own people bring it in"),
    )


def _begin(acts: VendorActs, tenant: str, name: str, package: Package) -> Vendor:
    """A new file; where it stands is as it stood, and its history says whence that comes."""
    records, made = package.records, package.manifest
    vendor = Vendor(
        tenant=tenant, reference=new_reference(), is_provider=records.is_provider,
        business=records.business.value,
    )  # fmt: skip
    told = records.vendor
    why = _("brought in from a file of %(client)s (%(digest)s…)") % {
        "client": made.client[:80], "digest": made.records[:12],
    }  # fmt: skip
    step = Move(
        at=acts.scope.now, by=acts.scope.viewer.name, came=told.state, went=told.state, why=why
    )
    file = msgspec.structs.replace(
        told, id=vendor.reference, name=name, country=told.country[:2].upper(),
        history=(*told.history, step),
        **{each: getattr(told, each)[:_MOST_ROWS] for each in _LISTS},
    )  # fmt: skip
    vendor.put(file)
    vendor.save()
    return vendor


def _add_rows(bringing: Bringing) -> None:
    """Contacts, owners and their kin that are not there yet; who it is stays as it stands here."""
    here, there = bringing.vendor.file, bringing.records.vendor
    added: dict[str, tuple[msgspec.Struct, ...]] = {}
    for name in _LISTS:
        rows = getattr(here, name)
        fresh = tuple(each for each in getattr(there, name) if each not in rows)
        kept = fresh[: max(0, _MOST_ROWS - len(rows))]
        bringing.report.taken[name] += len(kept)
        bringing.report.there[name] += len(getattr(there, name)) - len(fresh)
        if len(fresh) > len(kept):
            bringing.report.refused.append(Refused(name, str(_("that list is full"))))
        added[name] = (*rows, *kept)
    if _identity(here) != _identity(there):
        told = _("who it is says otherwise here, and stays as it stands here")
        bringing.report.refused.append(Refused("vendor", told))
    if any(len(each) > len(getattr(here, name)) for name, each in added.items()):
        bringing.vendor.put(msgspec.structs.replace(here, revision=here.revision + 1, **added))
        bringing.vendor.save()


def _identity(file: VendorFile) -> tuple[object, ...]:
    return (file.country, file.legal_form, file.founded, file.website, dict(file.ids), file.state)


def _agree(bringing: Bringing) -> None:
    rule, vendor = bringing.records.recurrence, bringing.vendor
    if rule is None:
        return
    if vendor.recurrence is not None:
        bringing.report.there["recurrence"] += 1
        return
    try:
        vendor.recurrence = msgspec.to_builtins(recurrence(rule.start, rule.rule))
    except BadInputError as error:
        bringing.report.refused.append(Refused("recurrence", error.cause))
        return
    vendor.save()
    bringing.report.taken["recurrence"] += 1


def _bring(bringing: Bringing, part: str, take: Callable[[Bringing, Any], bool]) -> None:
    for number, record in enumerate(getattr(bringing.records, part)):
        try:
            with transaction.atomic():
                fresh = take(bringing, record)
        except MidwatchError as error:
            refused = Refused(f"{part}[{number}]", error.cause)
            bringing.report.refused.append(refused)
        else:
            (bringing.report.taken if fresh else bringing.report.there)[part] += 1
