"""Service facts that providers gave: verified, filed as evidence, held against promises."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.scope import Scope
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.choosing.models import Facts
from midwatch.desk.choosing.words import NOTES, asked
from midwatch.desk.theme.templatetags.midwatch import moment_of
from midwatch.desk.vendors.models import Paper, Vendor
from midwatch.desk.vendors.papers import Brought, file_paper
from midwatch.kernel import BadInputError
from midwatch.vendors.cadence import CadenceKind, Kept, compare_cadence
from midwatch.vendors.evidence import Assurance, EvidenceKind
from midwatch.vendors.service_facts import (
    Coverage,
    ServiceFacts,
    Signatures,
    facts_concerns,
    newest_rule,
    read_signed,
    update_observations,
)

_SHORTEST: Final = 10
_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Waited:
    """``Responses`` with lengths in microseconds, as pages write them."""

    level: str
    raised: int
    open: int
    median: int | None
    ninety: int | None
    longest: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """Service facts as pages show them."""

    facts: ServiceFacts
    coverage: Coverage
    share: Decimal | None
    raised: int
    unanswered: int
    longest: int
    newest: str
    responses: tuple[Waited, ...]
    signatures: tuple[Signatures, ...]
    notes: tuple[str, ...]


def told_of(facts: ServiceFacts) -> Told:
    """Facts as pages show them."""
    return Told(
        facts, facts.coverage, facts.coverage.share, facts.raised, facts.unanswered,
        facts.coverage.longest * _SECOND, newest_rule(facts),
        tuple(
            Waited(
                each.level, each.raised, each.open,
                *(None if time is None else time * _SECOND
                  for time in (each.median, each.ninety, each.longest)),
            )
            for each in facts.responses
        ),
        facts.signatures, tuple(_(each) if each in NOTES else each for each in facts.notes),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """Facts that a provider gave. ``kept``: what it promised, held against them."""

    row: Facts
    facts: ServiceFacts
    told: Told
    concerns: tuple[str, ...]
    kept: tuple[Kept, ...]


def brought(scope: Scope, vendor: Vendor) -> list[Seen]:
    """The facts that a vendor gave, the newest first."""
    known = scope.vendors.one(vendor.reference)
    return [seen_of(scope, each) for each in rows_of(known)]


def rows_of(vendor: Vendor) -> QuerySet[Facts]:
    """A vendor's facts, as kept."""
    return Facts.objects.filter(vendor=vendor, tenant=vendor.tenant).select_related("paper")


def seen_of(scope: Scope, row: Facts) -> Seen:
    """Facts with what to ask about, and the promises they bear on."""
    facts = row.facts
    observed = update_observations(facts, _assurance(row))
    promises = [
        each.struct
        for each in row.vendor.promises.all()
        if each.struct.kind is CadenceKind.SIGNATURE_UPDATE
    ]
    kept = tuple(
        compare_cadence(each, observed, start=facts.start, now=facts.end) for each in promises
    )
    return Seen(
        row,
        facts,
        told_of(facts),
        tuple(asked(each) for each in facts_concerns(facts, scope.now)),
        kept,
    )


@transaction.atomic
def file_facts(acts: VendorActs, vendor: str, data: bytes, name: str) -> Facts:
    """Verify a provider's file and file it as evidence.

    With a key that was compared before it is what the provider's watch observed; with a new
    one a claim until somebody compares the key.

    Raises:
        BadInputError: It is no such file, was changed, or is on file already.
    """
    held = acts.held(vendor)
    verified = read_signed(data, name[:120])
    if rows_of(held).filter(sha256=verified.sha256).exists():
        raise BadInputError(_("this file is on file already"), remedy=_("look at the list below"))
    trusted = rows_of(held).filter(key=verified.key).exclude(compared=None).first()
    facts = verified.facts
    row = Facts(
        tenant=held.tenant, vendor=held, key=verified.key, sha256=verified.sha256,
        body=msgspec.to_builtins(facts), received_by=acts.scope.viewer.name,
    )  # fmt: skip
    if trusted is not None:
        row.compared, row.compared_by = trusted.compared, trusted.compared_by
        row.compared_how = trusted.compared_how
    first, last = moment_of(facts.start).date(), moment_of(facts.end).date()
    row.paper = file_paper(
        held,
        Brought(
            kind=EvidenceKind.SERVICE_FACTS,
            title=_("Service facts of %(provider)s, %(first)s to %(last)s")
            % {"provider": facts.provider[:80], "first": first, "last": last},
            received=moment_of(acts.scope.now).date(), data=data, file_name=name,
            effective=last, scope=facts.about, issuer=facts.provider,
            assurance=_assurance(row),
        ),
        by=acts.scope.viewer.name,
    )  # fmt: skip
    row.save()
    acts.keep("vendor.facts", held, facts=row.reference, sha256=row.sha256)
    return row


@transaction.atomic
def compare_key(acts: VendorActs, vendor: str, number: int, how: str) -> int:
    """Keep that somebody compared the key by another way; how many files that lifts.

    Raises:
        BadInputError: It is not said how.
    """
    held = acts.held(vendor)
    known = rows_of(held).filter(pk=number).first()
    if known is None:
        raise Http404
    plain = " ".join(how.split())
    if len(plain) < _SHORTEST:
        raise BadInputError(
            _("it must be said how the key was compared"),
            remedy=_("for example: read to me by their office, by telephone, on their number"),
        )
    lifted = 0
    for row in rows_of(held).filter(key=known.key, compared=None):
        row.compared = moment_of(acts.scope.now)
        row.compared_by, row.compared_how = acts.scope.viewer.name, plain[:400]
        row.save()
        if row.paper is not None:
            paper = own(held, Paper, row.paper.pk)
            paper.put(msgspec.structs.replace(paper.struct, assurance=Assurance.OBSERVED))
            paper.save()
        lifted += 1
    acts.keep("vendor.facts_key", held, key=known.key[:16])
    return lifted


def _assurance(row: Facts) -> Assurance:
    return Assurance.CLAIMED if row.compared is None else Assurance.OBSERVED
