"""Vendors of both rehearsed clients, to rehearse the vendor file with. Needs Django set up.

Each client's first vendor has one of everything, so that every page of the file can be walked;
the Bakery has two more, and what vendors may write to harm who reads it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.utils import timezone

from midwatch.desk.people.models import User
from midwatch.desk.people.tokens import digest_of
from midwatch.desk.vendors.judging import Raised, raise_finding
from midwatch.desk.vendors.models import (
    CalendarLink,
    Contract,
    Drill,
    Measure,
    Paper,
    Policy,
    Promise,
    Review,
    Service,
    Sighting,
    Statement,
    Vendor,
)
from midwatch.desk.vendors.papers import Brought, file_paper
from midwatch.kernel import Level
from midwatch.vendors.cadence import CadenceClaim, CadenceKind, CadenceObservation
from midwatch.vendors.contracts import Clause, ClauseKind, Strength
from midwatch.vendors.contracts import Contract as ContractStruct
from midwatch.vendors.evidence import (
    Assurance,
    EvidenceKind,
    Opinion,
    SocException,
    SocKind,
    SocReview,
    SocType,
    SubserviceMethod,
    UserControl,
)
from midwatch.vendors.finance.statements import Audit, FinancialStatement, GoingConcern, Item
from midwatch.vendors.findings import FindingOrigin, PolicyVersion
from midwatch.vendors.findings import Measure as MeasureStruct
from midwatch.vendors.reviews import Recurrence, ReviewDecision, Talk
from midwatch.vendors.reviews import Review as ReviewStruct
from midwatch.vendors.tiers import AccessReach, Criticality, DataReach
from midwatch.vendors.tiers import Service as ServiceStruct
from midwatch.vendors.vendor import (
    Contact,
    ContactRole,
    FourthParty,
    Insurance,
    Investment,
    Move,
    Owner,
    Reference,
    Site,
    VendorState,
)
from midwatch.vendors.vendor import Vendor as VendorFile

REFERENCES: Final = {"bakery": "bkvndr0001", "forge": "frgvndr001"}
"""The reference of each client's first vendor."""
POLICIES: Final = {"bakery": "bkpcy00001", "forge": "frgpcy0001"}
"""The reference of each client's first policy."""
HOSTILE: Final = "<script>alert(1)</script>\x1b[2J\u202e=cmd|' /C calc'!A0"
_DAY: Final = 86_400_000_000


def furnish_vendors(tenant: str) -> Vendor:
    """A client's first vendor, with one of everything; its name names the client."""
    today = timezone.now().date()
    vendor = Vendor(tenant=tenant, reference=REFERENCES[tenant])
    vendor.put(_file(vendor.reference, f"Helpers of {tenant}", today))
    vendor.recurrence = _plain(Recurrence(today - timedelta(days=380), "FREQ=MONTHLY;INTERVAL=6"))
    vendor.save()
    service = Service(tenant=tenant, vendor=vendor)
    service.put(
        ServiceStruct(
            vendor=vendor.reference, client=tenant, name="Help desk", data=DataReach.CUSTOMER,
            access=AccessReach.ADMINISTRATOR, criticality=Criticality.DAYS, people=1200,
            replaceable_days=60, subcontracted=True,
        )
    )  # fmt: skip
    service.save()
    vendor.tier = service.tier
    vendor.save()
    _money(vendor, today)
    _papers(vendor, today)
    _contract(vendor, today)
    _judged(vendor, today)
    return vendor


def furnish_candidates(tenant: str) -> list[Vendor]:
    """Two candidates: one with nothing on file, one whose every word is meant to harm."""
    made = []
    for name, file in (
        ("Quiet Candidate", {}),
        (f"Harm {HOSTILE}", {"contacts": (_contact(HOSTILE, "", f"{'x' * 60}@harm.example"),)}),
    ):
        vendor = Vendor(tenant=tenant)
        vendor.put(VendorFile(id=vendor.reference, name=name, country="US", **file))  # type: ignore[arg-type]  # fields of a file
        vendor.save()
        made.append(vendor)
    return made


def _plain(struct: Any) -> Any:  # noqa: ANN401  # any struct, as JSON keeps it
    return msgspec.to_builtins(struct)


def _now() -> int:
    return int(timezone.now().timestamp() * 1_000_000)


def _contact(name: str, phone: str, mail: str) -> Contact:
    return Contact(role=ContactRole.BREACH, name=name, phone=phone, mail=mail, round_the_clock=True)


def _file(reference: str, name: str, today: date) -> VendorFile:
    return VendorFile(
        id=reference, name=name, country="DE", legal_form="GmbH", founded=date(2009, 4, 1),
        website="https://helpers.example", ids={"VAT": "DE123456789", "Register": "HRB 4711"},
        state=VendorState.ACTIVE,
        owners=(Owner(name="Helga Helper", share=Decimal(60), country="DE"),
                Owner(name="North Fund II", share=Decimal(40), since=today - timedelta(days=90))),
        investments=(Investment(on=today - timedelta(days=90), investor="North Fund II",
                                kind="sale of shares", amount=Decimal(4_000_000), currency="EUR"),),
        sites=(Site(name="Desk", address="Kai 1, Hamburg", country="DE", purpose="help desk",
                    holds_data=True, hours_on_site=Decimal(4), staff=40),),
        contacts=(
            _contact("Night desk", "+49 40 555 0199", "night@helpers.example"),
            Contact(role=ContactRole.COMMERCIAL, name="Karl Kaufmann", mail="kk@helpers.example"),
        ),
        insurance=(Insurance(kind="Cyber", insurer="Harbour Mutual", policy="CY-2231",
                             limit=Decimal(1_000_000), currency="EUR",
                             until=today + timedelta(days=40)),),
        references=(Reference(firm="Mill Ltd", person="Mia Miller", on=today - timedelta(days=200),
                              by="Olga Owner", would_again=True, customer_since=2021,
                              notes="Quick by day, slow at weekends."),),
        fourth_parties=(FourthParty(name="Cloud Tickets Inc", country="US", sees_our_data=True,
                                    does="keeps the tickets", critical=True),),
        history=(
            Move(at=_now() - 400 * _DAY, by="Olga Owner", came=VendorState.CANDIDATE,
                 went=VendorState.DUE_DILIGENCE, why="We need help after hours."),
            Move(at=_now() - 380 * _DAY, by="Olga Owner", came=VendorState.DUE_DILIGENCE,
                 went=VendorState.APPROVED, why="Best answers of three."),
            Move(at=_now() - 370 * _DAY, by="Olga Owner", came=VendorState.APPROVED,
                 went=VendorState.ACTIVE, why="The contract is signed."),
        ),
        revision=4,
    )  # fmt: skip


def _money(vendor: Vendor, today: date) -> None:
    amounts = {
        Item.CURRENT_ASSETS: 40, Item.CURRENT_LIABILITIES: 20, Item.TOTAL_ASSETS: 100,
        Item.RETAINED_EARNINGS: 30, Item.EBIT: 10, Item.TOTAL_LIABILITIES: 50, Item.EQUITY: 50,
        Item.CASH: 12, Item.REVENUE: 140, Item.RESEARCH: 9,
    }  # fmt: skip
    for years in (2, 1):
        kept = Statement(tenant=vendor.tenant, vendor=vendor)
        kept.put(
            FinancialStatement(
                end=date(today.year - years, 12, 31), currency="EUR", unit=1000,
                amounts={item: Decimal(n * 1000 * (4 - years)) for item, n in amounts.items()},
                audit=Audit.REVIEWED, going_concern=GoingConcern.NO_DOUBT, source="annual report",
            )
        )  # fmt: skip
        kept.save()
    promise = Promise(tenant=vendor.tenant, vendor=vendor)
    promise.put(
        CadenceClaim(kind=CadenceKind.PATCH, every_hours=Decimal(168), source="contract, page 7")
    )
    promise.save()
    for days in (2, 9, 16):
        seen = Sighting(tenant=vendor.tenant, vendor=vendor)
        seen.put(
            CadenceObservation(
                kind=CadenceKind.PATCH, at=_now() - days * _DAY, assurance=Assurance.OBSERVED
            )
        )
        seen.save()


def _papers(vendor: Vendor, today: date) -> None:
    soc = file_paper(
        vendor,
        Brought(
            kind=EvidenceKind.SOC_REPORT, title="SOC 2 type 2 report", data=b"%PDF-1.7 rehearsed",
            file_name=f"soc2-{HOSTILE}.pdf", received=today - timedelta(days=100),
            effective=today - timedelta(days=480), issuer="Lookers LLP",
        ),
        by="Olga Owner",
    )  # fmt: skip
    soc.soc = _plain(
        SocReview(
            evidence=soc.reference, report=SocKind.SOC2, type=SocType.TYPE2,
            start=today - timedelta(days=480), end=today - timedelta(days=115),
            auditor="Lookers LLP", opinion=Opinion.QUALIFIED, covers_our_service=True,
            criteria=("security", "availability"),
            exceptions=(SocException(control="CC6.2", found="two leavers kept their accounts"),),
            subservice=SubserviceMethod.CARVE_OUT, carved_out=("Cloud Tickets Inc",),
            user_controls=(UserControl(control="Tell us when somebody leaves", owner="Olga Owner",
                                       in_place=True),
                           UserControl(control="Look at the accounts every quarter")),
        )
    )  # fmt: skip
    soc.save()
    first = file_paper(
        vendor,
        Brought(kind=EvidenceKind.ISO_CERTIFICATE, title="ISO 27001", data=b"certificate of 2023",
                received=today - timedelta(days=900), expires=today - timedelta(days=20),
                scope="The help desk in Hamburg."),
        by="Olga Owner",
    )  # fmt: skip
    file_paper(
        vendor,
        Brought(kind=EvidenceKind.ISO_CERTIFICATE, title="ISO 27001, renewed",
                received=today - timedelta(days=15), expires=today + timedelta(days=1000),
                replaces=first.reference),
        by="the vendor",
    )  # fmt: skip
    file_paper(
        vendor,
        Brought(kind=EvidenceKind.PENETRATION_TEST, title="Penetration test",
                received=today - timedelta(days=300), expires=today - timedelta(days=10)),
        by="Olga Owner",
    )  # fmt: skip


def _contract(vendor: Vendor, today: date) -> None:
    kept = Contract(tenant=vendor.tenant, vendor=vendor, exposure=Decimal(2_000_000))
    kept.put(
        ContractStruct(
            id=kept.reference, vendor=vendor.reference, client=vendor.tenant,
            title="Help desk services", start=today - timedelta(days=330),
            end=today + timedelta(days=100), notice_days=60, renews_months=12,
            yearly_price=Decimal(48_000), currency="EUR", capped=True, cap=Decimal(1_500_000),
            clauses=(
                Clause(kind=ClauseKind.BREACH_NOTICE, strength=Strength.WEAK, page="7",
                       hours=Decimal(72), trigger="confirmation"),
                Clause(kind=ClauseKind.LIABILITY, strength=Strength.PRESENT, page="9"),
                Clause(kind=ClauseKind.DATA_RETURN, strength=Strength.ABSENT,
                       note="only “upon request”"),
            ),
        )
    )  # fmt: skip
    kept.save()


def _judged(vendor: Vendor, today: date) -> None:
    finding = raise_finding(
        vendor,
        Raised(title="It tells of a breach only after 72 hours", level=Level.HIGH,
               origin=FindingOrigin.CONTRACT, owner="Karl Kaufmann",
               due=today - timedelta(days=3), detail=f"Page 7. {HOSTILE}"),
        now=_now() - 30 * _DAY,
    )  # fmt: skip
    policy = Policy(tenant=vendor.tenant)
    policy.put(
        PolicyVersion(policy=POLICIES[vendor.tenant], version=1, title="Outside help",
                      text="Before somebody outside works for us, we ask.", author="Olga Owner")
    )  # fmt: skip
    policy.save()
    measure = Measure(tenant=vendor.tenant, finding=finding)
    measure.put(
        MeasureStruct(id=measure.reference, finding=finding.reference, policy=policy.policy,
                      text="No contract without 24 hours.", owner="Olga Owner",
                      due=today + timedelta(days=20))
    )  # fmt: skip
    measure.save()
    for due, done in ((380, 378), (196, None)):
        review = Review(tenant=vendor.tenant, vendor=vendor)
        on = None if done is None else today - timedelta(days=done)
        talks = (
            (Talk(on=today - timedelta(days=379), with_whom="Karl Kaufmann", by="Olga Owner",
                  notes="They hire three people for weekends."),)
            if done
            else ()
        )  # fmt: skip
        review.put(
            ReviewStruct(
                id=review.reference, vendor=vendor.reference, due=today - timedelta(days=due),
                done=on, by="Olga Owner" if done else "", talks=talks,
                decision=ReviewDecision.CONTINUE if done else None, why="All well." if done else "",
                agenda=("what they plan",),
            )
        )  # fmt: skip
        review.save()
    sent = datetime.now(UTC) - timedelta(days=1)
    Drill.objects.create(
        tenant=vendor.tenant, vendor=vendor, contact="Night desk", mail="night@helpers.example",
        digest=digest_of(f"drill of {vendor.tenant}"), sent_by="Olga Owner", sent=sent,
        expires=sent + timedelta(days=7),
    )  # fmt: skip
    owner = User.objects.filter(email__endswith=f"@{vendor.tenant}.example").first()
    if owner is not None:
        CalendarLink.objects.create(
            tenant=vendor.tenant, owner=owner, digest=digest_of(f"calendar of {vendor.tenant}")
        )


def first_paper(tenant: str) -> Paper:
    """The SOC report of a client's first vendor."""
    return Paper.objects.get(tenant=tenant, sort=EvidenceKind.SOC_REPORT.value)
